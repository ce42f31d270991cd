//! What a copy reports while it runs and at its end.

use crate::verify::Violation;
use store::copy::RowPage;

/// The stages of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Rows are written.
    Copying,
    /// The target rebuilds its history, which is not copied.
    History,
    /// Rows are compared.
    Comparing,
    /// The target is verified from its postings up.
    Verifying,
}

/// A copy's progress report.
#[derive(Debug, Clone, Copy)]
pub struct CopyStep {
    /// The current stage.
    pub stage: Stage,
    /// The table; empty in stages without tables.
    pub table: &'static str,
    /// Rows so far.
    pub rows: u64,
    /// Rows since the last report.
    pub added: u64,
    /// Whether the table is done.
    pub is_done: bool,
}

impl CopyStep {
    pub(super) const fn of(stage: Stage) -> Self {
        Self { stage, table: "", rows: 0, added: 0, is_done: false }
    }
}

/// A table that is the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 over the rows in key order, hexadecimal.
    pub sha256: String,
}

/// The first row that differs between the two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its table.
    pub table: &'static str,
    /// Its key.
    pub key: String,
}

/// The result of a copy that was neither refused nor interrupted.
#[derive(Debug)]
pub enum Verdict {
    /// The target is the ledger now.
    Same(Vec<Copied>),
    /// A row differs between the two sides; the target stays closed.
    Different(Difference),
    /// The target violates invariants; it stays closed.
    Violated(Vec<Violation>),
}

/// The number of rows on a page.
pub(super) fn rows_of(page: &RowPage) -> u64 {
    u64::try_from(page.len()).unwrap_or(u64::MAX)
}
