//! One-time links for setting a password. Only the hash of a link's token is stored.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Row;

/// A link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// The user whose password it sets; none: it creates the first administrator.
    pub user: Option<i64>,
    /// When it expires, microseconds UTC.
    pub expires_at: i64,
}

static INSERT: Sql =
    Sql::new("INSERT INTO invitation (token, app_user, created_at, expires_at) VALUES ($1, $2, $3, $4)");
static GET: Sql = Sql::new("SELECT app_user, expires_at FROM invitation WHERE token = $1");
static TAKE: Sql = Sql::new("DELETE FROM invitation WHERE token = $1 RETURNING app_user, expires_at");
static END_OF_USER: Sql = Sql::new("DELETE FROM invitation WHERE app_user = $1");
static END_SET_UP: Sql = Sql::new("DELETE FROM invitation WHERE app_user IS NULL");
static END_OLD: Sql = Sql::new("DELETE FROM invitation WHERE expires_at < $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&INSERT, &GET, &TAKE, &END_OF_USER, &END_SET_UP, &END_OLD];

fn read(row: Row<'_>) -> Result<Invitation, StoreError> {
    Ok(Invitation { user: row.opt_i64(0)?, expires_at: row.i64(1)? })
}

/// Adds a link under the hash of its token.
pub async fn insert(tx: &mut Tx, one: Invitation, token: &str, now: i64) -> Result<(), StoreError> {
    tx.execute(&INSERT, args![token, one.user, now, one.expires_at]).await.map(|_| ())
}

/// Reads a link without using it up.
pub async fn get(tx: &mut Tx, token: &str) -> Result<Option<Invitation>, StoreError> {
    tx.fetch(&GET, args![token]).await?.first().map(read).transpose()
}

/// Uses up a link: of two concurrent callers, only one gets it.
pub async fn take(tx: &mut Tx, token: &str) -> Result<Option<Invitation>, StoreError> {
    tx.fetch(&TAKE, args![token]).await?.first().map(read).transpose()
}

/// Ends a user's links.
pub async fn end_of_user(tx: &mut Tx, user: i64) -> Result<(), StoreError> {
    tx.execute(&END_OF_USER, args![user]).await.map(|_| ())
}

/// Ends the links that create the first administrator.
pub async fn end_set_up(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute(&END_SET_UP, args![]).await.map(|_| ())
}

/// Deletes links that expired before a time.
pub async fn end_old(tx: &mut Tx, before: i64) -> Result<(), StoreError> {
    tx.execute(&END_OLD, args![before]).await.map(|_| ())
}
