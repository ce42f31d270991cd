//! Files that people uploaded and tasks made: what is known about them. Their bytes are in a file store (the crate
//! `files`), at a place and under an object's name, until they are gone.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::id::{BatchId, FileId, TaskId};
use domain::principal::{Author, Principal};
use domain::task::TaskState;
use domain::upload::FileKind;

record! {
    /// A file.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Upload {
        /// Its id.
        pub id: FileId,
        /// The file store that has its bytes.
        pub place: String,
        /// Their name there.
        pub object: String,
        /// Its name.
        pub name: String,
        /// What it is, by its content.
        pub kind: FileKind,
        /// Its size in bytes.
        pub size: i64,
        /// SHA-256 of its content, in hexadecimal.
        pub sha256: String,
        /// The batch that it belongs to: all who may see the batch may see the file.
        pub batch: Option<BatchId>,
        /// The task that made it.
        pub task: Option<TaskId>,
        /// Who uploaded it, or started the task.
        pub created_by: Author = "created_by, created_by_kind, created_by_id",
        /// When, microseconds UTC.
        pub created_at: i64,
        /// When its bytes are removed; none while it belongs to a batch.
        pub expires_at: Option<i64>,
        /// When its bytes were removed.
        pub gone_at: Option<i64>,
    }
}

static INSERT: Sql = Sql::new(
    "INSERT INTO upload (place, object, name, kind, size, sha256, batch, task, created_by, created_by_kind, created_by_id,
       created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
);
static GET: Sql = Sql::new(sql!("SELECT ", Upload::COLUMNS, " FROM upload WHERE id = $1"));
static STORED: Sql =
    Sql::new("SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM upload WHERE gone_at IS NULL");
static STORED_BY: Sql = Sql::new(
    "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM upload
     WHERE gone_at IS NULL AND created_by_kind = $1 AND COALESCE(created_by_id, 0) = $2",
);
static ATTACH: Sql = Sql::new(
    "UPDATE upload SET batch = COALESCE(batch, $2), expires_at = NULL WHERE id = $1 AND gone_at IS NULL",
);
// One that an open task reads is kept for it.
static EXPIRED: Sql = Sql::new(sql!(
    "SELECT ",
    Upload::COLUMNS,
    " FROM upload WHERE gone_at IS NULL AND expires_at < $1 AND place = $2 AND NOT EXISTS (
       SELECT 1 FROM task WHERE task.upload = upload.id AND task.state IN (",
    [TaskState::Pending],
    ", ",
    [TaskState::Processing],
    ")) ORDER BY expires_at, id LIMIT $3"
));
static FORGET: Sql =
    Sql::new("UPDATE upload SET expires_at = $2 WHERE task = $1 AND batch IS NULL AND gone_at IS NULL");
// It may have been attached to a batch since it was found.
static GONE: Sql =
    Sql::new("UPDATE upload SET gone_at = $2 WHERE id = $1 AND gone_at IS NULL AND expires_at < $2");
static KNOWN: Lookup =
    Lookup { columns: "object", from: "upload", key: "object", and: "gone_at IS NULL", lock: Lock::None };

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&INSERT, &GET, &STORED, &STORED_BY, &ATTACH, &EXPIRED, &FORGET, &GONE];

/// Adds a file; its id is assigned here.
pub async fn insert(tx: &mut Tx, upload: &Upload) -> Result<FileId, StoreError> {
    let args = args![
        upload.place.as_str(),
        upload.object.as_str(),
        upload.name.as_str(),
        upload.kind.number(),
        upload.size,
        upload.sha256.as_str(),
        upload.batch.map(|id| id.0),
        upload.task.map(|id| id.0),
        upload.created_by.name.as_str(),
        upload.created_by.principal.kind(),
        upload.created_by.principal.id(),
        upload.created_at,
        upload.expires_at,
    ];
    let rows = tx.fetch(&INSERT, args).await?;
    rows.first().ok_or_else(|| StoreError::Corrupt("no id".to_owned()))?.i64(0).map(FileId)
}

/// A file by its id.
pub async fn get(tx: &mut Tx, id: FileId) -> Result<Option<Upload>, StoreError> {
    tx.fetch(&GET, args![id.0]).await?.first().map(Row::read).transpose()
}

/// How many bytes are stored.
pub async fn stored(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.fetch(&STORED, args![]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// How many of them are a principal's.
pub async fn stored_by(tx: &mut Tx, principal: Principal) -> Result<i64, StoreError> {
    let rows = tx.fetch(&STORED_BY, args![principal.kind(), principal.id().unwrap_or(0)]).await?;
    rows.first().map_or(Ok(0), |row| row.i64(0))
}

/// Records that a file belongs to a batch, and so is kept; the first batch counts. `false` if its bytes are removed.
pub async fn attach(tx: &mut Tx, id: FileId, batch: BatchId) -> Result<bool, StoreError> {
    Ok(tx.execute(&ATTACH, args![id.0, batch.0]).await? > 0)
}

/// Files at a place whose time is over, and which no open task reads.
pub async fn expired(tx: &mut Tx, now: i64, place: &str, limit: i64) -> Result<Vec<Upload>, StoreError> {
    tx.fetch(&EXPIRED, args![now, place, limit]).await?.iter().map(Row::read).collect()
}

/// Ends the time of what an earlier run of a task made.
pub async fn forget(tx: &mut Tx, task: TaskId, now: i64) -> Result<(), StoreError> {
    tx.execute(&FORGET, args![task.0, now]).await.map(|_| ())
}

/// Records that the bytes of a file are removed; `false` if they were already, or if it is kept.
pub async fn remove_bytes(tx: &mut Tx, id: FileId, now: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&GONE, args![id.0, now]).await? > 0)
}

/// Of objects, those that are a file's.
pub async fn known(tx: &mut Tx, objects: Vec<String>) -> Result<Vec<String>, StoreError> {
    tx.lookup(&KNOWN, Column::Text(objects)).await?.iter().map(|row| row.text(0)).collect()
}
