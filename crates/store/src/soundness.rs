//! Checks the integrity of a database file's pages. A server takes care of its own.

use crate::error::StoreError;
use crate::sqlite::{self, Access};
use crate::store::Store;
use rusqlite::Connection;
use std::path::Path;

/// A larger file is not checked at start: reading all of it would delay the start.
const LOOKED_THROUGH_MAX: u64 = 300 << 20;
const BYTES: &str = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
/// Maximum number of problems reported.
const PROBLEMS_MAX: usize = 100;

/// At start: checkpoints everything into the main file, which must then be as long as its pages require.
/// After a kill, the structure of its pages is checked as well.
pub(crate) fn at_start(connection: &Connection, database: &Path, was_killed: bool) -> Result<(), StoreError> {
    // A reader of an older state keeps part of the log in use: then the length proves nothing yet.
    if sqlite::checkpoint_without_waiting(connection)? {
        let expected = connection.query_row(BYTES, [], |row| row.get(0)).map_err(sqlite::error)?;
        if let Some(problem) = cut(database, expected) {
            return Err(StoreError::Corrupt(problem));
        }
    }
    let length = std::fs::metadata(database).map_or(0, |meta| meta.len());
    if !was_killed || length >= LOOKED_THROUGH_MAX {
        return Ok(());
    }
    let said = sqlite::rows(connection, "PRAGMA quick_check(1)", &[])?;
    let said = said.first().map_or_else(|| Ok(String::new()), |row| row.text(0))?;
    if said == "ok" { Ok(()) } else { Err(StoreError::Corrupt(said)) }
}

/// What is wrong with the length of the main file, if it holds everything. SQLite does not always notice.
fn cut(database: &Path, expected: i64) -> Option<String> {
    let length = std::fs::metadata(database).ok()?.len();
    (length < u64::try_from(expected).ok()?)
        .then(|| format!("the database file has {length} bytes and should have {expected}"))
}

/// Checks all pages, and all indexes against their tables. Returns the problems, with the name of an affected
/// index.
pub async fn problems(store: &Store) -> Result<Vec<String>, StoreError> {
    let Some(database) = store.file().filter(|database| database.is_on_disk()).cloned() else {
        return Ok(Vec::new());
    };
    // A dedicated connection: what it reports before it fails must not be lost.
    let looked = tokio::task::spawn_blocking(move || look(&database.inspector()?, database.path()));
    looked.await.map_err(|error| StoreError::Unavailable(error.to_string()))?
}

/// The same for a file that cannot be opened as a ledger.
pub async fn problems_of_file(path: &Path) -> Result<Vec<String>, StoreError> {
    let path = path.to_owned();
    let looked = tokio::task::spawn_blocking(move || look(&sqlite::connect(&path, Access::Inspect)?, &path));
    looked.await.map_err(|error| StoreError::Unavailable(error.to_string()))?
}

fn look(connection: &Connection, database: &Path) -> Result<Vec<String>, StoreError> {
    if let Some(problem) = length(connection, database)? {
        return Ok(vec![problem]);
    }
    let (said, broken) = lines(connection, &format!("PRAGMA integrity_check({PROBLEMS_MAX})"))?;
    let said = said.into_iter().filter(|line| line != "ok");
    let mut problems: Vec<String> = said.map(|line| with_name(connection, line)).collect();
    if let (true, Some(broken)) = (problems.is_empty(), broken) {
        problems = unreadable(connection)?;
        if problems.is_empty() {
            problems.push(broken);
        }
    }
    Ok(problems)
}

/// The first column of a result, as far as it can be read, and the error that ended the read early.
fn lines(connection: &Connection, text: &str) -> Result<(Vec<String>, Option<String>), StoreError> {
    let mut lines = Vec::new();
    let mut read = || {
        let mut statement = connection.prepare(text)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            lines.push(row.get::<_, rusqlite::types::Value>(0).map(|value| match value {
                rusqlite::types::Value::Text(text) => text,
                other => format!("{other:?}"),
            })?);
        }
        Ok(())
    };
    match read().map_err(sqlite::error) {
        Ok(()) => Ok((lines, None)),
        Err(StoreError::Corrupt(text)) => Ok((lines, Some(text))),
        Err(other) => Err(other),
    }
}

/// What is wrong with the length of the main file.
fn length(connection: &Connection, database: &Path) -> Result<Option<String>, StoreError> {
    connection.execute_batch("BEGIN").map_err(sqlite::error)?;
    let expected = connection.query_row(BYTES, [], |row| row.get(0)).map_err(sqlite::error);
    // In this order: if the log is empty now, everything the transaction sees is in the main file.
    let log = std::fs::metadata(sqlite::beside(database, "-wal")).map_or(0, |meta| meta.len());
    connection.execute_batch("COMMIT").map_err(sqlite::error)?;
    match expected {
        Ok(expected) if log == 0 => Ok(cut(database, expected)),
        Ok(_) => Ok(None),
        Err(StoreError::Corrupt(text)) => Ok(Some(text)),
        Err(error) => Err(error),
    }
}

/// The indexes whose entries cannot all be read.
fn unreadable(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let text = "SELECT 'SELECT ' || (SELECT group_concat('SUM(LENGTH(\"' || c.name || '\"))') FROM pragma_index_info(s.name) c)
                  || ' FROM \"' || s.tbl_name || '\" INDEXED BY \"' || s.name || '\"'
                  || COALESCE(' ' || substr(s.sql, NULLIF(instr(s.sql, 'WHERE '), 0)), '') || char(10) || s.name
                FROM sqlite_schema s WHERE s.type = 'index'";
    let mut found = Vec::new();
    for line in lines(connection, text)?.0 {
        let Some((query, name)) = line.split_once('\n') else { continue };
        // An index that cannot be queried like this is skipped.
        if let Ok((_, Some(problem))) = lines(connection, query) {
            found.push(format!("index {name}: {problem}"));
        }
    }
    Ok(found)
}

/// The root page named in a line: `Tree 23 page 40 cell 3: …`.
fn root(line: &str) -> Option<i64> {
    line.split("Tree ").nth(1)?.split_whitespace().next()?.parse().ok()
}

fn with_name(connection: &Connection, line: String) -> String {
    let text = "SELECT type || ' ' || name FROM sqlite_schema WHERE rootpage = ?1";
    let name =
        root(&line).and_then(|root| connection.query_row(text, [root], |row| row.get::<_, String>(0)).ok());
    name.map_or_else(|| line.clone(), |name| format!("{name}: {line}"))
}

#[cfg(test)]
mod tests {
    use super::root;

    #[test]
    fn the_root_page_of_a_damaged_tree_is_found() {
        for (line, expected) in [
            ("Tree 23 page 40 cell 3: Rowid 7 out of order", Some(23)),
            ("*** in database main ***\nTree 5 page 6: btreeInitPage() returns error code 11", Some(5)),
            ("row 3 missing from index item_batch", None),
            ("ok", None),
        ] {
            assert_eq!(root(line), expected, "{line}");
        }
    }
}
