//! Values in and out of statements, and what SQLite's errors mean.

use crate::error::StoreError;
use crate::value::{Column, Rows, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode};

/// `$n` in SQLite's positional form. SQLite treats `$1` as a name and numbers names by first appearance, so
/// `$2 … $1` would be silently swapped; `?n` is positional.
pub(super) fn numbered(text: &str) -> String {
    text.replace('$', "?")
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

pub(super) fn bind(
    statement: &mut rusqlite::CachedStatement<'_>,
    at: usize,
    column: &Column,
    row: usize,
) -> Result<(), StoreError> {
    let missing = || StoreError::Corrupt(format!("no row {row}"));
    match column {
        Column::I64(values) => statement.raw_bind_parameter(at, values.get(row).ok_or_else(missing)?),
        Column::OptI64(values) => statement.raw_bind_parameter(at, values.get(row).ok_or_else(missing)?),
        Column::Text(values) => statement.raw_bind_parameter(at, values.get(row).ok_or_else(missing)?),
        Column::OptText(values) => statement.raw_bind_parameter(at, values.get(row).ok_or_else(missing)?),
        Column::Same(value, _) => statement.raw_bind_parameter(at, value),
    }
    .map_err(error)
}

pub(super) fn read_row(row: &rusqlite::Row<'_>, rows: &mut Rows) -> Result<(), StoreError> {
    for place in 0..rows.width {
        rows.values.push(match row.get_ref(place).map_err(error)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(value) => Value::I64(value),
            ValueRef::Text(bytes) => Value::Text(
                String::from_utf8(bytes.to_vec()).map_err(|e| StoreError::Corrupt(e.to_string()))?,
            ),
            ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
            ValueRef::Real(value) => return Err(StoreError::Corrupt(format!("unexpected real: {value}"))),
        });
    }
    Ok(())
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::I64(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

/// What a SQLite error means for the caller. A failed sync or write leaves the outcome unknown.
pub(crate) fn error(cause: rusqlite::Error) -> StoreError {
    let (code, message) = match &cause {
        rusqlite::Error::SqliteFailure(code, message) => (code, message),
        // Tables are strict: only damage brings a value of another type into a column.
        rusqlite::Error::InvalidColumnType(..) => return StoreError::Corrupt(cause.to_string()),
        _ => return StoreError::Unavailable(cause.to_string()),
    };
    let text = message.clone().unwrap_or_else(|| cause.to_string());
    match (code.code, code.extended_code) {
        (_, rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
            StoreError::Duplicate(text)
        }
        (ErrorCode::ConstraintViolation, _) => StoreError::Constraint(text),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => StoreError::Busy(text),
        (ErrorCode::DiskFull, _) => StoreError::DiskFull,
        (ErrorCode::SystemIoFailure, extended) => StoreError::Fatal(format!("{text} (extended {extended})")),
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => StoreError::Corrupt(text),
        _ => StoreError::Unavailable(text),
    }
}
