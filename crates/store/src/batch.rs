//! Batches: one row each, with counters that are the fold over its items.

use crate::args;
use crate::bulk::{Lock, Lookup, Sql};
use crate::counter::{self, Counter};
use crate::error::StoreError;
use crate::lease;
use crate::tx::Tx;
use crate::value::{Column, Row, Value};
use domain::batch::{BatchIntent, BatchMode, BatchState, BatchTally, BatchType};
use domain::id::{AccountId, AssetId, BatchId};
use domain::principal::Author;

/// A batch as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// The day it was created, `yyyymmdd` in the organisation's time zone.
    pub day: i64,
    /// Its running number within that day.
    pub day_number: i64,
    /// Its name.
    pub name: String,
    /// Which side is the single account.
    pub kind: BatchType,
    /// What a failed item means for the rest.
    pub mode: BatchMode,
    /// Its state in the batch's life cycle.
    pub state: BatchState,
    /// What an operator asked of its run.
    pub intent: BatchIntent,
    /// Its currency.
    pub asset: AssetId,
    /// The single account; none when each row names both sides.
    pub account: Option<AccountId>,
    /// The remarks.
    pub remarks: Option<String>,
    /// SHA-256 of the file it came from, hexadecimal.
    pub file_hash: Option<String>,
    /// SHA-256 of its canonical items, as submitted.
    pub content_hash: Option<String>,
    /// The first item number.
    pub first_number: i64,
    /// The last item number.
    pub last_number: i64,
    /// How many rows of its file were refused.
    pub refused_count: i64,
    /// The fold over its items.
    pub tally: BatchTally,
    /// Its creator.
    pub created_by: Author,
    /// When it was created, microseconds UTC.
    pub created_at: i64,
    /// When it was submitted.
    pub submitted_at: Option<i64>,
    /// When it started to run.
    pub started_at: Option<i64>,
    /// When an operator interrupted it.
    pub interrupted_at: Option<i64>,
    /// When it ended.
    pub completed_at: Option<i64>,
    /// Whether rows in another currency are exchanged.
    pub convert: bool,
    /// Whether a payee may appear twice, in rows that differ in reference or external id.
    pub allow_repeat: bool,
    /// When it was called off permanently.
    pub called_off_at: Option<i64>,
    /// The draft's version: raised by every edit.
    pub version: i64,
    /// How many runs were started: by execution, and by retry or resumption after an end.
    pub runs: i64,
    /// Whether such rows are exchanged at the rate stored at execution rather than the one fixed at
    /// submission.
    pub follows_rates: bool,
}

impl Batch {
    /// `batch-20251210-001`.
    #[must_use]
    pub fn number(&self) -> String {
        format!("batch-{:08}-{:03}", self.day, self.day_number)
    }

    /// The state that follows from its counters.
    #[must_use]
    pub const fn folded(&self) -> BatchState {
        self.tally.state(self.state, self.called_off_at.is_some())
    }

    /// `batch-20251210-001 is paused`, for refusals.
    #[must_use]
    pub fn as_it_stands(&self) -> String {
        format!("{} is {}", self.number(), self.state.name())
    }

    /// The range of its item numbers.
    #[must_use]
    pub const fn range(&self) -> (i64, i64) {
        (self.first_number, self.last_number)
    }
}

/// The initial values of a new batch.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// `yyyymmdd` in the organisation's time zone.
    pub day: i64,
    /// Its name.
    pub name: String,
    /// Which side is the single account.
    pub kind: BatchType,
    /// What a failed item means for the rest.
    pub mode: BatchMode,
    /// Its currency.
    pub asset: AssetId,
    /// The single account.
    pub account: Option<AccountId>,
    /// The remarks.
    pub remarks: Option<String>,
    /// Whether rows in another currency are exchanged.
    pub convert: bool,
    /// Whether a payee may appear twice.
    pub allow_repeat: bool,
    /// Whether such rows are exchanged at the rate stored at execution rather than the one fixed at
    /// submission.
    pub follows_rates: bool,
    /// Its creator.
    pub created_by: Author,
    /// When it is created, microseconds UTC.
    pub created_at: i64,
}

