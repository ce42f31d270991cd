//! Tasks: what was asked for, how far it is, and what came of it. A node takes one under the lease of its
//! [`domain::work::Work::task`]; the node that writes how far it is holds that lease in the same transaction.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::listing::{Listing, PageRequest};
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use domain::code::Code;
use domain::id::{BatchId, FileId, TaskId};
use domain::principal::{Author, Principal};
use domain::task::{TaskState, TaskType};
use domain::work::WorkKind;

record! {
    /// A task that was not removed from the list.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Task {
        /// Its id.
        pub id: TaskId,
        /// What it does.
        pub kind: TaskType,
        /// How far it is.
        pub state: TaskState,
        /// What it is to do, as JSON.
        pub input: String,
        /// The batch that it is about, or made.
        pub batch: Option<BatchId>,
        /// The file that it reads.
        pub upload: Option<FileId>,
        /// The place of that file; empty if it reads none.
        pub place: String,
        /// Records in all, as far as that is known.
        pub total: Option<i64>,
        /// Records that are done.
        pub processed: i64,
        /// The steps that it has begun, as a JSON list.
        pub steps: String,
        /// How often a node took it.
        pub takes: i64,
        /// What it did, as JSON.
        pub result: Option<String>,
        /// The file that it made.
        pub made: Option<FileId>,
        /// Why it failed.
        pub code: Option<Code>,
        /// What that is about.
        pub message: Option<String>,
        /// Who started it.
        pub created_by: Author = "created_by, created_by_kind, created_by_id",
        /// When, microseconds UTC.
        pub created_at: i64,
        /// When a node took it first.
        pub started_at: Option<i64>,
        /// When somebody asked for its end.
        pub cancel_at: Option<i64>,
        /// When it ended.
        pub completed_at: Option<i64>,
    }
}

/// Which tasks a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Only in this state.
    pub state: Option<TaskState>,
    /// Only of this kind.
    pub kind: Option<TaskType>,
    /// Only about this batch.
    pub batch: Option<BatchId>,
    /// Only what this principal started.
    pub started_by: Option<Principal>,
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Its last state.
    pub state: TaskState,
    /// What it did, as JSON.
    pub result: Option<String>,
    /// The rows that made it fail, as JSON.
    pub problems: Option<String>,
    /// The file that it made.
    pub made: Option<FileId>,
    /// Why it failed.
    pub code: Option<Code>,
    /// What that is about.
    pub message: Option<String>,
    /// The set of headers for which the decisions in its input are remembered; none if there is nothing to remember.
    pub header_set: Option<String>,
}

impl Ending {
    /// An end without a result.
    #[must_use]
    pub const fn of(state: TaskState) -> Self {
        Self { state, result: None, problems: None, made: None, code: None, message: None, header_set: None }
    }
}

const BY_ID: &str = sql!("SELECT ", Task::COLUMNS, " FROM task WHERE id = $1 AND removed_at IS NULL");

