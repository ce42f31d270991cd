//! Settings of the organisation: time zone, language.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;

/// Set once the ledger has been moved, to its new place; the ledger is then read-only.
pub const MOVED_TO: &str = "moved_to";

static GET: Sql = Sql::new("SELECT value FROM setting WHERE name = $1");
static SET: Sql =
    Sql::new("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2");
static REPLACE: Sql = Sql::new("UPDATE setting SET value = $3 WHERE name = $1 AND value = $2");
static DELETE: Sql = Sql::new("DELETE FROM setting WHERE name = $1");

static UNDER: Sql =
    Sql::new("SELECT name, value FROM setting WHERE substr(name, 1, length($1)) = $1 ORDER BY name");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&UNDER, &GET, &SET, &REPLACE, &DELETE];

/// A setting's value.
pub async fn get(tx: &mut Tx, name: &str) -> Result<Option<String>, StoreError> {
    tx.fetch(&GET, args![name]).await?.first().map(|row| row.text(0)).transpose()
}

/// Sets a setting.
pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<(), StoreError> {
    tx.execute(&SET, args![name, value]).await.map(|_| ())
}

/// Replaces a setting if it still has the expected value; `false` if it was changed in the meantime.
pub async fn replace(tx: &mut Tx, name: &str, from: &str, to: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&REPLACE, args![name, from, to]).await? > 0)
}

/// Deletes a setting; returns whether it existed.
pub async fn delete(tx: &mut Tx, name: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&DELETE, args![name]).await? > 0)
}

/// Settings whose names start with a prefix: the rest of each name, and the value.
pub async fn under(tx: &mut Tx, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
    let rest = |name: String| name.strip_prefix(prefix).map(str::to_owned).unwrap_or_default();
    let rows = tx.fetch(&UNDER, args![prefix]).await?;
    rows.iter().map(|row| Ok((rest(row.text(0)?), row.text(1)?))).collect()
}
