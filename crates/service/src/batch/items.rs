//! Writes and deletes the items of a draft, with their contacts and external ids.

use super::rows::row::Accepted;
use super::{external_id, pages};
use crate::Error;
use domain::id::{BatchId, TransferId};
use store::Tx;
use store::counter::{self, Counter};
use store::item::Item;

/// Numbers items and writes them with their contacts and external ids; the batch is a draft.
pub(crate) async fn insert_items(
    tx: &mut Tx,
    batch: BatchId,
    mut rows: Vec<Accepted>,
) -> Result<Vec<Item>, Error> {
    number_rows(tx, &mut rows).await?;
    insert_rows(tx, batch, rows).await
}

/// A row count as the database's integer type.
pub(crate) fn number_of_rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Draws the items' numbers.
pub(crate) async fn number_rows(tx: &mut Tx, rows: &mut [Accepted]) -> Result<(), Error> {
    let first = counter::take(tx, Counter::Number, number_of_rows(rows.len())).await?;
    for (row, number) in rows.iter_mut().zip(first..) {
        row.item.number = TransferId(number);
    }
    Ok(())
}

/// Writes items that have been numbered.
pub(crate) async fn insert_rows(
    tx: &mut Tx,
    batch: BatchId,
    rows: Vec<Accepted>,
) -> Result<Vec<Item>, Error> {
    let written = |row: &Accepted| {
        let contact = row.contact.as_ref()?;
        Some((row.item.number, contact.kind, contact.written.clone()))
    };
    let contacts: Vec<_> = rows.iter().filter_map(written).collect();
    let items: Vec<Item> = rows.into_iter().map(|row| row.item).collect();
    store::item::insert(tx, batch, &items).await?;
    store::item_contact::insert(tx, &contacts).await?;
    external_id::claim(tx, batch, &items).await?;
    pages::add(tx, batch, &items, &contacts).await?;
    Ok(items)
}

/// The first and last number of items that are in order.
pub(crate) fn extent(items: &[Item]) -> (i64, i64) {
    let number = |item: Option<&Item>| item.map_or(0, |item| item.number.0);
    (number(items.first()), number(items.last()))
}

/// Deletes items from a draft, with their contacts and external ids, by ranges of numbers.
pub(crate) async fn delete_items(tx: &mut Tx, batch: BatchId, ranges: &[(i64, i64)]) -> Result<(), Error> {
    for range in ranges {
        store::item_contact::delete_range(tx, batch, *range).await?;
        store::external_id::delete_range(tx, batch, *range).await?;
        store::item::delete_range(tx, batch, *range).await?;
    }
    pages::renew(tx, batch, ranges).await
}
