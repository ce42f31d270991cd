//! `postings.csv`: the postings that paid the batch, by item and in their order. Balances are left out: they are of
//! other people's accounts, and nothing is confirmed by them.

use super::frame::{Piece, Subject, accounts, items, table};
use crate::Error;
use crate::audit::time;
use domain::item::ItemState;
use formats::exact::ExactCell::{Number, Text, Word};
use hashbrown::HashMap;
use ledger::calendar;
use store::posting::Booked;
use store::transfer::Transfer;
use store::{StoreError, Tx};

const HEADER: [&str; 10] = [
    "posting",
    "transfer",
    "kind",
    "debit_id",
    "debit",
    "credit_id",
    "credit",
    "amount_minor",
    "value_date",
    "booked_at",
];

/// A piece of the file: the postings of a piece of the items.
pub(super) async fn piece(tx: &mut Tx, subject: &Subject, after: Option<i64>) -> Result<Piece, Error> {
    let (items, next) = items(tx, &subject.batch, after).await?;
    let paid = items.iter().filter(|item| item.state == ItemState::Completed).map(|item| item.number.0);
    let transfers = store::transfer::by_numbers(tx, paid.collect()).await?;
    let postings = of_transfers(tx, transfers).await?;
    let sides = postings.iter().flat_map(|booked| [booked.posting.debit, booked.posting.credit]);
    let numbers = accounts(tx, sides).await?;
    let account = |id: i64| Text(numbers.get(&id).map_or("", String::as_str));
    let (mut table, mut rows) = (table(&HEADER, after), 0);
    for Booked { posting, value_date, created_at } in &postings {
        let (date, at) = (calendar::date_of(*value_date).to_string(), time(*created_at));
        table.row(&[
            Number(Some(posting.id.0)),
            Number(Some(posting.transfer.0)),
            Word(posting.kind.name()),
            Number(Some(posting.debit.0)),
            account(posting.debit.0),
            Number(Some(posting.credit.0)),
            account(posting.credit.0),
            Number(Some(posting.amount)),
            Word(&date),
            Word(&at),
        ]);
        rows += 1;
    }
    Ok(Piece { bytes: table.finish(), rows, next })
}

/// The postings of transfers, in the order of the transfers' numbers and then in their own.
async fn of_transfers(tx: &mut Tx, mut transfers: Vec<Transfer>) -> Result<Vec<Booked>, Error> {
    transfers.sort_unstable_by_key(|transfer| transfer.number);
    let ids = transfers.iter().flat_map(|transfer| {
        let first = transfer.first_posting.map_or(0, |id| id.0);
        first..first.saturating_add(transfer.posting_count)
    });
    let ids: Vec<i64> = ids.collect();
    let mut found: HashMap<i64, Booked> = store::posting::by_ids(tx, ids.clone())
        .await?
        .into_iter()
        .map(|booked| (booked.posting.id.0, booked))
        .collect();
    let missing = |id: i64| Error::Store(StoreError::Corrupt(format!("posting {id} is missing")));
    ids.into_iter().map(|id| found.remove(&id).ok_or_else(|| missing(id))).collect()
}
