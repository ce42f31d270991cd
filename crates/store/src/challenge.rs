//! Sign-ins whose password was right and whose one-time code is still missing. Only the hash of a challenge's
//! token is stored.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::record::record;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::Row;

record! {
    /// A challenge.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Challenge {
        /// The user whose password was given.
        pub user: i64 = "app_user",
        /// When that password had been set: with another one the challenge is void.
        pub password_at: i64,
        /// How many codes were tried.
        pub tries: i64,
        /// When it expires, microseconds UTC.
        pub expires_at: i64,
    }
}

static INSERT: Sql = Sql::new(
    "INSERT INTO challenge (token, app_user, password_at, tries, expires_at) VALUES ($1, $2, $3, $4, $5)",
);
static LOCK: Sql = Sql::locking(sql!("SELECT ", Challenge::COLUMNS, " FROM challenge WHERE token = $1"));
static TRIED: Sql = Sql::new("UPDATE challenge SET tries = tries + 1 WHERE token = $1");
static TAKE: Sql = Sql::new("DELETE FROM challenge WHERE token = $1");
static END_OF_USER: Sql = Sql::new("DELETE FROM challenge WHERE app_user = $1");
static END_OLD: Sql = Sql::new("DELETE FROM challenge WHERE expires_at < $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&INSERT, &LOCK, &TRIED, &TAKE, &END_OF_USER, &END_OLD];

/// Adds a challenge under the hash of its token.
pub async fn insert(tx: &mut Tx, one: Challenge, token: &str) -> Result<(), StoreError> {
    let args = args![token, one.user, one.password_at, one.tries, one.expires_at];
    tx.execute(&INSERT, args).await.map(|_| ())
}

/// A challenge by the hash of its token, locked against other writers.
pub async fn lock(tx: &mut Tx, token: &str) -> Result<Option<Challenge>, StoreError> {
    tx.fetch(&LOCK, args![token]).await?.first().map(Row::read).transpose()
}

/// Counts a try.
pub async fn tried(tx: &mut Tx, token: &str) -> Result<(), StoreError> {
    tx.execute(&TRIED, args![token]).await.map(|_| ())
}

/// Uses up a challenge: of two concurrent callers, only one gets it.
pub async fn take(tx: &mut Tx, token: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&TAKE, args![token]).await? > 0)
}

/// Ends a user's challenges.
pub async fn end_of_user(tx: &mut Tx, user: i64) -> Result<(), StoreError> {
    tx.execute(&END_OF_USER, args![user]).await.map(|_| ())
}

/// Deletes challenges that expired before a time.
pub async fn end_old(tx: &mut Tx, before: i64) -> Result<(), StoreError> {
    tx.execute(&END_OLD, args![before]).await.map(|_| ())
}
