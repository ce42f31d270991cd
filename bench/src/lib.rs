//! The benchmark (design, section 5): accounts, an import and a run of a million items with every check on,
//! fees, limits and audit included, and an fsync per chunk. The same run also measures the floor: the same
//! rows inserted bare. Compare ratios within one run; absolute times depend on the machine.
#![expect(clippy::cast_precision_loss, reason = "speeds and shares for a report, not money")]

mod floor;
mod input;
mod machine;
mod nodes;
mod place;
mod work;

use serde_json::{Value as Json, json};
use service::Error;
use std::path::PathBuf;

/// What to measure.
#[derive(Debug, Clone)]
pub struct BenchOptions {
    /// Items per batch.
    pub items: u64,
    /// Batches run one after another in the same ledger.
    pub rounds: u32,
    /// Items per chunk.
    pub chunk_items: usize,
    /// Where the files go; they are removed at the end.
    pub dir: PathBuf,
    /// A server on which to create databases instead of files; they are dropped at the end.
    pub database: Option<String>,
    /// The path of this program, for the part in which two processes share the work.
    pub program: PathBuf,
}

/// Who pays whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One source, as many targets as items, in shuffled order.
    OneToMany,
    /// Sources and targets drawn from 100,000 accounts (or a tenth of the items, if that is less).
    Random,
}

impl Shape {
    /// The name in the report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OneToMany => "one_to_many",
            Self::Random => "random",
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
    /// The floor was measured.
    Floor {
        /// The shape it was measured for.
        shape: Shape,
        /// The speed of inserting the same rows bare.
        items_per_s: f64,
        /// The time verifying the rounds took.
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
    /// Bytes written to the database log; 0 if not measured.
    pub log_bytes_per_item: f64,
}

/// Runs both shapes and returns the report; `say` is called after each step.
pub async fn run(options: &BenchOptions, mut say: impl FnMut(Step)) -> Result<Json, Error> {
    let mut shapes = Vec::new();
    for shape in [Shape::OneToMany, Shape::Random] {
        shapes.push(work::measure(shape, options, &mut say).await?);
    }
    let two_nodes = match &options.database {
        Some(_) => Some(nodes::measure(options, &mut say).await?),
        None => None,
    };
    Ok(json!({ "items": options.items, "rounds": options.rounds, "chunk_items": options.chunk_items,
               "shapes": shapes, "two_nodes": two_nodes }))
}
