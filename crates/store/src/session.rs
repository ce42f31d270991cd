//! Sessions of signed-in users. Only the hash of a session's token is stored.

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::access::Role;

record! {
    /// A session.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Session {
        /// Its id.
        pub id: i64 = "s.id",
        /// Its user.
        pub user: i64 = "s.app_user",
        /// The address the user signed in from.
        pub address: String = "s.address",
        /// The user agent.
        pub agent: String = "s.agent",
        /// When it began, microseconds UTC.
        pub created_at: i64 = "s.created_at",
        /// When it was last used, to within a minute.
        pub seen_at: i64 = "s.seen_at",
        /// When a one-time code was last accepted in it.
        pub factor_at: Option<i64> = "s.factor_at",
        /// Whether it is the first one after its user accepted an invitation, or after the set-up.
        pub is_first: bool = "s.is_first",
    }
}

record! {
    /// A session with its user's details.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Found {
        /// The session.
        pub session: Session =
            "s.id, s.app_user, s.address, s.agent, s.created_at, s.seen_at, s.factor_at, s.is_first",
        /// The user's login name.
        pub login: String = "u.login",
        /// The user's current role.
        pub role: Role = "u.role",
    }
}

static INSERT: Sql = Sql::new(
    "INSERT INTO session (id, token, app_user, address, agent, created_at, seen_at, factor_at, is_first)
     VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)",
);
static BY_TOKEN: Sql = Sql::new(sql!(
    "SELECT ",
    Found::COLUMNS,
    " FROM session s JOIN app_user u ON u.id = s.app_user WHERE s.token = $1 AND u.disabled_at IS NULL",
));
static BY_FORMER_TOKEN: Sql = Sql::new(sql!(
    "SELECT ",
    Found::COLUMNS,
    " FROM session s JOIN app_user u ON u.id = s.app_user
      WHERE s.former_token = $1 AND s.former_until > $2 AND u.disabled_at IS NULL",
));
static BY_ID: Lookup = Lookup {
    columns: Session::COLUMNS,
    from: "session s JOIN app_user u ON u.id = s.app_user",
    key: "s.id",
    and: "u.disabled_at IS NULL",
    lock: Lock::None,
};
static OF_USER: Sql = Sql::new(sql!(
    "SELECT ",
    Session::COLUMNS,
    " FROM session s WHERE app_user = $1 ORDER BY created_at DESC, id LIMIT $2",
));
static SEEN: Sql = Sql::new("UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2");
static GET: Sql =
    Sql::new(sql!("SELECT ", Session::COLUMNS, " FROM session s WHERE s.id = $1 AND s.app_user = $2"));
static PROVE: Sql = Sql::new(
    "UPDATE session SET factor_at = $2, token = $3, former_token = token, former_until = $4
     WHERE id = $1 AND token = $5",
);
static END_OTHERS: Sql = Sql::new("DELETE FROM session WHERE app_user = $1 AND id <> $2");
static END: Sql = Sql::new("DELETE FROM session WHERE id = $1 AND app_user = $2");
static END_OF_USER: Sql = Sql::new("DELETE FROM session WHERE app_user = $1");
static END_OLD: Sql = Sql::new("DELETE FROM session WHERE created_at < $1 OR seen_at < $2");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![
    &INSERT,
    &BY_TOKEN,
    &BY_FORMER_TOKEN,
    &OF_USER,
    &SEEN,
    &GET,
    &PROVE,
    &END_OTHERS,
    &END,
    &END_OF_USER,
    &END_OLD
];

/// Adds a session under the hash of its token. The caller supplies the id: one that the engine draws could
/// repeat the id of an ended session, and connections are identified by it.
pub async fn insert(tx: &mut Tx, session: &Session, token: &str) -> Result<(), StoreError> {
    let Session { id, user, address, agent, created_at, factor_at, is_first, .. } = session;
    let is_first = i64::from(*is_first);
    let args = args![*id, token, *user, address.as_str(), agent.as_str(), *created_at, *factor_at, is_first];
    tx.execute(&INSERT, args).await.map(|_| ())
}

/// A session by the hash of its token, unless its user is disabled.
pub async fn by_token(tx: &mut Tx, token: &str) -> Result<Option<Found>, StoreError> {
    tx.fetch(&BY_TOKEN, args![token]).await?.first().map(Row::read).transpose()
}

/// The same by the hash of the token before, while requests that were on their way may use it.
pub async fn by_former_token(tx: &mut Tx, token: &str, now: i64) -> Result<Option<Found>, StoreError> {
    tx.fetch(&BY_FORMER_TOKEN, args![token, now]).await?.first().map(Row::read).transpose()
}

/// The given sessions that exist and whose user is not disabled.
pub async fn by_ids(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<Session>, StoreError> {
    tx.lookup(&BY_ID, Column::I64(ids)).await?.iter().map(Row::read).collect()
}

/// A user's sessions, newest first.
pub async fn of_user(tx: &mut Tx, user: i64, limit: i64) -> Result<Vec<Session>, StoreError> {
    tx.fetch(&OF_USER, args![user, limit]).await?.iter().map(Row::read).collect()
}

/// Records that a session was used.
pub async fn seen(tx: &mut Tx, id: i64, now: i64) -> Result<(), StoreError> {
    tx.execute(&SEEN, args![id, now]).await.map(|_| ())
}

/// A session of a user.
pub async fn get(tx: &mut Tx, id: i64, user: i64) -> Result<Option<Session>, StoreError> {
    tx.fetch(&GET, args![id, user]).await?.first().map(Row::read).transpose()
}

/// Records that a one-time code was accepted in a session, and replaces its token by a new one, both known by their
/// hashes. The replaced one can be used until a given time; one before that no longer. `false` if the token has been
/// replaced already, or the session has ended.
pub async fn prove(
    tx: &mut Tx,
    id: i64,
    (present, new): (&str, &str),
    (at, former_until): (i64, i64),
) -> Result<bool, StoreError> {
    Ok(tx.execute(&PROVE, args![id, at, new, former_until, present]).await? > 0)
}

/// Ends all sessions of a user but one, and returns how many there were.
pub async fn end_others(tx: &mut Tx, user: i64, kept: i64) -> Result<u64, StoreError> {
    tx.execute(&END_OTHERS, args![user, kept]).await
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
