//! Going on with a batch that waits, stands still or was interrupted.

use super::lifecycle::{is_live, within_maximum};
use super::reprice::rates_hold;
use super::rework::Rework;
use super::{changed, locked};
use crate::write::{Done, Write, begun};
use crate::{Error, Service};
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use store::audit::Actor;
use store::batch::Batch;

impl Service {
    /// Goes on with a batch and says how many of its items wait for it: one that has not begun is executed,
    /// with all checks; a paused one, or one whose runner died, goes on; of an interrupted one the interrupted
    /// items are taken back. Where a run is on its way it changes nothing. It never touches an item in flight.
    pub async fn batch_resume(&self, actor: &Actor, name: &str) -> Result<(Batch, i64), Error> {
        if let Some(first) = self.first_answer().await? {
            return first.answer();
        }
        let batch = match self.batch(name).await {
            Ok(batch) => batch,
            Err(error) => return self.refused(actor, Fact::new(Action::BatchResume, None), error).await,
        };
        match batch.state {
            BatchState::Completed | BatchState::PartiallyCompleted | BatchState::Failed => {
                self.batch_retry(actor, name, Rework::Interrupted).await
            }
            _ => {
                let mut write = begun!(self.write(actor, Action::BatchResume));
                let done = resume(&mut write, name).await;
                let answer = write.end(done).await?;
                self.store.wake();
                Ok(answer)
            }
        }
    }
}

async fn resume(write: &mut Write, name: &str) -> Result<Done<(Batch, i64)>, Error> {
    let batch = locked(write, name).await?;
    let is_live = is_live(&mut write.tx, batch.id).await?;
    let event = match (batch.state, batch.intent) {
        (BatchState::Processing, BatchIntent::Pause) | (BatchState::Paused, _) => BatchEvent::Resumed,
        // It runs, or a worker takes it up once woken.
        (BatchState::Processing, intent) => {
            let waits = intent == BatchIntent::Run && !is_live;
            let waiting = if waits { batch.tally.pending_count() } else { 0 };
            return Ok(Done::nothing((batch, waiting)));
        }
        (state, _) if state.execute().is_ok() => BatchEvent::Started,
        (state, _) => return Err(Error::refused(Code::BatchState, state.name())),
    };
    within_maximum(&mut write.tx, &batch).await?;
    rates_hold(write, &batch).await?;
    let (state, intent, now) = (BatchState::Processing, BatchIntent::Run, Some(write.now));
    store::batch::set_state(&mut write.tx, batch.id, state, intent, now, None).await?;
    let fact = Fact::of_batch(Action::BatchResume, batch.id)
        .with("from", batch.state.name())
        .with("content_hash", batch.content_hash)
        .moved(state, event);
    let waiting = batch.tally.pending_count();
    Ok(Done::one((changed(write, batch.id).await?, waiting), fact))
}
