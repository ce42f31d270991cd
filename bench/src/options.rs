//! What to measure, and what is told while it is measured.

use crate::shape::Shape;
use std::path::PathBuf;

/// What to measure.
#[derive(Debug, Clone)]
pub struct BenchOptions {
    /// Items per batch; everything else is scaled by them.
    pub items: u64,
    /// Batches run one after another in the same ledger, and windows of single transfers.
    pub rounds: u32,
    /// Items per chunk.
    pub chunk_items: usize,
    /// What is measured; everything if it is empty.
    pub shapes: Vec<Shape>,
    /// Where the files go; they are removed at the end.
    pub dir: PathBuf,
    /// A server on which to create databases instead of files; they are dropped at the end.
    pub database: Option<String>,
    /// The path of this program, for the part in which two processes share the work.
    pub program: PathBuf,
}

impl BenchOptions {
    /// Whether a shape is measured. Two processes need a server, so they are left out on a file unless they
    /// were asked for.
    pub(crate) fn wants(&self, shape: Shape) -> bool {
        if self.shapes.is_empty() {
            shape != Shape::TwoNodes || self.database.is_some()
        } else {
            self.shapes.contains(&shape)
        }
    }
}

/// What has been measured so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// The accounts are open.
    Opened {
        /// The shape they are for.
        shape: Shape,
        /// The number of accounts.
        accounts: usize,
        /// The time it took.
        seconds: f64,
    },
    /// A round has ended.
    Round(RoundSpeed),
    /// A file was imported.
    Imported {
        /// The round's number, from 1.
        number: u32,
        /// The speed.
        rows_per_s: f64,
    },
    /// A window of single transfers has ended.
    Window(WindowSpeed),
    /// The reports were made.
    Reported {
        /// Milliseconds of the report of a day.
        day_ms: f64,
        /// Milliseconds of the report of a month.
        month_ms: f64,
    },
    /// The floor was measured.
    Floor {
        /// The shape it was measured for.
        shape: Shape,
        /// The speed of inserting the same rows bare.
        items_per_s: f64,
        /// The time verifying the ledger took.
        verify_s: f64,
    },
    /// Two nodes ran two batches from two sources.
    TwoNodes {
        /// The combined speed.
        items_per_s: f64,
    },
}

/// One import and run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundSpeed {
    /// The shape that was run.
    pub shape: Shape,
    /// The round's number, from 1.
    pub number: u32,
    /// Import speed.
    pub import_rows_per_s: f64,
    /// Run speed.
    pub items_per_s: f64,
    /// The time the history took to catch up.
    pub history_s: f64,
    /// Database growth.
    pub bytes_per_item: f64,
}

/// One window of single transfers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowSpeed {
    /// The shape that was run.
    pub shape: Shape,
    /// The window's number, from 1.
    pub number: u32,
    /// Transfers per second.
    pub requests_per_s: f64,
    /// The time that 99 % of them took at most.
    pub p99_ms: f64,
    /// The time of the slowest.
    pub longest_ms: f64,
}