static INSERT: Sql = Sql::new(sql!(
    "INSERT INTO task (kind, state, input, batch, upload, place, created_by, created_by_kind, created_by_id, created_at,
       processed, steps, takes)
     VALUES ($1, ",
    [TaskState::Pending],
    ", $2, $3, $4, $5, $6, $7, $8, $9, 0, '[]', 0) RETURNING id"
));
static GET: Sql = Sql::new(BY_ID);
static LOCK: Sql = Sql::locking(BY_ID);
static EVER: Sql = Sql::new(sql!("SELECT ", Task::COLUMNS, " FROM task WHERE id = $1"));
static PROBLEMS: Sql = Sql::new("SELECT problems FROM task WHERE id = $1 AND removed_at IS NULL");
static OPEN: Sql = Sql::new(sql!(
    "SELECT COUNT(*) FROM task WHERE created_by_kind = $1 AND COALESCE(created_by_id, 0) = $2 AND state IN (",
    [TaskState::Pending],
    ", ",
    [TaskState::Processing],
    ")"
));
// A task without a file is for any node; one with a file is for the nodes that have the file.
static WAITING: Sql = Sql::new(sql!(
    "SELECT id FROM task WHERE state IN (",
    [TaskState::Pending],
    ", ",
    [TaskState::Processing],
    ") AND (place = '' OR place = $2) AND NOT EXISTS (
       SELECT 1 FROM lease JOIN node ON node.name = lease.owner
       WHERE lease.id = task.id AND lease.owner <> $1 AND lease.kind = ",
    [WorkKind::Task],
    ") ORDER BY id LIMIT $3"
));
static CANCELLED: Sql = Sql::new(sql!(
    "SELECT id FROM task WHERE state = ",
    [TaskState::Processing],
    " AND cancel_at IS NOT NULL ORDER BY id"
));
static TAKE: Sql = Sql::new(sql!(
    "UPDATE task SET state = ",
    [TaskState::Processing],
    ", takes = takes + 1, started_at = COALESCE(started_at, $2), total = NULL, processed = 0 WHERE id = $1"
));
static GIVE_BACK: Sql = Sql::new(sql!(
    "UPDATE task SET state = ",
    [TaskState::Pending],
    ", takes = takes - 1 WHERE id = $1 AND state = ",
    [TaskState::Processing]
));
static NOTE: Sql = Sql::new("UPDATE task SET total = $2, processed = $3, steps = $4 WHERE id = $1");
static KEEP: Sql = Sql::new("UPDATE task SET so_far = $2 WHERE id = $1");
static SO_FAR: Sql = Sql::new("SELECT so_far FROM task WHERE id = $1");
static BIND: Sql = Sql::new("UPDATE task SET batch = $2, result = $3 WHERE id = $1");
static ASK: Sql = Sql::new("UPDATE task SET cancel_at = COALESCE(cancel_at, $2) WHERE id = $1");
static END: Sql = Sql::new(
    "UPDATE task SET state = $2, result = $3, problems = $4, made = $5, code = $6, message = $7, completed_at = $8,
         header_set = $9, so_far = NULL
     WHERE id = $1",
);
// In whatever state: its batch is written with the commit that makes the batch visible, and it cannot fail after that.
// One that added its file to a draft has the batch from its start, and a later id than the one that made it.
static IMPORTER: Sql = Sql::new(sql!(
    "SELECT ",
    Task::COLUMNS,
    " FROM task WHERE batch = $1 AND upload IS NOT NULL AND kind = ",
    [TaskType::ImportBatch],
    " ORDER BY id LIMIT 1"
));
static REMEMBERED: Sql = Sql::new(
    "SELECT input, completed_at FROM task
     WHERE header_set = $1 AND kind = $2 AND created_by_kind = $3 AND COALESCE(created_by_id, 0) = $4
     ORDER BY id DESC LIMIT 1",
);
static REMEMBERS: Sql = Sql::new(
    "SELECT id FROM task WHERE header_set IS NOT NULL AND kind = $1 AND created_by_kind = $2
       AND COALESCE(created_by_id, 0) = $3 LIMIT 1",
);
static REMOVE: Sql = Sql::new("UPDATE task SET removed_at = $2 WHERE id = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![
    &INSERT,
    &GET,
    &LOCK,
    &EVER,
    &PROBLEMS,
    &OPEN,
    &WAITING,
    &CANCELLED,
    &TAKE,
    &GIVE_BACK,
    &NOTE,
    &KEEP,
    &SO_FAR,
    &BIND,
    &ASK,
    &END,
    &IMPORTER,
    &REMEMBERED,
    &REMEMBERS,
    &REMOVE
];

