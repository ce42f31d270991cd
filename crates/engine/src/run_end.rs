//! The end of a run: what becomes of the items that were not tried, and of the batch.

use crate::engine::Engine;
use crate::lease;
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::fact::Fact;
use domain::id::BatchId;
use domain::work::Work;
use service::Error;
use service::batch::{rest, settle};
use store::audit::Actor;
use store::batch::Batch;
use store::{Tx, head};

impl Engine {
    /// Ends a run under its epoch: the batch is paused, or takes the state that its counters imply. `rest` is
    /// the code that untried items fail with; if the batch was cancelled permanently, all unpaid items are
    /// skipped before that.
    pub async fn end_run(&self, id: BatchId, epoch: i64, rest: Option<Code>) -> Result<Batch, Error> {
        let (actor, now) = (Actor::system(self.store.node()), self.service.now());
        self.mark_rest(&actor, id, epoch, rest).await?;
        let mut tx = self.store.write().await?;
        lease::fence(&mut tx, self.store.node(), Work::run(id), epoch).await?;
        let fact = finish(&mut tx, id, epoch, now).await?;
        let batch = found(store::batch::get(&mut tx, id).await?, id)?;
        if let Some(fact) = fact {
            head::close(&mut tx, &actor, vec![fact], now).await?;
        }
        tx.commit().await?;
        if batch.state == BatchState::Processing && batch.tally.needs_runner(batch.intent) {
            self.store.wake();
        }
        Ok(batch)
    }

    /// Marks the items that end with the run, in bounded transactions.
    async fn mark_rest(
        &self,
        actor: &Actor,
        id: BatchId,
        epoch: i64,
        rest: Option<Code>,
    ) -> Result<(), Error> {
        let passes = rest::passes(&mut self.store.read().await?, id, rest).await?;
        for mut pass in passes {
            loop {
                let (mut tx, now) = (self.store.write().await?, self.service.now());
                lease::fence(&mut tx, self.store.node(), Work::run(id), epoch).await?;
                let Some(fact) = pass.step(&mut tx, id, now).await? else { break };
                head::close(&mut tx, actor, vec![fact], now).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }
}

/// Releases the lease, and pauses or ends the batch or leaves it to the next owner; returns what to record.
async fn finish(tx: &mut Tx, id: BatchId, epoch: i64, now: i64) -> Result<Option<Fact>, Error> {
    let batch = found(store::batch::lock(tx, id).await?, id)?;
    store::lease::release(tx, Work::run(id), epoch).await?;
    if batch.state != BatchState::Processing {
        return Ok(None);
    }
    let is_due = batch.called_off_at.is_some() && batch.tally.failed_count > 0;
    let state = match batch.folded() {
        BatchState::Processing if batch.intent == BatchIntent::Pause => BatchState::Paused,
        // Nothing waits, but items are in flight: what a user asked of the run is done.
        BatchState::Processing if !batch.tally.needs_runner(BatchIntent::Run) && !is_due => {
            store::batch::set_intent(tx, id, BatchIntent::Run, None).await?;
            // There is nothing to tell, but the batch has images.
            head::advance(tx).await?;
            return Ok(None);
        }
        // The intent changed while the run was ending; the next owner handles it.
        BatchState::Processing => return Ok(None),
        _ if is_due => return Ok(None),
        ended => ended,
    };
    settle::close(tx, &batch, state, now).await.map(Some)
}

fn found(batch: Option<Batch>, id: BatchId) -> Result<Batch, Error> {
    batch.ok_or_else(|| Error::refused(Code::BatchNotFound, id.to_string()))
}
