//! Sessions of signed-in users. Only the hash of a session's token is stored.

use crate::args;
use crate::bulk::{Lock, Lookup, Sql};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::access::Role;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: i64,
    /// Its user.
    pub user: i64,
    /// The address the user signed in from.
    pub address: String,
    /// The user agent.
    pub agent: String,
    /// When it began, microseconds UTC.
    pub created_at: i64,
    /// When it was last used, to within a minute.
    pub seen_at: i64,
}

/// A session with its user's details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// The user's login name.
    pub login: String,
    /// The user's current role.
    pub role: Role,
}

static INSERT: Sql = Sql::new(
    "INSERT INTO session (id, token, app_user, address, agent, created_at, seen_at)
     VALUES ($1, $2, $3, $4, $5, $6, $6)",
);
static BY_TOKEN: Sql = Sql::new(
    "SELECT s.id, s.app_user, s.address, s.agent, s.created_at, s.seen_at, u.login, u.role
     FROM session s JOIN app_user u ON u.id = s.app_user WHERE s.token = $1 AND u.disabled_at IS NULL",
);
static BY_ID: Lookup = Lookup {
    columns: "s.id, s.app_user, s.address, s.agent, s.created_at, s.seen_at",
    from: "session s JOIN app_user u ON u.id = s.app_user",
    key: "s.id",
    and: "u.disabled_at IS NULL",
    lock: Lock::None,
};
static OF_USER: Sql = Sql::new(
    "SELECT id, app_user, address, agent, created_at, seen_at FROM session WHERE app_user = $1
     ORDER BY created_at DESC, id LIMIT $2",
);
static SEEN: Sql = Sql::new("UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2");
static END: Sql = Sql::new("DELETE FROM session WHERE id = $1 AND app_user = $2");
static END_OF_USER: Sql = Sql::new("DELETE FROM session WHERE app_user = $1");
static END_OLD: Sql = Sql::new("DELETE FROM session WHERE created_at < $1 OR seen_at < $2");

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&INSERT, &BY_TOKEN, &OF_USER, &SEEN, &END, &END_OF_USER, &END_OLD];

fn read(row: Row<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.i64(0)?,
        user: row.i64(1)?,
        address: row.text(2)?,
        agent: row.text(3)?,
        created_at: row.i64(4)?,
        seen_at: row.i64(5)?,
    })
}

/// Adds a session under the hash of its token. The caller supplies the id: one that the engine draws could
/// repeat the id of an ended session, and connections are identified by it.
pub async fn insert(tx: &mut Tx, session: &Session, token: &str) -> Result<(), StoreError> {
    let Session { id, user, address, agent, created_at, .. } = session;
    let args = args![*id, token, *user, address.as_str(), agent.as_str(), *created_at];
    tx.execute(&INSERT, args).await.map(|_| ())
}

/// A session by the hash of its token, unless its user is disabled.
pub async fn by_token(tx: &mut Tx, token: &str) -> Result<Option<Found>, StoreError> {
    let found = |row: Row<'_>| {
        Ok(Found { session: read(row)?, login: row.text(6)?, role: row.stored(7, Role::from_number)? })
    };
    tx.fetch(&BY_TOKEN, args![token]).await?.first().map(found).transpose()
}

/// The given sessions that exist and whose user is not disabled.
pub async fn by_ids(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Session>, StoreError> {
    tx.lookup(&BY_ID, Column::I64(ids)).await?.iter().map(read).collect()
}

/// A user's sessions, newest first.
pub async fn of_user(tx: &mut Tx, user: i64, limit: i64) -> Result<Vec<Session>, StoreError> {
    tx.fetch(&OF_USER, args![user, limit]).await?.iter().map(read).collect()
}

/// Records that a session was used.
pub async fn seen(tx: &mut Tx, id: i64, now: i64) -> Result<(), StoreError> {
    tx.execute(&SEEN, args![id, now]).await.map(|_| ())
}

/// Ends one session of a user; `false` if the user has no such session.
pub async fn end(tx: &mut Tx, id: i64, user: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&END, args![id, user]).await? > 0)
}

/// Ends all sessions of a user and returns how many there were.
pub async fn end_of_user(tx: &mut Tx, user: i64) -> Result<u64, StoreError> {
    tx.execute(&END_OF_USER, args![user]).await
}

/// Deletes sessions that began before one time, or were last used before another.
pub async fn end_old(tx: &mut Tx, begun: i64, used: i64) -> Result<u64, StoreError> {
    tx.execute(&END_OLD, args![begun, used]).await
}
