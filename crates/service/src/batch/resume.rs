//! Going on with a batch that waits, stands still or was interrupted.

use super::find_locked;
use super::rework::Rework;
use crate::{Deed, Error, Refusal, Service};
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use serde_json::json;
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;

impl Service {
    /// Goes on with a batch and says how many of its items wait for it: one that has not begun is executed,
    /// with all checks; a paused one, or one whose runner died, goes on; of an interrupted one the interrupted
    /// items are taken back. Where a run is on its way it changes nothing. It never touches an item in flight.
    pub async fn batch_resume(&self, actor: &Actor, name: &str) -> Result<(Batch, i64), Error> {
        self.look().await?;
        let batch = self.batch(name).await?;
        match batch.state {
            BatchState::Completed | BatchState::PartiallyCompleted | BatchState::Failed => {
                self.batch_retry(actor, name, Rework::Interrupted).await
            }
            _ => self.go_on(actor, name).await,
        }
    }

    async fn go_on(&self, actor: &Actor, name: &str) -> Result<(Batch, i64), Error> {
        let mut tx = self.begin().await?;
        let batch = find_locked(&mut tx, name).await?;
        let is_live = self.is_live(&mut tx, batch.id).await?;
        let event = match (batch.state, batch.intent) {
            (BatchState::Processing, BatchIntent::Pause) | (BatchState::Paused, _) => "resumed",
            (BatchState::Processing, intent) => {
                let waits = intent == BatchIntent::Run && !is_live;
                return self.leave_going(tx, batch, waits).await;
            }
            (state, _) if state.execute().is_ok() => "started",
            (state, _) => {
                drop(tx);
                let refusal = Refusal::new(Code::BatchState, state.name());
                return self.refuse_move(actor, "batch.resume", &batch, refusal).await;
            }
        };
        if let Err(refusal) = self.within_maximum(&mut tx, &batch).await? {
            drop(tx);
            return self.refuse_move(actor, "batch.resume", &batch, refusal).await;
        }
        let (state, intent) = (BatchState::Processing, BatchIntent::Run);
        store::batch::set_state(&mut tx, batch.id, state, intent, Some(self.now()), None).await?;
        let detail = json!({ "from": batch.state.name(), "content_hash": batch.content_hash });
        let (event, id) = (self.event(state, event, actor), batch.id);
        let deed = Deed { actor, action: "batch.resume", subject: "batch", id: Some(id.0), detail };
        let waiting = batch.tally.pending_count();
        let answer = self.close_batch_with(tx, id, event, deed, |batch| (batch, waiting)).await?;
        self.store.wake();
        Ok(answer)
    }

    /// A batch that is being run, or that a worker will take up when it is woken.
    async fn leave_going(&self, mut tx: Tx, batch: Batch, waits: bool) -> Result<(Batch, i64), Error> {
        let waiting = if waits { batch.tally.pending_count() } else { 0 };
        let answer = (batch, waiting);
        self.keep(&mut tx, &answer).await?;
        tx.commit().await?;
        self.store.wake();
        Ok(answer)
    }
}
