//! The schema of a database file: brought up to date by its writer, checked by its readers.

use super::row::error;
use crate::error::StoreError;
use crate::migration::{Dialect, NEWEST, check_version, runner, unavailable, version};
use rusqlite::Connection;

/// Brings the schema up to date.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    migrate_to(connection, version())
}

/// Brings the schema up to a version.
pub(crate) fn migrate_to(connection: &mut Connection, version: i32) -> Result<(), StoreError> {
    runner(Dialect::Sqlite, version)?.run(connection).map(|_| ()).map_err(unavailable)
}

/// Refuses a schema version other than this program's.
pub(super) fn expect(connection: &Connection) -> Result<(), StoreError> {
    let exists = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    let exists: i64 = connection.query_row(exists, [], |row| row.get(0)).map_err(error)?;
    if exists == 0 {
        return Err(StoreError::NoLedger);
    }
    let newest = connection.query_row(NEWEST, [], |row| row.get(0)).map_err(error)?;
    check_version(newest, "the first command that writes updates it")
}
