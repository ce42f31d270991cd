//! Drafts: how a batch is created, filled by an import, edited, and deleted if its import did not finish.

use super::row::converts;
use crate::args;
use crate::bulk::Sql;
use crate::counter::{self, Counter};
use crate::error::StoreError;
use crate::lease;
use crate::sql::sql;
use crate::tx::Tx;
use domain::batch::{BatchIntent, BatchMode, BatchState, BatchType};
use domain::id::{AccountId, AssetId, BatchId};
use domain::principal::Author;
use domain::work::Work;

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

pub(super) static CREATE: Sql = Sql::new(sql!(
    "INSERT INTO batch (id, day, day_number, name, kind, mode, state, intent, ready, asset, account, remarks,
       first_number, last_number, refused_count, total_count, total_amount, success_count, success_amount,
       failed_count, failed_amount, skipped_count, fee_amount, created_by, created_at, convert,
       created_by_kind, created_by_id, allow_repeat)
     SELECT $14, $1, COALESCE(MAX(given.day_number), 0) + 1, $2, $3, $4, ",
    [BatchState::Draft],
    ", ",
    [BatchIntent::Run],
    ", 0, $5, $6, $7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $8, $9, $10, $11, $12, $13
     FROM (SELECT MAX(day_number) AS day_number FROM batch WHERE day = $1 UNION ALL
           SELECT n.value FROM counter d JOIN counter n ON n.name = 'batch_day_number'
           WHERE d.name = 'batch_day' AND d.value = $1) given",
));
pub(super) static FILL: Sql = Sql::new(sql!(
    "UPDATE batch SET ready = 1, file_hash = $2, first_number = $3, last_number = $4, refused_count = $5,
       total_count = $6, total_amount = $7 WHERE id = $1 AND ready = 0 AND state = ",
    [BatchState::Draft],
));
pub(super) static EXTENT: Sql =
    Sql::new("UPDATE batch SET first_number = $2, last_number = $3 WHERE id = $1 AND ready = 0");
pub(super) static FIELDS: Sql = Sql::new(sql!(
    "UPDATE batch SET name = $2, remarks = $3, mode = $4 WHERE id = $1 AND ready = 1 AND state = ",
    [BatchState::Draft],
));
pub(super) static RANGE: Sql = Sql::new(sql!(
    "UPDATE batch SET first_number = $2, last_number = $3 WHERE id = $1 AND ready = 1 AND state = ",
    [BatchState::Draft],
));
pub(super) static REFUSED: Sql =
    Sql::new(sql!("UPDATE batch SET refused_count = $2 WHERE id = $1 AND state = ", [BatchState::Draft]));
pub(super) static RAISE_VERSION: Sql = Sql::new(sql!(
    "UPDATE batch SET version = version + 1 WHERE id = $1 AND state = ",
    [BatchState::Draft],
    " RETURNING version",
));
pub(super) static PURGE: Sql = Sql::new("DELETE FROM batch WHERE id = $1 AND ready = 0");

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
        converts(batch.convert, batch.follows_rates),
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

/// Deletes a batch whose import did not finish, and the lease of that import; delete its items and problems
/// first. A finished batch stays as it is.
pub async fn purge(tx: &mut Tx, id: BatchId) -> Result<(), StoreError> {
    match tx.execute(&PURGE, args![id.0]).await? {
        0 => Ok(()),
        _ => lease::forget(tx, Work::import(id)).await,
    }
}

/// What can be changed in a draft, apart from its items.
#[derive(Debug, Clone)]
pub struct DraftFields {
    /// Its name.
    pub name: String,
    /// The remarks.
    pub remarks: Option<String>,
    /// What a failed item means for the rest.
    pub mode: BatchMode,
}

/// Changes a draft, apart from its items.
pub async fn set_fields(tx: &mut Tx, id: BatchId, fields: &DraftFields) -> Result<u64, StoreError> {
    let args = args![id.0, fields.name.as_str(), fields.remarks.as_deref(), fields.mode.number()];
    tx.execute(&FIELDS, args).await
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
