//! The files of the embedded engine: the main one, the log beside it, and how the one gets into the other.

use super::{BUSY_MS, error, numbered, read_row};
use crate::error::StoreError;
use crate::value::{Rows, Value};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// A file that the engine keeps beside the main one.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(ending);
    beside.into()
}

/// Puts the log into the main file without waiting for readers; says whether all of it is there now. The log is
/// emptied if nobody reads: the next process would have to read it through.
pub(crate) fn fold(connection: &Connection) -> Result<bool, StoreError> {
    let fold = |how: &str| {
        let text = format!("PRAGMA wal_checkpoint({how})");
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (busy, in_log, folded): (i64, i64, i64) = connection.query_row(&text, [], read)?;
        Ok::<_, rusqlite::Error>(busy == 0 && in_log == folded)
    };
    let is_whole = fold("PASSIVE").map_err(error)?;
    if is_whole {
        connection.busy_timeout(std::time::Duration::ZERO).map_err(error)?;
        let emptied = fold("TRUNCATE");
        connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS)).map_err(error)?;
        match emptied.map_err(error) {
            Ok(_) | Err(StoreError::Busy(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(is_whole)
}

/// The rows of a query on a connection.
pub(crate) fn rows(connection: &Connection, text: &str, args: &[Value]) -> Result<Rows, StoreError> {
    let mut statement = connection.prepare(&numbered(text)).map_err(error)?;
    let mut rows = Rows { width: statement.column_count(), values: Vec::new() };
    let mut answer = statement.query(rusqlite::params_from_iter(args.iter())).map_err(error)?;
    while let Some(row) = answer.next().map_err(error)? {
        read_row(row, &mut rows)?;
    }
    Ok(rows)
}

/// The name under which the engine opens a file as one that nobody changes.
pub(super) fn still(path: &Path) -> PathBuf {
    let text = path.as_os_str().to_string_lossy();
    let text = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{text}?immutable=1").into()
}
