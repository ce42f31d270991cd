//! The door's metrics. The names are documented in `docs/guide/operations.md`; labels have few values, all of
//! them known here or in the table of codes.

use domain::code::Code;
use hashbrown::HashMap;
use metrics::{counter, gauge, histogram};
use std::time::Duration;

/// Sets the number of requests waiting for the door.
pub(crate) fn queue(waiting: usize) {
    gauge!("sluice_door_queue").set(u32::try_from(waiting).unwrap_or(u32::MAX));
}

/// Counts a chunk that was not committed.
pub(crate) fn failed() {
    counter!("sluice_chunks_total", "result" => "failed").increment(1);
}

/// The contents of a chunk, collected before it is written and counted once it is committed.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    pub singles: u64,
    pub items: u64,
    pub postings: u64,
    pub refusals: HashMap<Code, u64>,
}

impl Moved {
    /// Counts it, with the duration of the chunk from its first statement and the part of it spent in COMMIT.
    pub(crate) fn count(&self, took: Duration, commit: Duration) {
        counter!("sluice_chunks_total", "result" => "committed").increment(1);
        histogram!("sluice_chunk_seconds").record(took);
        histogram!("sluice_commit_seconds").record(commit);
        counter!("sluice_transfers_total", "kind" => "single").increment(self.singles);
        counter!("sluice_transfers_total", "kind" => "item").increment(self.items);
        counter!("sluice_postings_total").increment(self.postings);
        for (code, count) in &self.refusals {
            counter!("sluice_ledger_refusals_total", "code" => code.name()).increment(*count);
        }
    }
}