/// Adds a task that waits; its id is assigned here.
pub async fn insert(tx: &mut Tx, task: &Task) -> Result<TaskId, StoreError> {
    let args = args![
        task.kind.number(),
        task.input.as_str(),
        task.batch.map(|id| id.0),
        task.upload.map(|id| id.0),
        task.place.as_str(),
        task.created_by.name.as_str(),
        task.created_by.principal.kind(),
        task.created_by.principal.id(),
        task.created_at,
    ];
    let rows = tx.fetch(&INSERT, args).await?;
    rows.first().ok_or_else(|| StoreError::Corrupt("no id".to_owned()))?.i64(0).map(TaskId)
}

/// A task by its id.
pub async fn get(tx: &mut Tx, id: TaskId) -> Result<Option<Task>, StoreError> {
    tx.fetch(&GET, args![id.0]).await?.first().map(Row::read).transpose()
}

/// The same, locked.
pub async fn lock(tx: &mut Tx, id: TaskId) -> Result<Option<Task>, StoreError> {
    tx.fetch(&LOCK, args![id.0]).await?.first().map(Row::read).transpose()
}

/// The same, also after it was removed from the list.
pub async fn ever(tx: &mut Tx, id: TaskId) -> Result<Option<Task>, StoreError> {
    tx.fetch(&EVER, args![id.0]).await?.first().map(Row::read).transpose()
}

/// The rows that made a task fail, as JSON.
pub async fn problems(tx: &mut Tx, id: TaskId) -> Result<Option<String>, StoreError> {
    tx.fetch(&PROBLEMS, args![id.0]).await?.first().map_or(Ok(None), |row| row.opt_text(0))
}

fn listing(filter: &TaskFilter) -> Listing {
    let mut listing = Listing::over("task");
    if let Some(state) = filter.state {
        listing.and("state = ?", state.number());
    }
    if let Some(kind) = filter.kind {
        listing.and("kind = ?", kind.number());
    }
    if let Some(batch) = filter.batch {
        listing.and("batch = ?", batch.0);
    }
    if let Some(principal) = filter.started_by {
        listing.and("created_by_kind = ?", principal.kind());
        listing.and("COALESCE(created_by_id, 0) = ?", principal.id().unwrap_or(0));
    }
    listing.and("COALESCE(removed_at, 0) = ?", 0_i64);
    listing
}

/// A page of tasks in the order of their ids.
pub async fn page(tx: &mut Tx, filter: &TaskFilter, slice: PageRequest) -> Result<Vec<Task>, StoreError> {
    let (text, args) = listing(filter).page(Task::COLUMNS, "id", "id", slice);
    tx.fetch_text(text, args).await?.iter().map(Row::read).collect()
}

