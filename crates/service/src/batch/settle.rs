//! Derives a batch's state from its counters, after a run, a skip or an interruption.

use crate::Error;
use crate::write::Write;
use domain::batch::{BatchIntent, BatchState};
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use domain::work::Work;
use store::Tx;
use store::batch::Batch;

/// Moves a batch to the state that its counters imply, and returns the fact. A live runner does this itself.
pub(crate) async fn settle(write: &mut Write, batch: &Batch) -> Result<Option<Fact>, Error> {
    let state = batch.folded();
    if state == batch.state || !batch.state.has_begun() {
        return Ok(None);
    }
    if batch.state == BatchState::Processing && is_live(&mut write.tx, batch.id).await? {
        return Ok(None);
    }
    close(&mut write.tx, batch, state, write.now).await.map(Some)
}

/// Moves a batch to a state without a run, and returns the fact. A batch that had already ended keeps its end
/// time.
pub async fn close(tx: &mut Tx, batch: &Batch, state: BatchState, now: i64) -> Result<Fact, Error> {
    let ended = state.has_ended().then(|| batch.completed_at.unwrap_or(now));
    store::batch::set_state(tx, batch.id, state, BatchIntent::Run, None, ended).await?;
    let tally = batch.tally;
    let fact = Fact::of_batch(Action::BatchEnd, batch.id)
        .with("completed", tally.success_count)
        .with("failed", tally.failed_count)
        .with("skipped", tally.skipped_count)
        .with("waiting", tally.waiting_count());
    Ok(match BatchEvent::of_end(state) {
        Some(event) => fact.moved(state, event),
        None => fact,
    })
}

/// Whether a runner holds the batch's lease now.
pub(crate) async fn is_live(tx: &mut Tx, batch: BatchId) -> Result<bool, Error> {
    let lease = store::lease::get(tx, Work::run(batch)).await?;
    Ok(lease.is_some_and(|lease| lease.is_live))
}
