//! Items: a batch's lines. Their content never changes. A row has the item's own state; that it was completed
//! by a chunk is recorded as a run ([`crate::item_run`]), so states are read from the view `item_now`. `row` is
//! an item as read, `find` has pages and lists.
//!
//! What changes states outside the door raises the batch's edition, which makes slices stale that were read
//! before, and leaves a mark ([`crate::item_mark`]). Items are added and deleted only in drafts, of which there are no slices.

mod find;
mod row;

pub use find::{ItemFilter, Page, count, due, list, numbers, page, totals};
pub use row::{DueItem, Failure, Item};

use crate::args;
use crate::batch;
use crate::bulk::{Lock, Lookup, Named, Sql, Update, named};
use crate::error::StoreError;
use crate::item_extent::{self, ITEMS_OF_BATCH};
use crate::item_mark;
use crate::record::inserted;
use crate::script::{Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::code::Code;
use domain::id::{BatchId, TransferId};
use domain::item::ItemState;

static SET_STATE: Update = Update { table: "item", key: "number", columns: &["state", "code"], and: "" };
static FAIL: Update = Update {
    table: "item",
    key: "number",
    columns: &["state", "code"],
    and: sql!("t.state = ", [ItemState::Pending]),
};
static SKIP_RANGE: Sql = Sql::new(sql!(
    "UPDATE item SET state = ",
    [ItemState::Skipped],
    " WHERE number BETWEEN $2 AND $3 AND batch = $1 AND state = ",
    [ItemState::Pending],
));
static GET: Sql = Sql::new(sql!("SELECT ", Item::COLUMNS, " FROM item_now WHERE number = $2 AND batch = $1"));
static BY_LINE: Sql = Sql::new(sql!(
    "SELECT ",
    Item::COLUMNS,
    " FROM item_now WHERE number = (SELECT i.number FROM ",
    ITEMS_OF_BATCH,
    " WHERE i.line = $2 LIMIT 1)"
));
static STATES: Lookup =
    Lookup { columns: "number, batch, state", from: "item_now", key: "number", and: "", lock: Lock::None };
static BY_NUMBER: Lookup =
    Lookup { columns: Item::COLUMNS, from: "item_now", key: "number", and: "", lock: Lock::None };
static FAILED_AT: Lookup =
    Lookup { columns: "item, at", from: "item_failure", key: "item", and: "", lock: Lock::None };
static DELETE: Sql = Sql::new("DELETE FROM item WHERE number BETWEEN $2 AND $3 AND batch = $1");
static FAILURES: Sql =
    Sql::new(sql!("SELECT ", Failure::COLUMNS, ", at FROM item_failure WHERE item = $1 ORDER BY id"));

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&SKIP_RANGE, &GET, &BY_LINE, &DELETE, &FAILURES];

inserted! {
    INSERT into "item",
    fn columns(items: &[Item], batch: BatchId) each item {
        number: item.number,
        batch = Column::Same(batch.0, items.len()),
        line: item.line,
        source: item.source,
        target: item.target,
        amount: item.amount,
        state: item.state,
        memo: item.memo.clone(),
        reference: item.reference.clone(),
    }
}

inserted! {
    INSERT_FAILURE into "item_failure",
    fn failure_columns(failures: &[Failure], batch: BatchId, now: i64) each failure {
        batch = Column::Same(batch.0, failures.len()),
        item: failure.item,
        code: failure.code,
        amount: failure.amount,
        chunk: failure.chunk,
        at = Column::Same(now, failures.len()),
    }
}

/// Adds items to a draft.
pub async fn insert(tx: &mut Tx, batch: BatchId, items: &[Item]) -> Result<(), StoreError> {
    tx.insert(&INSERT, columns(items, batch)).await?;
    item_extent::add(tx, batch, &item_extent::extents(items.iter().map(|item| item.number.0))).await
}

/// One item of a batch.
pub async fn get(tx: &mut Tx, batch: BatchId, number: i64) -> Result<Option<Item>, StoreError> {
    tx.fetch(&GET, args![batch.0, number]).await?.first().map(Row::read).transpose()
}