/// The value of `convert` for a batch that follows the stored rates.
const FOLLOWS: i64 = 2;

macro_rules! columns {
    ($head:literal, $tail:literal) => {
        concat!(
            $head,
            " id, day, day_number, name, type, mode, state, intent, asset, account, remarks, file_hash,
             content_hash, first_number, last_number, refused_count, total_count, total_amount, success_count,
             success_amount, failed_count, failed_amount, skipped_count, fee_amount, created_by, created_at,
             submitted_at, started_at, interrupted_at, completed_at, convert,
             created_by_kind, created_by_id, allow_repeat, called_off_at, version, runs,
             flight_count, flight_amount, unknown_count ",
            $tail
        )
    };
}

mod list;
mod moves;

pub use list::{BatchFilter, BatchSort, count, list};
pub use moves::{set_called_off, set_intent, set_state, set_tally, submit};

static GET: Sql = Sql::new(columns!("SELECT", "FROM batch WHERE id = $1 AND ready = 1"));
static LOCK: Sql = Sql::locking(columns!("SELECT", "FROM batch WHERE id = $1 AND ready = 1"));
static BY_NUMBER: Sql =
    Sql::new(columns!("SELECT", "FROM batch WHERE day = $1 AND day_number = $2 AND ready = 1"));
static BY_STATE: Sql = Sql::new(columns!("SELECT", "FROM batch WHERE state = $1 AND ready = 1 ORDER BY id"));
static UNREADY: Sql = Sql::new(columns!("SELECT", "FROM batch WHERE ready = 0 ORDER BY id"));
static LOCK_UNREADY: Sql = Sql::alone(columns!("SELECT", "FROM batch WHERE id = $1 AND ready = 0"));
static WAITING: Sql = Sql::new(
    "SELECT id FROM batch WHERE state = 6 AND ready = 1
       AND (success_count + failed_count + skipped_count + flight_count < total_count OR flight_count = 0
            OR intent <> 2)
       AND NOT EXISTS (
       SELECT 1 FROM lease JOIN node ON node.name = lease.owner
       WHERE lease.batch = batch.id AND lease.owner <> $1)
     ORDER BY id",
);
static CREATE: Sql = Sql::new(
    "INSERT INTO batch (id, day, day_number, name, type, mode, state, intent, ready, asset, account, remarks,
       first_number, last_number, refused_count, total_count, total_amount, success_count, success_amount,
       failed_count, failed_amount, skipped_count, fee_amount, created_by, created_at, convert,
       created_by_kind, created_by_id, allow_repeat)
     SELECT $14, $1, COALESCE(MAX(given.day_number), 0) + 1, $2, $3, $4, 2, 2, 0, $5, $6, $7,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $8, $9, $10, $11, $12, $13
     FROM (SELECT MAX(day_number) AS day_number FROM batch WHERE day = $1 UNION ALL
           SELECT n.value FROM counter d JOIN counter n ON n.name = 'batch_day_number'
           WHERE d.name = 'batch_day' AND d.value = $1) given",
);
static FILL: Sql = Sql::new(
    "UPDATE batch SET ready = 1, file_hash = $2, first_number = $3, last_number = $4, refused_count = $5,
       total_count = $6, total_amount = $7 WHERE id = $1 AND state = 2 AND ready = 0",
);
static EXTENT: Sql =
    Sql::new("UPDATE batch SET first_number = $2, last_number = $3 WHERE id = $1 AND ready = 0");
static HEAD: Sql =
    Sql::new("UPDATE batch SET name = $2, remarks = $3, mode = $4 WHERE id = $1 AND state = 2 AND ready = 1");
static RANGE: Sql = Sql::new(
    "UPDATE batch SET first_number = $2, last_number = $3 WHERE id = $1 AND state = 2 AND ready = 1",
);
static REFUSED: Sql = Sql::new("UPDATE batch SET refused_count = $2 WHERE id = $1 AND state = 2");
static RAISE_VERSION: Sql =
    Sql::new("UPDATE batch SET version = version + 1 WHERE id = $1 AND state = 2 RETURNING version");
