//! Failed sign-ins, counted by what they have in common, such as a login or an address. The name's prefix
//! tells which.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Row;

/// Recent failures under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: i64,
    /// When the last one happened, microseconds UTC.
    pub last_at: i64,
}

static GET: Sql = Sql::new("SELECT failures, last_at FROM login_failure WHERE name = $1");
static OPEN: Sql = Sql::new(
    "INSERT INTO login_failure (name, failures, last_at) VALUES ($1, 0, $2) ON CONFLICT (name) DO NOTHING",
);
static LOCK: Sql = Sql::locking("SELECT failures, last_at FROM login_failure WHERE name = $1");
static SET: Sql = Sql::new("UPDATE login_failure SET failures = $2, last_at = $3 WHERE name = $1");
static TAKE_BACK: Sql =
    Sql::new("UPDATE login_failure SET failures = failures - 1 WHERE name = $1 AND failures > 0");
static CLEAR: Sql = Sql::new("DELETE FROM login_failure WHERE name = $1");
static FORGET: Sql = Sql::new("DELETE FROM login_failure WHERE name >= $1 AND name < $2 AND last_at < $3");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&GET, &OPEN, &LOCK, &SET, &TAKE_BACK, &CLEAR, &FORGET];

fn read(row: Row<'_>) -> Result<Failures, StoreError> {
    Ok(Failures { count: row.i64(0)?, last_at: row.i64(1)? })
}

/// The failures under a name.
pub async fn get(tx: &mut Tx, name: &str) -> Result<Option<Failures>, StoreError> {
    tx.fetch(&GET, args![name]).await?.first().map(read).transpose()
}

/// The failures under a name, locked against other writers; the row is created if it is missing.
pub async fn lock(tx: &mut Tx, name: &str, now: i64) -> Result<Failures, StoreError> {
    tx.execute(&OPEN, args![name, now]).await?;
    let rows = tx.fetch(&LOCK, args![name]).await?;
    rows.first().map_or(Ok(Failures { count: 0, last_at: now }), read)
}

/// Sets the failures of an existing name.
pub async fn set(tx: &mut Tx, name: &str, failures: Failures) -> Result<(), StoreError> {
    tx.execute(&SET, args![name, failures.count, failures.last_at]).await.map(|_| ())
}

/// Undoes one failure.
pub async fn take_back(tx: &mut Tx, name: &str) -> Result<(), StoreError> {
    tx.execute(&TAKE_BACK, args![name]).await.map(|_| ())
}

/// Deletes the failures under a name.
pub async fn clear(tx: &mut Tx, name: &str) -> Result<(), StoreError> {
    tx.execute(&CLEAR, args![name]).await.map(|_| ())
}

/// Deletes names in a half-open range whose last failure was before a time.
pub async fn forget(tx: &mut Tx, from: &str, to: &str, since: i64) -> Result<(), StoreError> {
    tx.execute(&FORGET, args![from, to, since]).await.map(|_| ())
}
