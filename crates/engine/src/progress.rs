//! The progress of a run, as it is reported after each chunk.

use std::time::Instant;
use store::batch::Batch;

/// The progress of a run.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The batch as of the last chunk.
    pub batch: Batch,
    /// Items decided per second since this run began.
    pub items_per_s: f64,
    /// Remaining seconds at that speed.
    pub eta_s: Option<f64>,
}

/// Measures the speed since the run began.
pub(crate) struct RunSpeed {
    begun: Instant,
    waiting: i64,
}

impl RunSpeed {
    pub(crate) fn start(batch: &Batch) -> Self {
        Self { begun: Instant::now(), waiting: batch.tally.waiting_count() }
    }

    #[expect(clippy::cast_precision_loss, reason = "a speed for display, not money")]
    pub(crate) fn measure(&self, batch: Batch) -> Progress {
        let left = batch.tally.waiting_count();
        let done = (self.waiting - left).max(0) as f64;
        let items_per_s = done / self.begun.elapsed().as_secs_f64().max(1e-6);
        let eta_s = (items_per_s > 0.0).then(|| left as f64 / items_per_s);
        Progress { batch, items_per_s, eta_s }
    }
}