static PURGE: Sql = Sql::new("DELETE FROM batch WHERE id = $1 AND ready = 0");
static LOCK_MANY: Lookup =
    Lookup { columns: columns!("", ""), from: "batch", key: "id", and: "ready = 1", lock: Lock::Write };
static BY_IDS: Lookup =
    Lookup { columns: columns!("", ""), from: "batch", key: "id", and: "ready = 1", lock: Lock::None };

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[
    &GET,
    &LOCK,
    &BY_NUMBER,
    &BY_STATE,
    &UNREADY,
    &LOCK_UNREADY,
    &WAITING,
    &CREATE,
    &FILL,
    &EXTENT,
    &HEAD,
    &RANGE,
    &REFUSED,
    &moves::SUBMIT,
    &moves::MOVE,
    &moves::INTEND,
    &moves::CALL_OFF,
    &RAISE_VERSION,
    &moves::TALLY,
    &PURGE,
];

fn read(row: Row<'_>) -> Result<Batch, StoreError> {
    Ok(Batch {
        id: BatchId(row.i64(0)?),
        day: row.i64(1)?,
        day_number: row.i64(2)?,
        name: row.text(3)?,
        kind: row.stored(4, BatchType::from_number)?,
        mode: row.stored(5, BatchMode::from_number)?,
        state: row.stored(6, BatchState::from_number)?,
        intent: row.stored(7, BatchIntent::from_number)?,
        asset: AssetId(row.i64(8)?),
        account: row.opt_i64(9)?.map(AccountId),
        remarks: row.opt_text(10)?,
        file_hash: row.opt_text(11)?,
        content_hash: row.opt_text(12)?,
        first_number: row.i64(13)?,
        last_number: row.i64(14)?,
        refused_count: row.i64(15)?,
        tally: BatchTally {
            total_count: row.i64(16)?,
            total_amount: row.i64(17)?,
            success_count: row.i64(18)?,
            success_amount: row.i64(19)?,
            failed_count: row.i64(20)?,
            failed_amount: row.i64(21)?,
            skipped_count: row.i64(22)?,
            fee_amount: row.i64(23)?,
            flight_count: row.i64(37)?,
            flight_amount: row.i64(38)?,
            unknown_count: row.i64(39)?,
        },
        created_by: row.author([31, 32, 24])?,
        created_at: row.i64(25)?,
        submitted_at: row.opt_i64(26)?,
        started_at: row.opt_i64(27)?,
        interrupted_at: row.opt_i64(28)?,
        completed_at: row.opt_i64(29)?,
        allow_repeat: row.i64(33)? == 1,
        convert: row.i64(30)? != 0,
        follows_rates: row.i64(30)? == FOLLOWS,
        called_off_at: row.opt_i64(34)?,
        version: row.i64(35)?,
        runs: row.i64(36)?,
    })
}

async fn one(tx: &mut Tx, sql: &'static Sql, args: Vec<Value>) -> Result<Option<Batch>, StoreError> {
    tx.fetch(sql, args).await?.first().map(read).transpose()
}

/// A batch by its id.
pub async fn get(tx: &mut Tx, id: BatchId) -> Result<Option<Batch>, StoreError> {
    one(tx, &GET, args![id.0]).await
}

/// A batch by its id, locked.
pub async fn lock(tx: &mut Tx, id: BatchId) -> Result<Option<Batch>, StoreError> {
    one(tx, &LOCK, args![id.0]).await
}

/// Several batches, locked; ids sorted.
pub async fn lock_many(tx: &mut Tx, sorted: Vec<i64>) -> Result<Vec<Batch>, StoreError> {
    tx.lookup(&LOCK_MANY, Column::I64(sorted)).await?.iter().map(read).collect()
}

