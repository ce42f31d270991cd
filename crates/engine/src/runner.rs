//! The batch runner: lease, slices, end.
//!
//! The runner reads the next pending items on a reader connection while the door works on the previous ones,
//! hands slices to the door ([`crate::slices`]), and ends the run when no item is pending or a user asked it to
//! stop. The door checks epoch and intent in every chunk, so a runner that lost its lease writes nothing.

use crate::engine::Engine;
use crate::lease;
use crate::meter::{self, Lease};
use crate::progress::Progress;
use crate::slices::{End, Slices};
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::id::BatchId;
use domain::work::{Work, WorkKind};
use ledger::crash;
use service::{Error, approval, batch};
use store::batch::Batch;
use store::{AtHand, Store};

/// Marks a batch as running in this process until it is dropped.
struct Running {
    store: Store,
    at_hand: Option<AtHand>,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.at_hand.take());
        meter::running(self.store.work_at_hand(WorkKind::Run).len());
    }
}

impl Engine {
    /// Runs a `processing` batch until it ends or is paused; calls `progress` after each chunk. A batch in
    /// another state is returned unchanged. What a run does is recorded under `system` on this node; the
    /// history line of the execution names the user who asked for it.
    pub async fn run(
        &self,
        batch: BatchId,
        mut progress: impl FnMut(&Progress) + Send,
    ) -> Result<Batch, Error> {
        let batch = batch::named(&self.service, batch.into()).await?;
        if batch.state != BatchState::Processing {
            return Ok(batch);
        }
        approval::check_run(&self.service, &batch).await?;
        let _running = self.begin(batch.id)?;
        let epoch = self.with_retries(|| lease::take(&self.store, Work::run(batch.id))).await?;
        meter::lease(Lease::Taken);
        crash::point("lease_taken");
        let end = Slices::new(self, &batch, epoch).pay(&mut progress).await?;
        let batch = self.end(&batch, epoch, end).await?;
        progress(&Progress { batch: batch.clone(), items_per_s: 0.0, eta_s: None });
        Ok(batch)
    }

    /// Marks the batch as running in this process; refuses a second run of the same batch.
    fn begin(&self, batch: BatchId) -> Result<Running, Error> {
        let refused = || Error::refused(Code::BatchRunning, self.store.node());
        let at_hand = self.store.begin_work(Work::run(batch)).ok_or_else(refused)?;
        meter::running(self.store.work_at_hand(WorkKind::Run).len());
        Ok(Running { store: self.store.clone(), at_hand: Some(at_hand) })
    }

    async fn end(&self, batch: &Batch, epoch: i64, end: End) -> Result<Batch, Error> {
        meter::lease(match end {
            End::Fenced => Lease::Lost,
            End::HandedOver => Lease::HandedOver,
            End::Exhausted | End::Halted | End::Stopped(_) => Lease::GivenBack,
        });
        let rest = match end {
            End::Fenced => {
                tracing::warn!(batch = batch.id.0, node = self.store.node(), "fenced");
                return Err(Code::Fenced.into());
            }
            End::HandedOver => {
                self.with_retries(|| lease::release(&self.store, Work::run(batch.id), epoch)).await?;
                return batch::named(&self.service, batch.id.into()).await;
            }
            End::Stopped(code) => Some(code),
            End::Exhausted => None,
            End::Halted => {
                let now = self.with_retries(|| batch::named(&self.service, batch.id.into())).await?;
                (now.intent == BatchIntent::Interrupt).then_some(Code::Interrupted)
            }
        };
        self.with_retries(|| self.end_run(batch.id, epoch, rest)).await
    }
}
