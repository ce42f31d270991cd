//! Reminders: notices that somebody asked for, at a time, for one person or for the approvers of a batch.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;
use domain::id::BatchId;
use domain::principal::{Author, Principal};

record! {
    /// A reminder.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Reminder {
        /// Its id.
        pub id: i64,
        /// When it is due, microseconds UTC.
        pub due_at: i64,
        /// Whom it is for; none: the approvers of its batch.
        pub person: Option<i64>,
        /// The batch that it is about.
        pub batch: Option<BatchId>,
        /// What it says.
        pub content: Option<String>,
        /// Who asked for it.
        pub created_by: Author = "created_by, created_by_kind, created_by_id",
        /// When.
        pub created_at: i64,
    }
}

static ADD: Sql = Sql::new(
    "INSERT INTO reminder (due_at, person, batch, content, created_by, created_at, created_by_kind, created_by_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
);
static DUE: Sql = Sql::new(sql!(
    "SELECT ",
    Reminder::COLUMNS,
    " FROM reminder WHERE done_at IS NULL AND due_at <= $1 ORDER BY due_at, id LIMIT $2"
));
static DONE: Sql = Sql::new("UPDATE reminder SET done_at = $2 WHERE id = $1 AND done_at IS NULL");
static COUNT_SINCE: Sql = Sql::new(
    "SELECT COUNT(*) FROM reminder WHERE created_by_kind = $1 AND COALESCE(created_by_id, 0) = $2 AND created_at >= $3",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ADD, &DUE, &DONE, &COUNT_SINCE];

/// Adds a reminder and returns its id; the one that it has is not used.
pub async fn add(tx: &mut Tx, reminder: &Reminder) -> Result<i64, StoreError> {
    let Author { principal, name } = &reminder.created_by;
    let args = args![
        reminder.due_at,
        reminder.person,
        reminder.batch.map(|batch| batch.0),
        reminder.content.as_deref(),
        name.as_str(),
        reminder.created_at,
        principal.kind(),
        principal.id(),
    ];
    let rows = tx.fetch(&ADD, args).await?;
    rows.first().ok_or_else(|| StoreError::Corrupt("no id".to_owned()))?.i64(0)
}

/// Reminders that are due and not done, the earliest first.
pub async fn due(tx: &mut Tx, now: i64, limit: i64) -> Result<Vec<Reminder>, StoreError> {
    tx.fetch(&DUE, args![now, limit]).await?.iter().map(Row::read).collect()
}

/// Records that a reminder is done; `false` if it was before.
pub async fn done(tx: &mut Tx, id: i64, now: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&DONE, args![id, now]).await? > 0)
}

/// How many reminders a principal has asked for since a time.
pub async fn count_since(tx: &mut Tx, by: Principal, since: i64) -> Result<i64, StoreError> {
    let rows = tx.fetch(&COUNT_SINCE, args![by.kind(), by.id().unwrap_or(0), since]).await?;
    rows.first().map_or(Ok(0), |row| row.i64(0))
}
