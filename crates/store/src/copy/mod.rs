//! Copies a ledger's rows into another database: read in pages by key, written by the bulk calls, whatever
//! the engine on either side. No part of the schema is disabled for it.
//!
//! The caller holds the transactions and keeps track of its position; see `service::copy`. [`STEPS`] lists
//! what is copied.

mod page;
mod tables;
#[cfg(test)]
mod tests;
mod walk;

pub use page::Page;
pub use tables::{LEFT_OUT, STEPS};

use crate::bulk::{Insert, Update};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Column, Value};
use domain::batch::BatchState;

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
pub enum Way {
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
    pub way: Way,
    rows: Insert,
    kinds: &'static [Kind],
    keys: usize,
    only: &'static str,
}

/// A row's key: the values of the step's first columns.
pub type Key = Vec<Value>;

impl Step {
    /// The step with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        STEPS.iter().find(|step| step.name == name)
    }

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
        !matches!(self.way, Way::Walk)
    }

    /// Whether rows are updated, not inserted, so that the step can be repeated.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        matches!(self.way, Way::Set(_))
    }

    /// Whether the table has no rows in a new schema.
    const fn begins_empty(&self) -> bool {
        matches!(self.way, Way::Insert | Way::Draft)
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

    fn select(&self) -> String {
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

/// The rows of a step that follow a key.
pub async fn read(
    tx: &mut Tx,
    step: &'static Step,
    after: &[Value],
    limit: usize,
) -> Result<Page, StoreError> {
    let mut args = after.to_vec();
    args.push(Value::I64(i64::try_from(limit).unwrap_or(i64::MAX)));
    Ok(Page { step, rows: tx.fetch_text(step.select(), args).await? })
}

/// Writes the rows to another ledger.
pub async fn write(tx: &mut Tx, page: Page) -> Result<(), StoreError> {
    let (step, rows) = (page.step, page.len());
    let mut columns = page.into_columns()?;
    let written = match &step.way {
        Way::Insert => tx.insert(&step.rows, columns).await?,
        Way::Set(update) => tx.update(update, columns).await?,
        Way::Walk => return walk::to_their_states(tx, columns).await,
        Way::Draft => {
            for (name, column) in step.rows.columns.iter().zip(&mut columns) {
                if *name == "state" {
                    *column = Column::Same(BatchState::Draft.number(), rows);
                }
            }
            tx.insert(&step.rows, columns).await?
        }
    };
    if u64::try_from(rows) == Ok(written) {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!("{}: {written} of {rows} rows were written", step.name)))
}

/// Whether nothing has been written yet: only the schema exists.
pub async fn is_pristine(tx: &mut Tx) -> Result<bool, StoreError> {
    for step in STEPS.iter().filter(|step| step.begins_empty()) {
        if !read(tx, step, &step.begin(), 1).await?.is_empty() {
            return Ok(false);
        }
    }
    Ok(crate::head::get(tx).await?.commit_number == 0)
}

/// Moves the engine's own number generators past the copied rows.
pub async fn align(tx: &mut Tx) -> Result<(), StoreError> {
    tx.align(tables::NUMBERED).await
}
