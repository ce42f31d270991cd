//! The worker: one of any number of nodes that pick up batches to run, until it is asked to stop.

use crate::duties;
use crate::engine::Engine;
use crate::pulse::Pulse;
use service::Error;

impl Engine {
    /// Works until `stop` completes. Then runs end at the next chunk boundary, and other nodes or the next
    /// start continue them.
    pub async fn work(&self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let pulse = self.with_retries(|| Pulse::start(self.clone(), true)).await?;
        duties::of_worker(self).until(stop).await?;
        self.with_retries(|| pulse.leave()).await
    }

    /// Runs no batches but registers as a node, as every writing process must, so that the ledger is not
    /// moved away meanwhile. Keeps the history up to date until `stop` completes.
    pub async fn keep_history(&self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let pulse = self.with_retries(|| Pulse::start(self.clone(), false)).await?;
        duties::of_server(self).until(stop).await?;
        self.with_retries(|| pulse.leave()).await
    }
}
