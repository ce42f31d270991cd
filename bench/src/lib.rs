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

/// Runs both shapes and gives the report; `say` gets a line for people now and then.
pub async fn run(options: &BenchOptions, mut say: impl FnMut(&str)) -> Result<Json, Error> {
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
