//! `results.csv`: what became of each item, in the order of `content.csv`.

use super::frame::{Piece, Subject, count, items, table};
use crate::Error;
use crate::audit::time;
use domain::code::Code;
use domain::item::ItemState;
use formats::exact::ExactCell::{Number, Word};
use hashbrown::HashMap;
use ledger::calendar;
use store::Tx;
use store::item::Item;
use store::transfer::{Exchange, Transfer};

const HEADER: [&str; 10] = [
    "item",
    "state",
    "code",
    "fee_minor",
    "target_amount_minor",
    "rate",
    "first_posting",
    "postings",
    "value_date",
    "decided_at",
];

/// What settled or refused the items of a piece.
struct Outcomes {
    transfers: HashMap<i64, Transfer>,
    exchanges: HashMap<i64, Exchange>,
    /// When each item failed the last time.
    failed_at: HashMap<i64, i64>,
}

/// A piece of the file.
pub(super) async fn piece(tx: &mut Tx, subject: &Subject, after: Option<i64>) -> Result<Piece, Error> {
    let (items, next) = items(tx, &subject.batch, after).await?;
    let outcomes = outcomes(tx, &items).await?;
    let mut table = table(&HEADER, after);
    for item in &items {
        let number = item.number.0;
        let transfer = outcomes.transfers.get(&number);
        let exchange = outcomes.exchanges.get(&number);
        let at = match (transfer, item.state) {
            (Some(transfer), _) => Some(transfer.created_at),
            (None, ItemState::Failed) => outcomes.failed_at.get(&number).copied(),
            (None, _) => None,
        };
        let at = at.map(time).unwrap_or_default();
        let date = transfer.map(|transfer| calendar::date_of(transfer.value_date).to_string());
        table.row(&[
            Number(Some(number)),
            Word(item.state.name()),
            Word(item.code.map_or("", Code::name)),
            Number(transfer.map(|transfer| transfer.fee)),
            Number(exchange.map(|exchange| exchange.target_amount)),
            Word(exchange.map_or("", |exchange| exchange.rate.as_str())),
            Number(transfer.and_then(|transfer| transfer.first_posting).map(|id| id.0)),
            Number(transfer.map(|transfer| transfer.posting_count)),
            Word(&date.unwrap_or_default()),
            Word(&at),
        ]);
    }
    Ok(Piece { bytes: table.finish(), rows: count(&items), next })
}

async fn outcomes(tx: &mut Tx, items: &[Item]) -> Result<Outcomes, Error> {
    let in_state = |state: ItemState| -> Vec<i64> {
        items.iter().filter(|item| item.state == state).map(|item| item.number.0).collect()
    };
    let completed = in_state(ItemState::Completed);
    let transfers = store::transfer::by_numbers(tx, completed.clone()).await?;
    Ok(Outcomes {
        transfers: transfers.into_iter().map(|transfer| (transfer.number.0, transfer)).collect(),
        exchanges: store::transfer::exchanges(tx, completed).await?.into_iter().collect(),
        // In order, so that the last one stays.
        failed_at: store::item::failed_at(tx, in_state(ItemState::Failed)).await?.into_iter().collect(),
    })
}
