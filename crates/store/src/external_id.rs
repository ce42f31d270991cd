//! External ids: the names of payments in the client's system. Only items that have one have a row here. At
//! most one item holds an id while that item is paid or can still be paid.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, Update, named};
use crate::error::StoreError;
use crate::item::Item;
use crate::item_extent::{self, Extent};
use crate::record::{inserted, record};
use crate::script::Script;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row, Rows};
use domain::batch::BatchState;
use domain::id::BatchId;
use domain::item::ItemState;
use std::collections::HashMap;

record! {
    /// An id and the item that holds it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct HeldId {
        /// The id.
        pub id: String = "e.id",
        /// The item's number.
        pub item: i64 = "e.item",
        /// Its batch.
        pub batch: BatchId = "e.batch",
        /// Its line.
        pub line: i64 = "i.line",
    }
}

static HOLDERS: Lookup = Lookup {
    columns: HeldId::COLUMNS,
    from: "external_id e JOIN item i ON i.number = e.item",
    key: "e.id",
    and: "e.held = 1",
    lock: Lock::None,
};
static BY_ITEM: Lookup =
    Lookup { columns: "item, id", from: "external_id", key: "item", and: "", lock: Lock::None };
static OF_RANGE: Sql =
    Sql::new("SELECT item, id FROM external_id WHERE item BETWEEN $2 AND $3 AND batch = $1 ORDER BY item");
static SET_HELD: Update = Update { table: "external_id", key: "item", columns: &["held"], and: "" };
static RELEASE: Sql =
    Sql::new("UPDATE external_id SET held = 0 WHERE item BETWEEN $2 AND $3 AND batch = $1 AND held = 1");
static HOLD: Sql =
    Sql::new("UPDATE external_id SET held = 1 WHERE item BETWEEN $2 AND $3 AND batch = $1 AND held = 0");
static DELETE: Sql = Sql::new("DELETE FROM external_id WHERE item BETWEEN $2 AND $3 AND batch = $1");
// The items of a linked draft do not hold their ids until it is submitted. That an item is skipped is always its
// own state.
static WRONG: Sql = Sql::new(sql!(
    "SELECT e.item FROM external_id e
       LEFT JOIN item i ON i.number = e.item AND i.batch = e.batch LEFT JOIN batch b ON b.id = e.batch
     WHERE i.number IS NULL OR b.id IS NULL
       OR ((e.held = 1) <> (b.state NOT IN (",
    [BatchState::Rejected],
    ", ",
    [BatchState::Cancelled],
    ") AND i.state <> ",
    [ItemState::Skipped],
    ") AND NOT (e.held = 0 AND b.state = ",
    [BatchState::Draft],
    " AND EXISTS (SELECT 1 FROM batch_origin o WHERE o.batch = b.id)))
     ORDER BY e.item",
));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&OF_RANGE, &RELEASE, &HOLD, &DELETE, &WRONG];

/// Gives ids to items of a batch, which hold them from now on. Ids held by other items are skipped: fewer are
/// written than were passed in, and [`holders`] returns their holders.
pub async fn claim(tx: &mut Tx, batch: BatchId, ids: &[(i64, String)]) -> Result<u64, StoreError> {
    tx.insert_new(&INSERT, columns(ids, batch)).await
}

inserted! {
    INSERT into "external_id",
    fn columns(ids: &[(i64, String)], batch: BatchId) each of {
        item: of.0,
        batch = Column::Same(batch.0, ids.len()),
        id: of.1.clone(),
        held = Column::Same(1, ids.len()),
    }
}

/// Deletes the ids of a run of a draft's items.
pub(crate) fn delete_later(script: &mut Script, batch: BatchId, (first, last): Extent) {
    script.execute(&DELETE, args![batch.0, first, last]);
}

/// The items that hold these ids.
pub async fn holders(tx: &mut Tx, ids: Vec<String>) -> Result<Vec<HeldId>, StoreError> {
    tx.lookup(&HOLDERS, Column::Text(ids)).await?.iter().map(Row::read).collect()
}

/// Sets the external ids on items, whether they still hold them or not. The items belong to one batch and are
/// in the order of numbers.
pub async fn fill_page(tx: &mut Tx, batch: BatchId, items: &mut [Item]) -> Result<(), StoreError> {
    let mut ids = HashMap::new();
    for (first, last) in item_extent::extents(items.iter().map(|item| item.number.0)) {
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
    each_extent(tx, &RELEASE, batch, range).await
}

/// Takes back the released ids of a batch's items. [`StoreError::Duplicate`] if another item holds one by
/// now.
pub async fn hold_range(tx: &mut Tx, batch: BatchId, range: (i64, i64)) -> Result<u64, StoreError> {
    each_extent(tx, &HOLD, batch, range).await
}

/// Deletes the ids of items removed from a draft, by a range of numbers.
pub async fn delete_range(tx: &mut Tx, batch: BatchId, range: (i64, i64)) -> Result<u64, StoreError> {
    each_extent(tx, &DELETE, batch, range).await
}

async fn each_extent(
    tx: &mut Tx,
    sql: &'static Sql,
    batch: BatchId,
    range: Extent,
) -> Result<u64, StoreError> {
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
