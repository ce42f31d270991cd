//! One step of a copy: which rows of which table, and how they are written.

use crate::bulk::{Insert, Update};
use crate::value::Value;

/// What a column holds; this list treats every column as nullable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A text.
    Text,
}

/// How rows are written to their table.
#[derive(Debug)]
pub enum WriteMode {
    /// They are inserted.
    Insert,
    /// They exist from the start and are updated.
    Set(Update),
    /// Batches: inserted as drafts, so that their items can be inserted.
    Draft,
    /// Batches: moved from draft to their state.
    Walk,
}

/// One step of a copy: one table, or one pass over it.
#[derive(Debug)]
pub struct Step {
    /// Its name: the table's, unless the table has several steps.
    pub name: &'static str,
    /// How the rows are written.
    pub mode: WriteMode,
    pub(super) rows: Insert,
    pub(super) kinds: &'static [Kind],
    pub(super) keys: usize,
    pub(super) only: &'static str,
}

/// A row's key: the values of the step's first columns.
pub type Key = Vec<Value>;

impl Step {
    /// The table.
    #[must_use]
    pub const fn table(&self) -> &'static str {
        self.rows.table
    }

    /// The columns, the key's first.
    #[must_use]
    pub const fn columns(&self) -> &'static [&'static str] {
        self.rows.columns
    }

    /// Whether the step covers its whole table.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        !matches!(self.mode, WriteMode::Walk)
    }

    /// Whether rows are updated, not inserted, so that the step can be repeated.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        matches!(self.mode, WriteMode::Set(_))
    }

    /// Whether the table has no rows in a new schema.
    pub(super) const fn begins_empty(&self) -> bool {
        matches!(self.mode, WriteMode::Insert | WriteMode::Draft)
    }

    /// A key that sorts before every key.
    #[must_use]
    pub fn begin(&self) -> Key {
        let least = |kind: &Kind| match kind {
            Kind::Number => Value::I64(i64::MIN),
            Kind::Text => Value::Text(String::new()),
        };
        self.kinds.iter().take(self.keys).map(least).collect()
    }

    pub(super) fn select(&self) -> String {
        let columns = self.rows.columns;
        let keys = columns.iter().take(self.keys).copied().collect::<Vec<_>>().join(", ");
        let places = (1..=self.keys).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
        let and = if self.only.is_empty() { String::new() } else { format!(" AND {}", self.only) };
        format!(
            "SELECT {} FROM {} WHERE ({keys}) > ({places}){and} ORDER BY {keys} LIMIT ${}",
            columns.join(", "),
            self.rows.table,
            self.keys + 1
        )
    }
}
