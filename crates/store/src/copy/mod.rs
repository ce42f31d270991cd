//! Copies a ledger's rows into another database: read in pages by key, written by the bulk calls, whatever
//! the engine on either side. No part of the schema is disabled for it.
//!
//! The caller holds the transactions and keeps track of its position; see `upkeep::copy`. [`STEPS`] lists
//! what is copied.

mod row_page;
mod step;
mod tables;
#[cfg(test)]
mod tests;
mod walk;

pub use row_page::RowPage;
pub use step::{Key, Kind, Step, WriteMode};
pub use tables::{LEFT_OUT, STEPS};

use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::{Column, Value};
use domain::batch::BatchState;

/// The rows of a step that follow a key.
pub async fn read(
    tx: &mut Tx,
    step: &'static Step,
    after: &[Value],
    limit: usize,
) -> Result<RowPage, StoreError> {
    let mut args = after.to_vec();
    args.push(Value::I64(i64::try_from(limit).unwrap_or(i64::MAX)));
    Ok(RowPage { step, rows: tx.fetch_text(step.select(), args).await? })
}

/// Writes the rows to another ledger.
pub async fn write(tx: &mut Tx, page: RowPage) -> Result<(), StoreError> {
    let (step, rows) = (page.step, page.len());
    let written = put(tx, step, rows, page.into_columns()?).await?;
    // The rows' images are copied as well.
    crate::image::forget(tx).await?;
    if written.is_none_or(|written| u64::try_from(rows) == Ok(written)) {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!("{}: {} of {rows} rows were written", step.name, written.unwrap_or(0))))
}

/// Writes rows; returns how many, unless that was checked.
async fn put(
    tx: &mut Tx,
    step: &'static Step,
    rows: usize,
    mut columns: Vec<Column>,
) -> Result<Option<u64>, StoreError> {
    Ok(Some(match &step.mode {
        WriteMode::Insert => tx.insert(&step.rows, columns).await?,
        WriteMode::Set(update) => tx.update(update, columns).await?,
        WriteMode::Walk => {
            walk::to_their_states(tx, columns).await?;
            return Ok(None);
        }
        WriteMode::Draft => {
            for (name, column) in step.rows.columns.iter().zip(&mut columns) {
                if *name == "state" {
                    *column = Column::Same(BatchState::Draft.number(), rows);
                }
            }
            tx.insert(&step.rows, columns).await?
        }
    }))
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
