//! The numbered list of schema changes. To add one: the next number, one text that serves every engine or
//! one for each, and its line here. A released migration is never edited.

use crate::error::StoreError;
use refinery::{Migration, Runner};

const SQLITE: &[(&str, &str)] = &[("V1__ledger", include_str!("../migrations/0001_ledger.sqlite.sql"))];

/// Brings a SQLite database up to this version of the schema; a newer one is refused by the runner.
pub(crate) fn migrate_sqlite(connection: &mut rusqlite::Connection) -> Result<(), StoreError> {
    let unavailable = |error: refinery::Error| StoreError::Unavailable(format!("migration: {error}"));
    let list: Result<Vec<_>, _> = SQLITE.iter().map(|(name, sql)| Migration::unapplied(name, sql)).collect();
    Runner::new(&list.map_err(unavailable)?)
        .set_abort_missing(true)
        .set_abort_divergent(true)
        .run(connection)
        .map(|_| ())
        .map_err(unavailable)
}
