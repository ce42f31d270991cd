//! The statements of a script, as SQLite runs them.

use super::row::{bind, error, numbered, read_row};
use crate::bulk::{Insert, Lookup, Update};
use crate::error::StoreError;
use crate::script::{Answer, Statement};
use crate::value::{Column, Rows, Value};
use rusqlite::Connection;

/// Runs a statement. Locks mean nothing here: there is one writer. For the same reason, numbers are drawn
/// within the transaction.
pub(super) fn run(connection: &Connection, statement: Statement) -> Result<Answer, StoreError> {
    match statement {
        Statement::Execute { text, args } => execute(connection, text, &args),
        Statement::Fetch { text, args, lock: _ } => fetch(connection, &text, &args),
        Statement::Draw { text, args } => fetch(connection, text, &args),
        Statement::Insert { insert, columns, new_only } => {
            each_row(connection, &insert_text(insert, new_only), &columns)
        }
        Statement::Update { update, columns } => each_row(connection, &update_text(update), &columns),
        Statement::Lookup { lookup, keys } => by_key(connection, lookup, &keys),
    }
}

fn execute(connection: &Connection, text: &str, args: &[Value]) -> Result<Answer, StoreError> {
    let mut statement = connection.prepare_cached(&numbered(text)).map_err(error)?;
    statement.execute(rusqlite::params_from_iter(args)).map(Answer::changed).map_err(error)
}

fn fetch(connection: &Connection, text: &str, args: &[Value]) -> Result<Answer, StoreError> {
    let mut statement = connection.prepare_cached(&numbered(text)).map_err(error)?;
    let mut rows = Rows { width: statement.column_count(), values: Vec::new() };
    let mut answer = statement.query(rusqlite::params_from_iter(args)).map_err(error)?;
    while let Some(row) = answer.next().map_err(error)? {
        read_row(row, &mut rows)?;
    }
    Ok(Answer::rows(rows))
}

fn insert_text(insert: &Insert, new_only: bool) -> String {
    let mut text = format!("INSERT INTO {} ({}) VALUES (", insert.table, insert.columns.join(", "));
    for place in 1..=insert.columns.len() {
        let comma = if place == 1 { "" } else { ", " };
        text += &format!("{comma}?{place}");
    }
    text += if new_only { ") ON CONFLICT DO NOTHING" } else { ")" };
    text
}

fn update_text(update: &Update) -> String {
    let mut text = format!("UPDATE {} AS t SET ", update.table);
    for (place, column) in update.columns.iter().enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        text += &format!("{comma}{column} = ?{}", place + 2);
    }
    text + &format!(" WHERE t.{} = ?1{}", update.key, and(update.and))
}

fn and(more: &str) -> String {
    if more.is_empty() { String::new() } else { format!(" AND {more}") }
}

/// Runs a statement once for each row of its columns.
fn each_row(connection: &Connection, text: &str, columns: &[Column]) -> Result<Answer, StoreError> {
    let mut statement = connection.prepare_cached(text).map_err(error)?;
    let mut changed = 0;
    for row in 0..columns.first().map_or(0, Column::len) {
        for (place, column) in columns.iter().enumerate() {
            bind(&mut statement, place + 1, column, row)?;
        }
        changed += statement.raw_execute().map_err(error)?;
    }
    Ok(Answer::changed(changed))
}

fn by_key(connection: &Connection, lookup: &Lookup, keys: &Column) -> Result<Answer, StoreError> {
    let Lookup { columns, from, key, .. } = lookup;
    let text = format!("SELECT {columns} FROM {from} WHERE {key} = ?1{}", and(lookup.and));
    let mut statement = connection.prepare_cached(&text).map_err(error)?;
    let mut rows = Rows { width: statement.column_count(), values: Vec::new() };
    rows.values.reserve(keys.len() * rows.width);
    for place in 0..keys.len() {
        bind(&mut statement, 1, keys, place)?;
        let mut answer = statement.raw_query();
        while let Some(row) = answer.next().map_err(error)? {
            read_row(row, &mut rows)?;
        }
    }
    Ok(Answer::rows(rows))
}