/// How many tasks match a filter, up to a bound.
pub async fn count(tx: &mut Tx, filter: &TaskFilter, most: i64) -> Result<i64, StoreError> {
    let (text, args) = listing(filter).count(Some(most));
    tx.fetch_text(text, args).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// How many tasks of a principal wait or run.
pub async fn open(tx: &mut Tx, principal: Principal) -> Result<i64, StoreError> {
    let rows = tx.fetch(&OPEN, args![principal.kind(), principal.id().unwrap_or(0)]).await?;
    rows.first().map_or(Ok(0), |row| row.i64(0))
}

/// The tasks that wait for a node, or whose node was evicted, and whose file is at this place; oldest first.
pub async fn waiting(tx: &mut Tx, node: &str, place: &str, limit: i64) -> Result<Vec<TaskId>, StoreError> {
    let rows = tx.fetch(&WAITING, args![node, place, limit]).await?;
    rows.iter().map(|row| row.i64(0).map(TaskId)).collect()
}

/// The tasks that run and of which somebody asked that they end.
pub async fn cancelled(tx: &mut Tx) -> Result<Vec<TaskId>, StoreError> {
    tx.fetch(&CANCELLED, args![]).await?.iter().map(|row| row.i64(0).map(TaskId)).collect()
}

/// Records that a node took a task, which begins from its beginning.
pub async fn take(tx: &mut Tx, id: TaskId, now: i64) -> Result<(), StoreError> {
    tx.execute(&TAKE, args![id.0, now]).await.map(|_| ())
}

/// Gives a task back to whichever node takes it next: this one stops, or the database is away. It was not the task that
/// failed, so the taking does not count.
pub async fn give_back(tx: &mut Tx, id: TaskId) -> Result<(), StoreError> {
    tx.execute(&GIVE_BACK, args![id.0]).await.map(|_| ())
}

/// Writes how far a task is.
pub async fn note(
    tx: &mut Tx,
    id: TaskId,
    (total, processed): (Option<i64>, i64),
    steps: &str,
) -> Result<(), StoreError> {
    tx.execute(&NOTE, args![id.0, total, processed, steps]).await.map(|_| ())
}

/// Writes what a task that works in several commits has done in those up to this one, as JSON.
pub async fn keep(tx: &mut Tx, id: TaskId, so_far: &str) -> Result<(), StoreError> {
    tx.execute(&KEEP, args![id.0, so_far]).await.map(|_| ())
}

/// What it had done in the last commit of an attempt; none if it has committed nothing.
pub async fn so_far(tx: &mut Tx, id: TaskId) -> Result<Option<String>, StoreError> {
    tx.fetch(&SO_FAR, args![id.0]).await?.first().map_or(Ok(None), |row| row.opt_text(0))
}

/// Records the batch that a task made and what it did, in the transaction that makes the batch visible: taken up
/// again, the task does not make it a second time.
pub async fn bind(tx: &mut Tx, id: TaskId, batch: BatchId, result: &str) -> Result<(), StoreError> {
    tx.execute(&BIND, args![id.0, batch.0, result]).await.map(|_| ())
}

/// Asks for the end of a task.
pub async fn ask_end(tx: &mut Tx, id: TaskId, now: i64) -> Result<(), StoreError> {
    tx.execute(&ASK, args![id.0, now]).await.map(|_| ())
}

/// Ends a task.
pub async fn end(tx: &mut Tx, id: TaskId, ending: &Ending, now: i64) -> Result<(), StoreError> {
    let args = args![
        id.0,
        ending.state.number(),
        ending.result.as_deref(),
        ending.problems.as_deref(),
        ending.made.map(|id| id.0),
        ending.code.map(Code::number),
        ending.message.as_deref(),
        now,
        ending.header_set.as_deref(),
    ];
    tx.execute(&END, args).await.map(|_| ())
}

/// The first task that imported a file into a batch, also after it was removed from the list.
pub async fn importer(tx: &mut Tx, batch: BatchId) -> Result<Option<Task>, StoreError> {
    tx.fetch(&IMPORTER, args![batch.0]).await?.first().map(Row::read).transpose()
}

/// The input of the newest task of a kind that a principal started, that is completed and whose decisions are remembered
/// for a set of headers; with the time of its end, microseconds UTC. Removing it from the list forgets nothing.
pub async fn remembered(
    tx: &mut Tx,
    header_set: &str,
    kind: TaskType,
    by: Principal,
) -> Result<Option<(String, Option<i64>)>, StoreError> {
    let args = args![header_set, kind.number(), by.kind(), by.id().unwrap_or(0)];
    tx.fetch(&REMEMBERED, args).await?.first().map(Row::read).transpose()
}

/// Whether [`remembered`] finds anything for some set of headers.
pub async fn remembers(tx: &mut Tx, kind: TaskType, by: Principal) -> Result<bool, StoreError> {
    let rows = tx.fetch(&REMEMBERS, args![kind.number(), by.kind(), by.id().unwrap_or(0)]).await?;
    Ok(rows.first().is_some())
}

/// Removes a task from the list; its row stays.
pub async fn remove(tx: &mut Tx, id: TaskId, now: i64) -> Result<(), StoreError> {
    tx.execute(&REMOVE, args![id.0, now]).await.map(|_| ())
}