/// Several batches; missing ones are omitted.
pub async fn by_ids(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Batch>, StoreError> {
    tx.lookup(&BY_IDS, Column::I64(ids)).await?.iter().map(read).collect()
}

/// A batch by its day and its number within the day.
pub async fn by_number(tx: &mut Tx, day: i64, day_number: i64) -> Result<Option<Batch>, StoreError> {
    one(tx, &BY_NUMBER, args![day, day_number]).await
}

/// All batches in a state, oldest first.
pub async fn by_state(tx: &mut Tx, state: BatchState) -> Result<Vec<Batch>, StoreError> {
    tx.fetch(&BY_STATE, args![state.number()]).await?.iter().map(read).collect()
}

/// Batches whose import has not finished.
pub async fn unready(tx: &mut Tx) -> Result<Vec<Batch>, StoreError> {
    tx.fetch(&UNREADY, args![]).await?.iter().map(read).collect()
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

/// Creates a draft that stays invisible until [`fill`].
pub async fn create(tx: &mut Tx, batch: &NewBatch) -> Result<BatchId, StoreError> {
    let id = counter::take(tx, Counter::Batch, 1).await?;
    let args = args![
        batch.day,
        batch.name.as_str(),
        batch.kind.number(),
        batch.mode.number(),
        batch.asset.0,
        batch.account.map(|a| a.0),
        batch.remarks.as_deref(),
        batch.created_by.name.as_str(),
        batch.created_at,
        if batch.convert && batch.follows_rates { FOLLOWS } else { i64::from(batch.convert) },
        batch.created_by.principal.kind(),
        batch.created_by.principal.id(),
        i64::from(batch.allow_repeat),
        id,
    ];
    tx.execute(&CREATE, args).await?;
    Ok(BatchId(id))
}

/// The result of an import.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// SHA-256 of the file.
    pub file_hash: Option<String>,
    /// First item number.
    pub first_number: i64,
    /// Last item number.
    pub last_number: i64,
    /// Rows refused.
    pub refused_count: i64,
    /// Rows accepted.
    pub total_count: i64,
    /// Their total amount.
    pub total_amount: i64,
}

/// Makes an imported draft visible.
pub async fn fill(tx: &mut Tx, id: BatchId, filled: &Filled) -> Result<u64, StoreError> {
    let args = args![
        id.0,
        filled.file_hash.as_deref(),
        filled.first_number,
        filled.last_number,
        filled.refused_count,
        filled.total_count,
        filled.total_amount,
    ];
    tx.execute(&FILL, args).await
}

/// Records how far an unfinished import has got, so that its items can be found.
pub async fn set_extent(tx: &mut Tx, id: BatchId, first: i64, last: i64) -> Result<(), StoreError> {
    tx.execute(&EXTENT, args![id.0, first, last]).await.map(|_| ())
}

/// Deletes a batch whose import did not finish, and its lease; delete its items and problems first.
pub async fn purge(tx: &mut Tx, id: BatchId) -> Result<(), StoreError> {
    tx.execute(&PURGE, args![id.0]).await?;
    lease::forget(tx, id).await
}

/// What can be changed in a draft's head.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its name.
    pub name: String,
    /// The remarks.
    pub remarks: Option<String>,
    /// What a failed item means for the rest.
    pub mode: BatchMode,
}

/// Changes a draft's head.
pub async fn set_head(tx: &mut Tx, id: BatchId, head: &Head) -> Result<u64, StoreError> {
    let args = args![id.0, head.name.as_str(), head.remarks.as_deref(), head.mode.number()];
    tx.execute(&HEAD, args).await
}

/// Records the number range of a draft's items.
pub async fn set_range(tx: &mut Tx, id: BatchId, first: i64, last: i64) -> Result<u64, StoreError> {
    tx.execute(&RANGE, args![id.0, first, last]).await
}

/// Records how many refused rows of a draft are still open.
pub async fn set_refused(tx: &mut Tx, id: BatchId, count: i64) -> Result<(), StoreError> {
    tx.execute(&REFUSED, args![id.0, count]).await.map(|_| ())
}

/// Raises a draft's version and returns the new one.
pub async fn raise_version(tx: &mut Tx, id: BatchId) -> Result<i64, StoreError> {
    let rows = tx.fetch(&RAISE_VERSION, args![id.0]).await?;
    rows.first().ok_or_else(|| StoreError::Corrupt(format!("batch {id} is not a draft")))?.i64(0)
}
