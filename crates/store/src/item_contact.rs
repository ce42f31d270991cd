//! How an item's payee (its payer, in a many-to-one batch) was written. Only items for which that was not the
//! account's number have a row.

use crate::args;
use crate::bulk::{Insert, Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::item_extent::{self, Extent};
use crate::tx::Tx;
use crate::value::{Column, Rows};
use domain::batch::ContactType;
use domain::id::{BatchId, TransferId};

/// An item, the kind of name used for its contact, and the name as written.
pub type Contact = (TransferId, ContactType, String);

static INSERT: Insert = Insert { table: "item_contact", columns: &["item", "kind", "written"] };
static BY_ITEM: Lookup =
    Lookup { columns: "item, kind, written", from: "item_contact", key: "item", and: "", lock: Lock::None };
static WITHIN: Sql =
    Sql::new("SELECT item, kind, written FROM item_contact WHERE item BETWEEN $1 AND $2 ORDER BY item");
static DELETE: Sql = Sql::new(
    "DELETE FROM item_contact WHERE item BETWEEN $2 AND $3
       AND item IN (SELECT number FROM item WHERE number BETWEEN $2 AND $3 AND batch = $1)",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&WITHIN, &DELETE];

/// Stores the names as written.
pub async fn insert(tx: &mut Tx, contacts: &[Contact]) -> Result<(), StoreError> {
    if contacts.is_empty() {
        return Ok(());
    }
    let columns = vec![
        Column::I64(contacts.iter().map(|(item, ..)| item.0).collect()),
        Column::I64(contacts.iter().map(|(_, kind, _)| kind.number()).collect()),
        Column::Text(contacts.iter().map(|(_, _, written)| written.clone()).collect()),
    ];
    tx.insert(&INSERT, columns).await.map(|_| ())
}

/// The names written for items; items that use the account's number are omitted.
pub async fn by_items(tx: &mut Tx, items: Vec<i64>) -> Result<Vec<Contact>, StoreError> {
    read(&tx.lookup(&BY_ITEM, Column::I64(items)).await?)
}

/// The names written for the items, of whichever batches, in a range of numbers, in their order.
pub async fn within(tx: &mut Tx, (first, last): Extent) -> Result<Vec<Contact>, StoreError> {
    read(&tx.fetch(&WITHIN, args![first, last]).await?)
}

fn read(rows: &Rows) -> Result<Vec<Contact>, StoreError> {
    rows.iter()
        .map(|row| Ok((TransferId(row.i64(0)?), row.stored(1, ContactType::from_number)?, row.text(2)?)))
        .collect()
}

/// Deletes the names written for a draft's items that are about to be deleted, by a range of numbers.
pub async fn delete_range(tx: &mut Tx, batch: BatchId, range: (i64, i64)) -> Result<(), StoreError> {
    for (first, last) in item_extent::within(tx, batch, range).await? {
        tx.execute(&DELETE, args![batch.0, first, last]).await?;
    }
    Ok(())
}
