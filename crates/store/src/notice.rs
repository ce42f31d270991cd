//! Notices: which user is told of which event, and when the user read it. What it says is in the event.

use crate::args;
use crate::bulk::{Insert, Named, Sql, named};
use crate::error::StoreError;
use crate::outbox::OutboxRow;
use crate::record::record;
use crate::script::Script;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row, Rows};

record! {
    /// A notice with its event.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct NoticeRow {
        /// When its user read it, microseconds UTC.
        pub read_at: Option<i64> = "n.read_at",
        /// The event.
        pub event: OutboxRow = "o.id, o.at, o.kind, o.batch, o.subject, o.subject_id, o.detail, o.audience",
    }
}

static ADD: Insert = Insert { table: "notice", columns: &["app_user", "event"] };
static PAGE: Sql = Sql::new(sql!(
    "SELECT ",
    NoticeRow::COLUMNS,
    " FROM notice n JOIN outbox o ON o.id = n.event WHERE n.app_user = $1 ORDER BY n.event DESC LIMIT $2 OFFSET $3"
));
static PAGE_UNREAD: Sql = Sql::new(sql!(
    "SELECT ",
    NoticeRow::COLUMNS,
    " FROM notice n JOIN outbox o ON o.id = n.event
     WHERE n.app_user = $1 AND n.read_at IS NULL ORDER BY n.event DESC LIMIT $2 OFFSET $3"
));
static COUNT: Sql = Sql::new("SELECT COUNT(*) FROM notice WHERE app_user = $1");
static UNREAD: Sql = Sql::new("SELECT COUNT(*) FROM notice WHERE app_user = $1 AND read_at IS NULL");
static READ: Sql =
    Sql::new("UPDATE notice SET read_at = COALESCE(read_at, $3) WHERE app_user = $1 AND event = $2");
static READ_ALL: Sql = Sql::new("UPDATE notice SET read_at = $2 WHERE app_user = $1 AND read_at IS NULL");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&PAGE, &PAGE_UNREAD, &COUNT, &UNREAD, &READ, &READ_ALL];

/// Tells users of an event; one that was told before is not told again.
pub async fn add(tx: &mut Tx, event: i64, users: &[i64]) -> Result<u64, StoreError> {
    let columns = vec![Column::I64(users.to_vec()), Column::Same(event, users.len())];
    tx.insert_new(&ADD, columns).await
}

/// A page of a user's notices, newest first, skipping the first `offset`; or of those that were not read.
pub async fn page(
    tx: &mut Tx,
    user: i64,
    is_unread: bool,
    (limit, offset): (i64, i64),
) -> Result<Vec<NoticeRow>, StoreError> {
    let sql = if is_unread { &PAGE_UNREAD } else { &PAGE };
    tx.fetch(sql, args![user, limit, offset]).await?.iter().map(Row::read).collect()
}

/// How many notices a user has.
pub async fn count(tx: &mut Tx, user: i64) -> Result<i64, StoreError> {
    first(&tx.fetch(&COUNT, args![user]).await?)
}

/// How many notices a user has not read.
pub async fn unread(tx: &mut Tx, user: i64) -> Result<i64, StoreError> {
    first(&tx.fetch(&UNREAD, args![user]).await?)
}

/// How many notices each of these users has not read, in one hop.
pub async fn unread_of(tx: &mut Tx, users: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut script = Script::new();
    let asked: Vec<_> = users
        .iter()
        .map(|user| (*user, script.fetch(&UNREAD, args![*user], |answer| first(&answer.rows))))
        .collect();
    let mut answers = tx.run(script).await?;
    asked.into_iter().map(|(user, count)| Ok((user, answers.take(count)?))).collect()
}

/// Marks a user's notice of an event as read; `false` if the user has none.
pub async fn read(tx: &mut Tx, user: i64, event: i64, now: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&READ, args![user, event, now]).await? > 0)
}

/// Marks all notices of a user as read; returns how many were not.
pub async fn read_all(tx: &mut Tx, user: i64, now: i64) -> Result<u64, StoreError> {
    tx.execute(&READ_ALL, args![user, now]).await
}

fn first(rows: &Rows) -> Result<i64, StoreError> {
    rows.first().map_or(Ok(0), |row| row.i64(0))
}
