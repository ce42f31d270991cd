//! External ids: the names of payments in the client's system. Only items that have one have a row here. At
//! most one item holds an id while that item is paid or can still be paid.

use crate::args;
use crate::bulk::{Insert, Lock, Lookup, Sql, Update};
use crate::error::StoreError;
use crate::item::Item;
use crate::item_extent::{self, Run};
use crate::tx::Tx;
use crate::value::{Column, Row, Rows};
use domain::id::BatchId;
use std::collections::HashMap;

/// The item that holds an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The id.
    pub id: String,
    /// The item's number.
    pub item: i64,
    /// Its batch.
    pub batch: BatchId,
    /// Its line.
    pub line: i64,
}

static INSERT: Insert = Insert { table: "external_id", columns: &["item", "batch", "id", "held"] };
static HOLDERS: Lookup = Lookup {
    columns: "e.id, e.item, e.batch, i.line",
    from: "external_id e JOIN item i ON i.number = e.item",
    key: "e.id",
    and: "e.held = 1",
    lock: Lock::None,
};
static BY_ITEM: Lookup =
    Lookup { columns: "item, id", from: "external_id", key: "item", and: "", lock: Lock::None };
static OF_RANGE: Sql =
    Sql::new("SELECT item, id FROM external_id WHERE item BETWEEN $2 AND $3 AND batch = $1 ORDER BY item");
static SET_HELD: Update = Update { table: "external_id", key: "item", columns: &["held"] };
static RELEASE: Sql =
    Sql::new("UPDATE external_id SET held = 0 WHERE item BETWEEN $2 AND $3 AND batch = $1 AND held = 1");
static HOLD: Sql =
    Sql::new("UPDATE external_id SET held = 1 WHERE item BETWEEN $2 AND $3 AND batch = $1 AND held = 0");
static DELETE: Sql = Sql::new("DELETE FROM external_id WHERE item BETWEEN $2 AND $3 AND batch = $1");
// The items of a linked draft do not hold their ids until it is submitted.
static WRONG: Sql = Sql::new(
    "SELECT e.item FROM external_id e
       LEFT JOIN item i ON i.number = e.item AND i.batch = e.batch LEFT JOIN batch b ON b.id = e.batch
     WHERE i.number IS NULL OR b.id IS NULL
       OR ((e.held = 1) <> (b.state NOT IN (5, 11) AND i.state <> 7)
           AND NOT (e.held = 0 AND b.state = 2 AND EXISTS (SELECT 1 FROM batch_origin o WHERE o.batch = b.id)))
     ORDER BY e.item",
);

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&OF_RANGE, &RELEASE, &HOLD, &DELETE, &WRONG];

/// Gives ids to items of a batch, which hold them from now on. Ids held by other items are skipped: fewer are
/// written than were passed in, and [`holders`] returns their holders.
pub async fn claim(tx: &mut Tx, batch: BatchId, ids: &[(i64, String)]) -> Result<u64, StoreError> {
    let columns = vec![
        Column::I64(ids.iter().map(|(item, _)| *item).collect()),
        Column::Same(batch.0, ids.len()),
        Column::Text(ids.iter().map(|(_, id)| id.clone()).collect()),
        Column::Same(1, ids.len()),
    ];
    tx.insert_new(&INSERT, columns).await
}

/// The items that hold these ids.
pub async fn holders(tx: &mut Tx, ids: Vec<String>) -> Result<Vec<Holder>, StoreError> {
    let holder = |row: Row<'_>| {
        Ok(Holder { id: row.text(0)?, item: row.i64(1)?, batch: BatchId(row.i64(2)?), line: row.i64(3)? })
    };
    tx.lookup(&HOLDERS, Column::Text(ids)).await?.iter().map(holder).collect()
}

/// Sets the external ids on items, whether they still hold them or not. The items belong to one batch and are
/// in the order of numbers.
pub async fn fill_page(tx: &mut Tx, batch: BatchId, items: &mut [Item]) -> Result<(), StoreError> {
    let mut ids = HashMap::new();
    for (first, last) in item_extent::runs(items.iter().map(|item| item.number.0)) {
        read_ids(&tx.fetch(&OF_RANGE, args![batch.0, first, last]).await?, &mut ids)?;
    }
    fill_from(items, ids);
    Ok(())
}

/// The same for items of any batches.
pub async fn fill(tx: &mut Tx, items: &mut [Item]) -> Result<(), StoreError> {
    let numbers = items.iter().map(|item| item.number.0).collect();
    let mut ids = HashMap::new();
    read_ids(&tx.lookup(&BY_ITEM, Column::I64(numbers)).await?, &mut ids)?;
    fill_from(items, ids);
    Ok(())
}

fn read_ids(rows: &Rows, ids: &mut HashMap<i64, String>) -> Result<(), StoreError> {
    for row in rows.iter() {
        ids.insert(row.i64(0)?, row.text(1)?);
    }
    Ok(())
}

fn fill_from(items: &mut [Item], mut ids: HashMap<i64, String>) {
    if !ids.is_empty() {
        items.iter_mut().for_each(|item| item.external_id = ids.remove(&item.number.0));
    }
}

/// Releases the ids of items.
pub async fn release(tx: &mut Tx, items: Vec<i64>) -> Result<u64, StoreError> {
    let rows = items.len();
    tx.update(&SET_HELD, vec![Column::I64(items), Column::Same(0, rows)]).await
}

/// Releases the ids of a batch's items in a range of numbers.
pub async fn release_range(tx: &mut Tx, batch: BatchId, range: (i64, i64)) -> Result<u64, StoreError> {
    each_run(tx, &RELEASE, batch, range).await
}

/// Takes back the released ids of a batch's items. [`StoreError::Duplicate`] if another item holds one by
/// now.
pub async fn hold_range(tx: &mut Tx, batch: BatchId, range: (i64, i64)) -> Result<u64, StoreError> {
    each_run(tx, &HOLD, batch, range).await
}

/// Deletes the ids of items removed from a draft, by a range of numbers.
pub async fn delete_range(tx: &mut Tx, batch: BatchId, range: (i64, i64)) -> Result<u64, StoreError> {
    each_run(tx, &DELETE, batch, range).await
}

async fn each_run(tx: &mut Tx, sql: &'static Sql, batch: BatchId, range: Run) -> Result<u64, StoreError> {
    let mut rows = 0;
    for (first, last) in item_extent::within(tx, batch, range).await? {
        rows += tx.execute(sql, args![batch.0, first, last]).await?;
    }
    Ok(rows)
}

/// Items whose id is held although they can never be paid, or released although they can.
pub async fn wrong(tx: &mut Tx) -> Result<Vec<i64>, StoreError> {
    tx.fetch(&WRONG, args![]).await?.iter().map(|row| row.i64(0)).collect()
}
