//! A page of rows: comparison, encoding, and conversion to columns.

use super::step::{Key, Kind, Step};
use crate::error::StoreError;
use crate::value::{Column, Rows, Value};

/// Rows of a step, in key order.
#[derive(Debug)]
pub struct RowPage {
    /// The step.
    pub step: &'static Step,
    pub(super) rows: Rows,
}

impl RowPage {
    /// The number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn key(&self, row: usize) -> Option<Key> {
        let values = self.rows.values.chunks_exact(self.rows.width.max(1)).nth(row)?;
        Some(values.iter().take(self.step.keys).cloned().collect())
    }

    /// The key of the last row.
    #[must_use]
    pub fn last_key(&self) -> Option<Key> {
        self.key(self.len().checked_sub(1)?)
    }

    /// Appends the rows as bytes that are equal if and only if the rows are: each value with its kind, texts
    /// with their length.
    pub fn encode(&self, out: &mut Vec<u8>) {
        for value in &self.rows.values {
            match value {
                Value::Null => out.push(0),
                Value::I64(number) => {
                    out.push(1);
                    out.extend_from_slice(&number.to_be_bytes());
                }
                Value::Text(text) => encode_bytes(2, text.as_bytes(), out),
                Value::Blob(bytes) => encode_bytes(3, bytes, out),
            }
        }
    }

    /// The first key whose row differs between the two pages, if any.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<Key> {
        let width = self.rows.width.max(other.rows.width).max(1);
        let mut ours = self.rows.values.chunks_exact(width);
        let mut theirs = other.rows.values.chunks_exact(width);
        let same = (0..).take_while(|_| match (ours.next(), theirs.next()) {
            (None, None) => false,
            (our, their) => our == their,
        });
        let row = same.count();
        match (self.key(row), other.key(row)) {
            // If a row is missing on one side, the other side has the smaller key.
            (Some(our), Some(their)) => Some(our.min(their)),
            (our, their) => our.or(their),
        }
    }

    /// The rows as columns for a bulk call.
    pub(super) fn into_columns(self) -> Result<Vec<Column>, StoreError> {
        let rows = self.len();
        let empty = |kind: &Kind| match kind {
            Kind::Number => Column::OptI64(Vec::with_capacity(rows)),
            Kind::Text => Column::OptText(Vec::with_capacity(rows)),
        };
        let mut columns: Vec<Column> = self.step.kinds.iter().map(empty).collect();
        let mut values = self.rows.values.into_iter();
        for _ in 0..rows {
            for (column, value) in columns.iter_mut().zip(values.by_ref()) {
                push(column, value)?;
            }
        }
        Ok(columns)
    }
}

fn encode_bytes(kind: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    out.extend_from_slice(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn push(column: &mut Column, value: Value) -> Result<(), StoreError> {
    match (column, value) {
        (Column::OptI64(numbers), Value::I64(number)) => numbers.push(Some(number)),
        (Column::OptI64(numbers), Value::Null) => numbers.push(None),
        (Column::OptText(texts), Value::Text(text)) => texts.push(Some(text)),
        (Column::OptText(texts), Value::Null) => texts.push(None),
        (_, value) => return Err(StoreError::Corrupt(format!("value does not match its column: {value:?}"))),
    }
    Ok(())
}
