//! Statements: fixed texts, and the three bulk shapes that each engine renders in its own way (insert rows,
//! read rows by key, update rows by key).

/// How the rows a query reads are locked until the transaction ends. It matters only with more than one
/// writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lock {
    /// Not at all.
    None,
    /// Others may read and write it, but not lock it exclusively.
    Shared,
    /// Others may not write; rows may still refer to it.
    Write,
    /// No other transaction may hold any lock on it.
    Exclusive,
}

/// A fixed statement in the subset that both engines share.
#[derive(Debug)]
pub struct Sql {
    /// The text, with `$1…$n`.
    pub text: &'static str,
    /// How the rows it reads are locked.
    pub lock: Lock,
}

impl Sql {
    /// A statement.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { text, lock: Lock::None }
    }

    /// A query that locks the rows it reads for writing.
    #[must_use]
    pub const fn locking(text: &'static str) -> Self {
        Self { text, lock: Lock::Write }
    }

    /// A query that locks the rows it reads exclusively.
    #[must_use]
    pub const fn exclusive(text: &'static str) -> Self {
        Self { text, lock: Lock::Exclusive }
    }
}

/// A fixed statement with its name, as a noun's catalogue lists it.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// The module of the noun.
    pub(crate) module: &'static str,
    /// The name of the static.
    pub(crate) name: &'static str,
    /// The statement.
    pub sql: &'static Sql,
}

/// A catalogue: the statics, each with its name.
macro_rules! named {
    ($(&$first:ident $(:: $rest:ident)*),* $(,)?) => {
        &[$($crate::bulk::Named {
            module: module_path!(),
            name: stringify!($first $(:: $rest)*),
            sql: &$first $(:: $rest)*,
        }),*]
    };
}
pub(crate) use named;

/// Rows to insert into a table.
#[derive(Debug)]
pub struct Insert {
    /// The table.
    pub table: &'static str,
    /// Its columns, in the order of the call's columns.
    pub columns: &'static [&'static str],
}

/// Rows to update, by key.
#[derive(Debug)]
pub struct Update {
    /// The table.
    pub table: &'static str,
    /// The key: the call's first column.
    pub key: &'static str,
    /// The columns to set: the call's other columns.
    pub columns: &'static [&'static str],
    /// More conditions on the row, which is named `t`, as written after `AND`; may be empty.
    pub and: &'static str,
}

/// Rows to read by key, in the order of the keys.
#[derive(Debug)]
pub struct Lookup {
    /// The columns, as written after `SELECT`.
    pub columns: &'static str,
    /// The tables, as written after `FROM`.
    pub from: &'static str,
    /// The key.
    pub key: &'static str,
    /// More conditions, as written after `AND`; may be empty.
    pub and: &'static str,
    /// How the rows are locked; only for a single table, with sorted and distinct keys.
    pub lock: Lock,
}
