//! Recovery codes, which sign a user in without the second factor's device. A code is found by its first
//! characters, its selector; the rest is stored as a hash. A used code is deleted.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;

static INSERT: Sql = Sql::new("INSERT INTO recovery_code (app_user, selector, hash) VALUES ($1, $2, $3)");
static HASH: Sql = Sql::new("SELECT hash FROM recovery_code WHERE app_user = $1 AND selector = $2");
static TAKE: Sql = Sql::new("DELETE FROM recovery_code WHERE app_user = $1 AND selector = $2 AND hash = $3");
static COUNT: Sql = Sql::new("SELECT COUNT(*) FROM recovery_code WHERE app_user = $1");
static END_OF_USER: Sql = Sql::new("DELETE FROM recovery_code WHERE app_user = $1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&INSERT, &HASH, &TAKE, &COUNT, &END_OF_USER];

/// Adds a code by its selector and the hash of the rest.
pub async fn insert(tx: &mut Tx, user: i64, selector: &str, hash: &str) -> Result<(), StoreError> {
    tx.execute(&INSERT, args![user, selector, hash]).await.map(|_| ())
}

/// The hash of a code.
pub async fn hash(tx: &mut Tx, user: i64, selector: &str) -> Result<Option<String>, StoreError> {
    tx.fetch(&HASH, args![user, selector]).await?.first().map(|row| row.text(0)).transpose()
}

/// Uses up a code that is still the one with this hash: of two concurrent callers, only one gets it.
pub async fn take(tx: &mut Tx, user: i64, selector: &str, hash: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&TAKE, args![user, selector, hash]).await? > 0)
}

/// How many codes a user has left.
pub async fn count(tx: &mut Tx, user: i64) -> Result<i64, StoreError> {
    tx.fetch(&COUNT, args![user]).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// Deletes a user's codes.
pub async fn end_of_user(tx: &mut Tx, user: i64) -> Result<(), StoreError> {
    tx.execute(&END_OF_USER, args![user]).await.map(|_| ())
}
