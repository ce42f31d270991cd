//! Scripts: statements that are sent together and answered together.
//!
//! However many statements it has, a script is one *hop*: one message to the thread of a database file, or one
//! round trip to a server. A noun's function named `…_later` adds its statement to a script and returns what is
//! [`Asked`] for; [`Tx::run`](crate::Tx::run) runs the statements in order, and the [`Answers`] give each its
//! result. If a statement fails, the ones after it have no effect and the transaction has failed, as after a
//! call of its own.

use crate::bulk::{Insert, Lock, Lookup, Sql, Update};
use crate::error::StoreError;
use crate::value::{Column, Rows, Value};
use std::borrow::Cow;
use std::fmt;

/// One statement of a script, as data.
#[derive(Debug)]
pub(crate) enum Statement {
    /// A statement that changes rows.
    Execute { text: &'static str, args: Vec<Value> },
    /// A query.
    Fetch { text: Cow<'static, str>, lock: Lock, args: Vec<Value> },
    /// A statement that draws numbers: with several writers it takes effect immediately and permanently,
    /// whatever happens to the transaction, so that no caller waits for its commit. Gaps are allowed. It runs
    /// after the statements before it.
    Draw { text: &'static str, args: Vec<Value> },
    /// Inserts rows; with `new_only`, those whose keys do not exist yet.
    Insert { insert: &'static Insert, columns: Vec<Column>, new_only: bool },
    /// Updates rows by key.
    Update { update: &'static Update, columns: Vec<Column> },
    /// Reads rows by key.
    Lookup { lookup: &'static Lookup, keys: Column },
}

impl Statement {
    /// Whether there is nothing to do.
    fn is_empty(&self) -> bool {
        match self {
            Self::Execute { .. } | Self::Fetch { .. } | Self::Draw { .. } => false,
            Self::Insert { columns, .. } | Self::Update { columns, .. } => {
                columns.iter().all(Column::is_empty)
            }
            Self::Lookup { keys, .. } => keys.is_empty(),
        }
    }

    /// Refuses columns that do not match each other and the statement.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self {
            Self::Insert { insert, columns, .. } => {
                Column::rows(columns, insert.columns.len(), insert.table).map(drop)
            }
            Self::Update { update, columns } => {
                Column::rows(columns, update.columns.len() + 1, update.table).map(drop)
            }
            Self::Execute { .. } | Self::Fetch { .. } | Self::Draw { .. } | Self::Lookup { .. } => Ok(()),
        }
    }

    /// Whether it draws numbers.
    pub(crate) const fn draws(&self) -> bool {
        matches!(self, Self::Draw { .. })
    }
}

/// What a statement returned.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// How many rows it changed.
    pub changed: u64,
    /// The rows it read.
    pub rows: Rows,
}

impl Answer {
    pub(crate) fn changed(rows: usize) -> Self {
        Self { changed: u64::try_from(rows).unwrap_or(u64::MAX), rows: Rows::default() }
    }

    pub(crate) const fn rows(rows: Rows) -> Self {
        Self { changed: 0, rows }
    }
}

/// Statements to be run together.
#[derive(Debug, Default)]
pub struct Script {
    statements: Vec<Statement>,
    audited_at: Option<i64>,
}

/// The place of a statement's result among the answers of its script.
pub struct Asked<T> {
    /// None if there was nothing to do.
    place: Option<usize>,
    read: fn(Answer) -> Result<T, StoreError>,
}

impl<T> fmt::Debug for Asked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").field("place", &self.place).finish_non_exhaustive()
    }
}

/// The results of a script.
#[derive(Debug)]
pub struct Answers {
    list: Vec<Answer>,
}

impl Script {
    /// An empty script.
    #[must_use]
    pub const fn new() -> Self {
        Self { statements: Vec::new(), audited_at: None }
    }

    /// Notes the time of the audit rows that it writes.
    pub(crate) const fn audit_at(&mut self, at: i64) {
        self.audited_at = Some(at);
    }

    /// The time of the audit rows that it writes.
    pub(crate) const fn audited_at(&self) -> Option<i64> {
        self.audited_at
    }

    pub(crate) fn into_statements(self) -> Vec<Statement> {
        self.statements
    }

    fn add<T>(&mut self, statement: Statement, read: fn(Answer) -> Result<T, StoreError>) -> Asked<T> {
        if statement.is_empty() {
            return Asked { place: None, read };
        }
        self.statements.push(statement);
        Asked { place: Some(self.statements.len() - 1), read }
    }

    /// Runs a statement; asks for the number of rows changed.
    pub(crate) fn execute(&mut self, sql: &'static Sql, args: Vec<Value>) -> Asked<u64> {
        self.add(Statement::Execute { text: sql.text, args }, count)
    }

    /// Runs a query.
    pub(crate) fn fetch<T>(
        &mut self,
        sql: &'static Sql,
        args: Vec<Value>,
        read: fn(Answer) -> Result<T, StoreError>,
    ) -> Asked<T> {
        self.add(Statement::Fetch { text: Cow::Borrowed(sql.text), lock: sql.lock, args }, read)
    }

    /// Runs a query assembled from fixed parts.
    pub(crate) fn fetch_text(&mut self, text: String, args: Vec<Value>) -> Asked<Rows> {
        self.add(
            Statement::Fetch { text: Cow::Owned(text), lock: Lock::None, args },
            |answer| Ok(answer.rows),
        )
    }

    /// Draws numbers.
    pub(crate) fn draw<T>(
        &mut self,
        sql: &'static Sql,
        args: Vec<Value>,
        read: fn(Answer) -> Result<T, StoreError>,
    ) -> Asked<T> {
        self.add(Statement::Draw { text: sql.text, args }, read)
    }

    /// Inserts rows; asks for their number.
    pub(crate) fn insert(&mut self, insert: &'static Insert, columns: Vec<Column>) -> Asked<u64> {
        self.add(Statement::Insert { insert, columns, new_only: false }, count)
    }

    /// Inserts the rows whose keys do not exist yet; asks for their number.
    pub(crate) fn insert_new(&mut self, insert: &'static Insert, columns: Vec<Column>) -> Asked<u64> {
        self.add(Statement::Insert { insert, columns, new_only: true }, count)
    }

    /// Updates rows by key; asks for the number of rows changed.
    pub(crate) fn update(&mut self, update: &'static Update, columns: Vec<Column>) -> Asked<u64> {
        self.add(Statement::Update { update, columns }, count)
    }

    /// Reads rows by key.
    pub(crate) fn lookup<T>(
        &mut self,
        lookup: &'static Lookup,
        keys: Column,
        read: fn(Answer) -> Result<T, StoreError>,
    ) -> Asked<T> {
        self.add(Statement::Lookup { lookup, keys }, read)
    }
}

fn count(answer: Answer) -> Result<u64, StoreError> {
    Ok(answer.changed)
}

impl Answers {
    pub(crate) const fn new(list: Vec<Answer>) -> Self {
        Self { list }
    }

    /// The result of one of the script's statements.
    pub fn take<T>(&mut self, asked: Asked<T>) -> Result<T, StoreError> {
        let missing = || StoreError::Corrupt("a statement of a script has no answer".to_owned());
        let answer = match asked.place {
            None => Answer::default(),
            Some(place) => self.list.get_mut(place).map(std::mem::take).ok_or_else(missing)?,
        };
        (asked.read)(answer)
    }
}
