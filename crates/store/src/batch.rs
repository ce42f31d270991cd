//! Batches: one row each, with counters that are the fold over its items. `row` is a batch as stored, `draft`
//! writes it until it is submitted, `moves` afterwards; `list` finds batches by filter.

mod draft;
mod list;
mod moves;
mod row;

pub use draft::{
    DraftFields, Filled, NewBatch, create, fill, purge, raise_version, set_extent, set_fields, set_range,
    set_refused,
};
#[cfg(test)]
pub(crate) use list::by_rank;
pub use list::{BatchFilter, BatchSort, count, count_within, created_at, ids, ranks};
pub use moves::{
    raise_edition, set_called_off, set_intent, set_state, set_tally, set_tally_later, submit, thaw,
};
pub use row::Batch;

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::script::{Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row, Value};
use domain::batch::{BatchIntent, BatchState};
use domain::id::BatchId;
use domain::work::WorkKind;

static GET: Sql = Sql::new(sql!("SELECT ", Batch::COLUMNS, " FROM batch WHERE id = $1 AND ready = 1"));
static LOCK: Sql = Sql::locking(sql!("SELECT ", Batch::COLUMNS, " FROM batch WHERE id = $1 AND ready = 1"));
static BY_NUMBER: Sql =
    Sql::new(sql!("SELECT ", Batch::COLUMNS, " FROM batch WHERE day = $1 AND day_number = $2 AND ready = 1"));
static BY_STATE: Sql =
    Sql::new(sql!("SELECT ", Batch::COLUMNS, " FROM batch WHERE state = $1 AND ready = 1 ORDER BY id"));
static UNREADY: Sql = Sql::new(sql!(
    "SELECT ",
    Batch::COLUMNS,
    " FROM batch WHERE ready = 0 AND NOT EXISTS (
       SELECT 1 FROM lease JOIN node ON node.name = lease.owner
       WHERE lease.id = batch.id AND lease.owner <> $1 AND lease.kind = ",
    [WorkKind::Import],
    ")
     ORDER BY id",
));
static LOCK_UNREADY: Sql =
    Sql::exclusive(sql!("SELECT ", Batch::COLUMNS, " FROM batch WHERE id = $1 AND ready = 0"));
static WAITING: Sql = Sql::new(sql!(
    "SELECT id FROM batch WHERE state = ",
    [BatchState::Processing],
    " AND ready = 1
       AND (success_count + failed_count + skipped_count + flight_count < total_count OR flight_count = 0
            OR intent <> ",
    [BatchIntent::Run],
    ")
       AND NOT EXISTS (
       SELECT 1 FROM lease JOIN node ON node.name = lease.owner
       WHERE lease.id = batch.id AND lease.owner <> $1 AND lease.kind = ",
    [WorkKind::Run],
    ")
     ORDER BY id",
));
static LOCK_MANY: Lookup = Lookup {
    columns: sql!(Batch::COLUMNS, ", edition"),
    from: "batch",
    key: "id",
    and: "ready = 1",
    lock: Lock::Write,
};
static EDITION: Sql = Sql::new("SELECT edition FROM batch WHERE id = $1");
static BY_IDS: Lookup =
    Lookup { columns: Batch::COLUMNS, from: "batch", key: "id", and: "ready = 1", lock: Lock::None };

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![
    &GET,
    &LOCK,
    &BY_NUMBER,
    &BY_STATE,
    &UNREADY,
    &LOCK_UNREADY,
    &WAITING,
    &EDITION,
    &list::IDS,
    &list::CREATED_AT,
    &draft::CREATE,
    &draft::FILL,
    &draft::EXTENT,
    &draft::FIELDS,
    &draft::RANGE,
    &draft::REFUSED,
    &draft::RAISE_VERSION,
    &draft::PURGE,
    &moves::SUBMIT,
    &moves::THAW,
    &moves::MOVE,
    &moves::INTEND,
    &moves::CALL_OFF,
    &moves::TALLY,
    &moves::RAISE_EDITION,
];

async fn one(tx: &mut Tx, sql: &'static Sql, args: Vec<Value>) -> Result<Option<Batch>, StoreError> {
    tx.fetch(sql, args).await?.first().map(Row::read).transpose()
}

/// A batch by its id.
pub async fn get(tx: &mut Tx, id: BatchId) -> Result<Option<Batch>, StoreError> {
    one(tx, &GET, args![id.0]).await
}

/// A batch by its id, locked.
pub async fn lock(tx: &mut Tx, id: BatchId) -> Result<Option<Batch>, StoreError> {
    one(tx, &LOCK, args![id.0]).await
}

/// The edition of a batch's items: raised whenever their states change outside the door. Read it no later than
/// the items.
pub async fn edition(tx: &mut Tx, id: BatchId) -> Result<i64, StoreError> {
    tx.fetch(&EDITION, args![id.0]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// Several batches with their editions, locked; ids sorted.
pub fn lock_many_later(script: &mut Script, sorted: Vec<i64>) -> Asked<Vec<(Batch, i64)>> {
    script.lookup(&LOCK_MANY, Column::I64(sorted), |answer| answer.rows.iter().map(Row::read).collect())
}

/// Several batches; missing ones are omitted.
pub async fn by_ids(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Batch>, StoreError> {
    tx.lookup(&BY_IDS, Column::I64(ids)).await?.iter().map(Row::read).collect()
}

/// A batch by its day and its number within the day.
pub async fn by_number(tx: &mut Tx, day: i64, day_number: i64) -> Result<Option<Batch>, StoreError> {
    one(tx, &BY_NUMBER, args![day, day_number]).await
}

/// All batches in a state, oldest first.
pub async fn by_state(tx: &mut Tx, state: BatchState) -> Result<Vec<Batch>, StoreError> {
    tx.fetch(&BY_STATE, args![state.number()]).await?.iter().map(Row::read).collect()
}

/// Batches whose import has not finished and that no live node other than this one is importing.
pub async fn unready(tx: &mut Tx, node: &str) -> Result<Vec<Batch>, StoreError> {
    tx.fetch(&UNREADY, args![node]).await?.iter().map(Row::read).collect()
}

/// A batch whose import has not finished, locked; none if it has finished or was purged.
pub async fn lock_unready(tx: &mut Tx, id: BatchId) -> Result<Option<Batch>, StoreError> {
    one(tx, &LOCK_UNREADY, args![id.0]).await
}

/// Batches that are `processing`, need a runner (`BatchTally::needs_runner`) and are not held by a live node
/// other than this one; oldest first.
pub async fn waiting(tx: &mut Tx, node: &str) -> Result<Vec<BatchId>, StoreError> {
    tx.fetch(&WAITING, args![node]).await?.iter().map(|row| Ok(BatchId(row.i64(0)?))).collect()
}
