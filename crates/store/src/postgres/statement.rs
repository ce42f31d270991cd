//! The statements of a script, as the server gets them: a text and its parameters.

use super::wire;
use crate::bulk::{Insert, Lock, Lookup, Update};
use crate::script::Statement;
use crate::timing::Label;
use crate::value::{Column, Value};
use std::borrow::Cow;
use tokio_postgres::types::ToSql;

/// From this many rows, a script's only statement uses COPY: it costs less a row, and a round trip more.
const COPY_ROWS: usize = 64;
/// The same among other statements. COPY is not sent with others, so there it costs two or three round trips.
const COPY_ROWS_AMONG_OTHERS: usize = 1_000;

/// A statement that is sent with others.
pub(super) struct Query {
    pub label: Label,
    pub text: Cow<'static, str>,
    pub params: Params,
    /// Whether it returns rows; otherwise, how many it changed.
    pub returns: bool,
    /// Whether it certainly writes nothing.
    pub only_reads: bool,
}

/// Rows for COPY.
pub(super) struct Copy {
    pub label: Label,
    pub text: String,
    pub columns: Vec<Column>,
}

/// Queries that are sent together, and the COPY that is sent after their answers.
#[derive(Default)]
pub(super) struct Sending {
    pub queries: Vec<Query>,
    pub copy: Option<Copy>,
}

/// How a statement is sent.
enum Sent {
    Query(Query),
    Copy(Copy),
}

/// The parameters of a query.
pub(super) enum Params {
    Values(Vec<Value>),
    Arrays(Vec<Box<dyn ToSql + Sync + Send>>),
}

impl Params {
    pub(super) fn refs(&self) -> Vec<&(dyn ToSql + Sync)> {
        match self {
            Self::Values(values) => values.iter().map(|value| value as _).collect(),
            Self::Arrays(arrays) => arrays.iter().map(|array| array.as_ref() as _).collect(),
        }
    }
}

/// A script in the parts in which it is sent. Only its first statements use COPY, so that all others are sent
/// together.
pub(super) fn sendings(statements: Vec<Statement>) -> Vec<Sending> {
    let (mut sendings, mut open) = (Vec::new(), Sending::default());
    let copy_rows = if statements.len() == 1 { COPY_ROWS } else { COPY_ROWS_AMONG_OTHERS };
    for statement in statements {
        let copy_rows = if open.queries.is_empty() { copy_rows } else { usize::MAX };
        match sent(statement, copy_rows) {
            Sent::Query(query) => open.queries.push(query),
            Sent::Copy(copy) => {
                open.copy = Some(copy);
                sendings.push(std::mem::take(&mut open));
            }
        }
    }
    if !open.queries.is_empty() {
        sendings.push(open);
    }
    sendings
}

fn sent(statement: Statement, copy_rows: usize) -> Sent {
    let label = Label::of(&statement);
    let query = match statement {
        Statement::Execute { text, args } => values(label, Cow::Borrowed(text), args, false),
        Statement::Draw { text, args } => values(label, Cow::Borrowed(text), args, true),
        Statement::Fetch { text, lock: Lock::None, args } => values(label, text, args, true),
        Statement::Fetch { text, lock, args } => {
            values(label, Cow::Owned(text.into_owned() + suffix(lock)), args, true)
        }
        Statement::Insert { insert, columns, new_only } => {
            return inserting(label, insert, columns, new_only, copy_rows);
        }
        Statement::Update { update, columns } => arrays(label, update_text(update, &columns), columns, false),
        Statement::Lookup { lookup, keys } => arrays(label, lookup_text(lookup, &keys), vec![keys], true),
    };
    Sent::Query(query)
}

fn values(label: Label, text: Cow<'static, str>, args: Vec<Value>, returns: bool) -> Query {
    let only_reads = text.starts_with("SELECT ");
    Query { label, text, params: Params::Values(args), returns, only_reads }
}

fn arrays(label: Label, text: String, columns: Vec<Column>, returns: bool) -> Query {
    let params = Params::Arrays(columns.into_iter().map(wire::array).collect());
    let only_reads = text.starts_with("SELECT ");
    Query { label, text: Cow::Owned(text), params, returns, only_reads }
}

/// Inserts rows. With `new_only`, rows whose key exists are skipped, after waiting for a transaction that is
/// about to write the key.
fn inserting(label: Label, insert: &Insert, columns: Vec<Column>, new_only: bool, copy_rows: usize) -> Sent {
    let rows = columns.first().map_or(0, Column::len);
    let (table, names) = (insert.table, insert.columns.join(", "));
    if rows >= copy_rows && !new_only {
        let text = format!("COPY {table} ({names}) FROM STDIN (FORMAT BINARY)");
        return Sent::Copy(Copy { label, text, columns });
    }
    let tail = if new_only { " ON CONFLICT DO NOTHING" } else { "" };
    let text = format!("INSERT INTO {table} ({names}) SELECT * FROM unnest({}){tail}", casts(&columns));
    Sent::Query(arrays(label, text, columns, false))
}

fn update_text(update: &Update, columns: &[Column]) -> String {
    let (table, key) = (update.table, update.key);
    let sets: Vec<String> = update.columns.iter().map(|column| format!("{column} = u.{column}")).collect();
    let names: Vec<&str> = std::iter::once(key).chain(update.columns.iter().copied()).collect();
    format!(
        "UPDATE {table} AS t SET {} FROM unnest({}) AS u ({}) WHERE t.{key} = u.{key}{}",
        sets.join(", "),
        casts(columns),
        names.join(", "),
        and(update.and),
    )
}

/// Reads rows by key in the order of the keys, and locks them in that order.
fn lookup_text(lookup: &Lookup, keys: &Column) -> String {
    let lock = match lookup.lock {
        Lock::None => String::new(),
        lock => format!("{} OF {}", suffix(lock), lookup.from),
    };
    format!(
        "SELECT {} FROM unnest(CAST($1 AS {})) WITH ORDINALITY AS keys (looked_up, place)
         JOIN {} ON {} = keys.looked_up{} ORDER BY keys.place{lock}",
        lookup.columns,
        wire::array_name(keys),
        parenthesised(lookup.from),
        lookup.key,
        and(lookup.and),
    )
}

const fn suffix(lock: Lock) -> &'static str {
    match lock {
        Lock::None => "",
        Lock::Shared => " FOR KEY SHARE",
        Lock::Write => " FOR NO KEY UPDATE",
        Lock::Exclusive => " FOR UPDATE",
    }
}

fn and(more: &str) -> String {
    if more.is_empty() { String::new() } else { format!(" AND {more}") }
}

/// Parenthesises a join, so that it is joined as one table.
fn parenthesised(from: &str) -> String {
    if from.contains(' ') { format!("({from})") } else { from.to_owned() }
}

fn casts(columns: &[Column]) -> String {
    let array = |(place, column)| format!("CAST(${} AS {})", place + 1, wire::array_name(column));
    columns.iter().enumerate().map(array).collect::<Vec<_>>().join(", ")
}
