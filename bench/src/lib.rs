//! The measured work (design, section 5): accounts, an import and a run of a million items, every check
//! on, fee and limit and audit included, fsync at every chunk; beside it, in the same run, the floor: the
//! same rows inserted bare. Ratios within one run count, absolute times are the machine's.
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
    /// Items of one batch.
    pub items: u64,
    /// Batches in the same file, one after another.
    pub rounds: u32,
    /// Items of one chunk.
    pub chunk_items: usize,
    /// Where the files go; they are removed in the end.
    pub dir: PathBuf,
    /// A server on which databases may be made, instead of files; they are dropped in the end.
    pub database: Option<String>,
    /// This program, for the part in which two processes share the work.
    pub program: PathBuf,
}

/// Who pays whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One source, as many targets as items, in a shuffled order.
    OneToMany,
    /// Sources and targets drawn from 100,000 accounts (or a tenth of the items, if that is less).
    Random,
}

impl Shape {
    /// Its name in the report.
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
        /// Of which shape.
        shape: Shape,
        /// How many.
        accounts: usize,
        /// What it took.
        seconds: f64,
    },
    /// A round has ended.
    Round(RoundSpeed),
    /// The floor beside the rounds.
    Floor {
        /// Of which shape.
        shape: Shape,
        /// The same rows, inserted bare.
        items_per_s: f64,
        /// What verifying the rounds took.
        verify_s: f64,
    },
    /// Two nodes ran two batches from two sources.
    TwoNodes {
        /// Both together.
        items_per_s: f64,
    },
}

/// One import and run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundSpeed {
    /// Of which shape.
    pub shape: Shape,
    /// Its number, from 1.
    pub number: u32,
    /// The import's speed.
    pub import_rows_per_s: f64,
    /// The run's speed.
    pub items_per_s: f64,
    /// What the history took to catch up.
    pub history_s: f64,
    /// Growth of the database.
    pub bytes_per_item: f64,
    /// What went through the log; 0 if it was not measured.
    pub log_bytes_per_item: f64,
}

/// Runs both shapes and returns the report; `say` is told of each step.
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
