//! What the engine counts. The names are in `docs/guide/operations.md`.

use metrics::{counter, gauge};

/// What became of the lease of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lease {
    /// This process runs the batch now.
    Taken,
    /// Another took it away.
    Lost,
    /// This process stops and leaves the batch to others.
    HandedOver,
    /// The run came to its end or to a pause.
    GivenBack,
}

/// Counts a change of a lease.
pub(crate) fn lease(change: Lease) {
    let change = match change {
        Lease::Taken => "taken",
        Lease::Lost => "lost",
        Lease::HandedOver => "handed_over",
        Lease::GivenBack => "given_back",
    };
    counter!("sluice_lease_changes_total", "change" => change).increment(1);
}

/// Batches that this process is at.
pub(crate) fn running(batches: usize) {
    gauge!("sluice_batches_running").set(u32::try_from(batches).unwrap_or(u32::MAX));
}

/// The run of a batch broke off.
pub(crate) fn broke_off() {
    counter!("sluice_runs_broken_off_total").increment(1);
}

/// Postings that the history is behind.
pub(crate) fn history_lag(postings: i64) {
    gauge!("sluice_history_lag_postings").set(u32::try_from(postings).unwrap_or(u32::MAX));
}
