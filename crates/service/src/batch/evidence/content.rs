//! `content.csv`: what was to be paid. The content hash is computed from it, see `README.txt` and
//! [`ledger::content::ContentHash`].

use super::frame::{Piece, Subject, accounts, count, items, table};
use crate::Error;
use domain::amount::format_minor;
use formats::exact::ExactCell::{Number, Text, Word};
use store::Tx;

const HEADER: [&str; 12] = [
    "item",
    "line",
    "source_id",
    "source",
    "target_id",
    "target",
    "amount_minor",
    "amount",
    "currency",
    "memo",
    "reference",
    "external_id",
];

/// A piece of the file.
pub(super) async fn piece(tx: &mut Tx, subject: &Subject, after: Option<i64>) -> Result<Piece, Error> {
    let (mut items, next) = items(tx, &subject.batch, after).await?;
    store::external_id::fill_page(tx, subject.batch.id, &mut items).await?;
    let numbers = accounts(tx, items.iter().flat_map(|item| [item.source, item.target])).await?;
    let account = |id: i64| Text(numbers.get(&id).map_or("", String::as_str));
    let mut table = table(&HEADER, after);
    for item in &items {
        let amount = format_minor(i128::from(item.amount), subject.asset.scale);
        let texts = [&item.memo, &item.reference, &item.external_id];
        let [memo, reference, external_id] = texts.map(|text| Text(text.as_deref().unwrap_or_default()));
        table.row(&[
            Number(Some(item.number.0)),
            Number(Some(item.line)),
            Number(Some(item.source.0)),
            account(item.source.0),
            Number(Some(item.target.0)),
            account(item.target.0),
            Number(Some(item.amount)),
            Word(&amount),
            Word(&subject.asset.code),
            memo,
            reference,
            external_id,
        ]);
    }
    Ok(Piece { bytes: table.finish(), rows: count(&items), next })
}
