//! How connections are opened and configured.

use super::row::error;
use crate::chain;
use crate::error::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The writer's page cache, in KiB.
const WRITER_CACHE_KIB: i64 = 96 * 1024;
/// A reader's page cache, in KiB.
const READER_CACHE_KIB: i64 = 16 * 1024;
/// How much of the database file a reader maps into memory: the most that SQLite's build allows, 2 GiB. Pages
/// behind it are read by calls.
const READER_MAP_BYTES: i64 = 0x7fff_0000;
/// The page cache of the checkpoint connection, in KiB.
const CHECKPOINT_CACHE_KIB: i64 = 2 * 1024;
/// How long a connection waits for another process's lock before it reports busy.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements cached per connection.
const STATEMENTS: usize = 256;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Changes the database.
    Write,
    /// Reads alongside the writer, from the mapped file (ADR 41).
    Read,
    /// Reads alongside the writer without mapping the file, so that a page that cannot be read is an error and
    /// not the end of the process: for checks and backups.
    Inspect,
    /// Checkpoints the write-ahead log alongside the writer.
    Checkpoint,
    /// Read-only, main file only, without locks: there is no writer, and no log is looked for or created.
    Immutable,
    /// A private in-memory database with one connection.
    Memory,
}

/// The URI that makes SQLite open a file as immutable.
fn immutable_uri(path: &Path) -> PathBuf {
    let text = path.as_os_str().to_string_lossy();
    let text = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{text}?immutable=1").into()
}

/// Opens a connection.
pub(crate) fn connect(path: &Path, access: Access) -> Result<Connection, StoreError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if access == Access::Write {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = if access == Access::Immutable {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(immutable_uri(path), flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
    } else {
        Connection::open_with_flags(path, flags)
    };
    let connection = connection.map_err(error)?;
    // Otherwise the last connection to close would checkpoint the log and delete it, which would look the
    // same as a log that was deleted by someone else.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(error)?;
    connection.busy_timeout(BUSY).map_err(error)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    add_functions(&connection)?;
    let pragma =
        |name: &str, value: &dyn rusqlite::ToSql| connection.pragma_update(None, name, value).map_err(error);
    pragma("foreign_keys", &true)?;
    pragma("temp_store", &"MEMORY")?;
    // Only the checkpoint thread checkpoints the log: a commit that does it waits for the disk, and so does
    // everything queued behind it.
    match access {
        Access::Memory => {}
        Access::Immutable => pragma("query_only", &true)?,
        Access::Write => {
            pragma("journal_mode", &"WAL")?;
            pragma("synchronous", &"FULL")?;
            pragma("wal_autocheckpoint", &0_i64)?;
            pragma("journal_size_limit", &(64_i64 << 20))?;
            pragma("cache_size", &-WRITER_CACHE_KIB)?;
        }
        Access::Checkpoint => {
            pragma("synchronous", &"FULL")?;
            pragma("wal_autocheckpoint", &0_i64)?;
            pragma("cache_size", &-CHECKPOINT_CACHE_KIB)?;
        }
        Access::Read | Access::Inspect => {
            pragma("query_only", &true)?;
            pragma("wal_autocheckpoint", &0_i64)?;
            pragma("cache_size", &-READER_CACHE_KIB)?;
            pragma("mmap_size", &if access == Access::Read { READER_MAP_BYTES } else { 0 })?;
        }
    }
    Ok(connection)
}

/// What statements call and SQLite does not have: a server has it as a function of the schema.
fn add_functions(connection: &Connection) -> Result<(), StoreError> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let link = |given: &rusqlite::functions::Context<'_>| -> rusqlite::Result<String> {
        let (previous, digest) = (given.get::<String>(0)?, given.get::<String>(2)?);
        Ok(chain::link(&previous, given.get(1)?, &digest))
    };
    let hash = |given: &rusqlite::functions::Context<'_>| -> rusqlite::Result<Option<String>> {
        Ok(given.get::<Option<String>>(0)?.map(|content| chain::text_hash(&content)))
    };
    connection.create_scalar_function("chain_link", 3, flags, link).map_err(error)?;
    connection.create_scalar_function("text_hash", 1, flags, hash).map_err(error)?;
    // There is one writer at a time, so all pending images are its own.
    connection.create_scalar_function("this_writer", 0, flags, |_| Ok(0_i64)).map_err(error)
}

/// Rolls back an open transaction on a connection.
pub(super) fn rollback(connection: &mut Connection) {
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "rollback failed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_readers_map_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sluice.db");
        for (access, maps) in [
            (Access::Write, false),
            (Access::Read, true),
            (Access::Inspect, false),
            (Access::Checkpoint, false),
            (Access::Immutable, false),
        ] {
            let connection = connect(&path, access).unwrap();
            let mapped: i64 = connection.query_row("PRAGMA mmap_size", [], |row| row.get(0)).unwrap();
            assert_eq!(mapped, if maps { READER_MAP_BYTES } else { 0 }, "{access:?}");
        }
    }
}