/// Items by their numbers; missing ones are omitted.
pub async fn by_numbers(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<Item>, StoreError> {
    tx.lookup(&BY_NUMBER, Column::I64(numbers)).await?.iter().map(Row::read).collect()
}

/// The item on a line of the file.
pub async fn by_line(tx: &mut Tx, batch: BatchId, line: i64) -> Result<Option<Item>, StoreError> {
    tx.fetch(&BY_LINE, args![batch.0, line]).await?.first().map(Row::read).transpose()
}

/// The states of items: triples of number, batch and state.
pub async fn states(tx: &mut Tx, numbers: Vec<i64>) -> Result<Vec<(i64, i64, ItemState)>, StoreError> {
    let rows = tx.lookup(&STATES, Column::I64(numbers)).await?;
    let state = |row: Row<'_>| Ok((row.i64(0)?, row.i64(1)?, row.stored(2, ItemState::from_number)?));
    rows.iter().map(state).collect()
}

/// Skips all pending items of a batch that never ran, and returns how many. Raises the batch's edition.
pub async fn skip_pending(tx: &mut Tx, batch: BatchId, now: i64) -> Result<u64, StoreError> {
    let extents = item_extent::within(tx, batch, (i64::MIN, i64::MAX)).await?;
    let mut rows = 0;
    for (first, last) in &extents {
        rows += tx.execute(&SKIP_RANGE, args![batch.0, *first, *last]).await?;
    }
    batch::raise_edition(tx, batch).await?;
    item_mark::add_pending(tx, batch, &extents, (ItemState::Skipped, now)).await?;
    Ok(rows)
}

/// Moves items of a batch individually, each with its code. Raises the batch's edition.
pub async fn set_states(
    tx: &mut Tx,
    batch: BatchId,
    items: &[(TransferId, Option<Code>)],
    (to, now): (ItemState, i64),
) -> Result<u64, StoreError> {
    let columns = vec![
        Column::I64(items.iter().map(|(number, _)| number.0).collect()),
        Column::Same(to.number(), items.len()),
        Column::OptI64(items.iter().map(|(_, code)| code.map(Code::number)).collect()),
    ];
    batch::raise_edition(tx, batch).await?;
    item_mark::add(tx, batch, items, (to, now)).await?;
    tx.update(&SET_STATE, columns).await
}

/// Fails those of the items that are pending, each with its code; asks how many they are. For the door, which
/// holds the batch: it does not raise its edition.
pub fn fail_later(script: &mut Script, failures: &[Failure]) -> Asked<u64> {
    let columns = vec![
        Column::I64(failures.iter().map(|failure| failure.item.0).collect()),
        Column::Same(ItemState::Failed.number(), failures.len()),
        Column::I64(failures.iter().map(|failure| failure.code.number()).collect()),
    ];
    script.update(&FAIL, columns)
}

/// Records failed attempts.
pub fn insert_failures_later(
    script: &mut Script,
    batch: BatchId,
    failures: &[Failure],
    now: i64,
) -> Asked<u64> {
    script.insert(&INSERT_FAILURE, failure_columns(failures, batch, now))
}

/// When items failed, as pairs of item and microseconds UTC, in order; an item that failed several times
/// appears several times.
pub async fn failed_at(tx: &mut Tx, items: Vec<i64>) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = tx.lookup(&FAILED_AT, Column::I64(items)).await?;
    let mut times: Vec<(i64, i64)> =
        rows.iter().map(|row| Ok((row.i64(0)?, row.i64(1)?))).collect::<Result<_, StoreError>>()?;
    times.sort_unstable();
    Ok(times)
}

/// An item's failed attempts with their times, microseconds UTC, in order.
pub async fn failures(tx: &mut Tx, item: TransferId) -> Result<Vec<(Failure, i64)>, StoreError> {
    let rows = tx.fetch(&FAILURES, args![item.0]).await?;
    rows.iter().map(Row::read).collect()
}

/// Deletes items from a draft, by a range of numbers.
pub async fn delete_range(tx: &mut Tx, batch: BatchId, range: (i64, i64)) -> Result<u64, StoreError> {
    let mut rows = 0;
    for (first, last) in item_extent::within(tx, batch, range).await? {
        rows += tx.execute(&DELETE, args![batch.0, first, last]).await?;
    }
    Ok(rows)
}
