//! The moves of a batch's life that a person asks for: submit, execute, pause, cancel.

use super::{find, find_locked};
use crate::{Deed, Error, Refusal, Service};
use domain::access::Reach;
use domain::batch::{BatchIntent, BatchMode, BatchState, CHUNK_ITEMS_MAX};
use domain::code::Code;
use domain::id::BatchId;
use domain::item::ItemState;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::item::{Item, Page};

/// The hash of a batch's canonical items: line, source, target, amount, memo, reference, in the order of
/// numbers. Approvals and the run are bound to it.
#[derive(Debug, Default, Clone)]
pub struct ContentHash(Sha256);

impl ContentHash {
    /// Takes an item in.
    pub fn item(&mut self, item: &Item) {
        for number in [item.line, item.source.0, item.target.0, item.amount] {
            self.0.update(number.to_le_bytes());
        }
        for text in [&item.memo, &item.reference] {
            // A length before each text, so that no two contents give the same bytes; none is not empty.
            let length = text.as_ref().map_or(-1, |text| i64::try_from(text.len()).unwrap_or(i64::MAX));
            self.0.update(length.to_le_bytes());
            self.0.update(text.as_deref().unwrap_or_default().as_bytes());
        }
    }

    /// The hash, hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        ledger::digest::hex(&self.0.finalize())
    }
}

/// The hash of a batch's items as they stand.
pub(crate) async fn content_hash(tx: &mut Tx, batch: &Batch) -> Result<String, Error> {
    let (mut hash, mut after) = (ContentHash::default(), batch.first_number - 1);
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: 10_000 };
        let items = store::item::page(tx, page, None, None).await?;
        let Some(last) = items.last() else { return Ok(hash.finish()) };
        after = last.number.0;
        items.iter().for_each(|item| hash.item(item));
    }
}

impl Service {
    /// Submits a draft: its content is frozen under a hash.
    pub async fn batch_submit(&self, actor: &Actor, name: &str) -> Result<Batch, Error> {
        let id = self.batch(name).await?.id;
        self.submit_as(actor, id, None).await
    }

    /// With the hash at hand (an import has just computed it) or by reading the items.
    pub(crate) async fn submit_as(
        &self,
        actor: &Actor,
        id: BatchId,
        hash: Option<String>,
    ) -> Result<Batch, Error> {
        let mut tx = self.begin().await?;
        let batch = find_locked(&mut tx, &id.to_string()).await?;
        if let Err(refusal) = self.may_submit(&mut tx, &batch).await? {
            drop(tx);
            return self.refuse_move(actor, "batch.submit", &batch, refusal).await;
        }
        let hash = match hash {
            Some(hash) => hash,
            None => content_hash(&mut tx, &batch).await?,
        };
        store::batch::submit(&mut tx, id, &hash, self.now()).await?;
        let event = self.event(BatchState::Pending, "submitted", actor);
        let detail = json!({ "content_hash": hash, "items": batch.tally.total_count });
        let deed = Deed { actor, action: "batch.submit", subject: "batch", id: Some(id.0), detail };
        self.close_batch(tx, id, event, deed).await
    }

    async fn may_submit(&self, tx: &mut Tx, batch: &Batch) -> Result<Result<(), Refusal>, Error> {
        let refusal = |code, detail: &str| Ok(Err(Refusal::new(code, detail)));
        let items_max = i64::try_from(CHUNK_ITEMS_MAX).unwrap_or(i64::MAX);
        if let Err(code) = batch.state.submit() {
            return refusal(code, batch.state.name());
        }
        if batch.tally.total_count == 0 {
            return refusal(Code::BatchEmpty, &batch.number());
        }
        if batch.mode == BatchMode::Atomic && batch.tally.total_count > items_max {
            return refusal(Code::BatchTooLargeForAtomic, &items_max.to_string());
        }
        self.within_maximum(tx, batch).await
    }

    /// The batch's sum against its policy; checked when it is submitted and again when it is executed.
    pub(crate) async fn within_maximum(
        &self,
        tx: &mut Tx,
        batch: &Batch,
    ) -> Result<Result<(), Refusal>, Error> {
        let single = match batch.account {
            Some(id) => store::account::by_id(tx, id).await?.map(|account| (id, account.asset)),
            None => None,
        };
        let asset = Self::asset(tx, batch.asset).await?;
        let frame = super::create::frame_of(tx, batch.kind, asset, single, false).await?;
        match frame.within_maximum(i128::from(batch.tally.total_amount)) {
            Err(Error::Refused(refusal)) => Ok(Err(refusal)),
            other => other.map(|_| Ok(())),
        }
    }

    /// Leaves the row from which the engine runs the batch. Of a paused batch it is going on; of a running
    /// one it changes nothing.
    pub async fn batch_execute(&self, actor: &Actor, name: &str) -> Result<Batch, Error> {
        let mut tx = self.begin().await?;
        let batch = find_locked(&mut tx, name).await?;
        let (state, event) = match batch.state {
            BatchState::Processing => return self.leave_as_it_is(tx, batch).await,
            BatchState::Paused => (BatchState::Processing, "resumed"),
            other => match other.execute() {
                Ok(state) => (state, "started"),
                Err(code) => {
                    drop(tx);
                    let refusal = Refusal::new(code, format!("{} is {}", batch.number(), other.name()));
                    return self.refuse_move(actor, "batch.execute", &batch, refusal).await;
                }
            },
        };
        if let Err(refusal) = self.within_maximum(&mut tx, &batch).await? {
            drop(tx);
            return self.refuse_move(actor, "batch.execute", &batch, refusal).await;
        }
        store::batch::set_state(&mut tx, batch.id, state, BatchIntent::Run, Some(self.now()), None).await?;
        let detail = json!({ "from": batch.state.name(), "content_hash": batch.content_hash });
        let event = self.event(state, event, actor);
        let deed = Deed { actor, action: "batch.execute", subject: "batch", id: Some(batch.id.0), detail };
        let changed = self.close_batch(tx, batch.id, event, deed).await?;
        self.store.wake();
        Ok(changed)
    }

    /// Ends a verb's transaction that had nothing to do.
    pub(crate) async fn leave_as_it_is(&self, mut tx: Tx, batch: Batch) -> Result<Batch, Error> {
        self.keep(&mut tx, &batch).await?;
        tx.commit().await?;
        Ok(batch)
    }

    /// Asks a running batch to stop at the next chunk's edge. Without a live runner it is paused at once.
    pub async fn batch_pause(&self, actor: &Actor, name: &str) -> Result<Batch, Error> {
        let mut tx = self.begin().await?;
        let batch = find_locked(&mut tx, name).await?;
        match batch.state {
            BatchState::Paused => return self.leave_as_it_is(tx, batch).await,
            BatchState::Processing => {}
            other => {
                drop(tx);
                let refusal = Refusal::new(Code::BatchState, other.name());
                return self.refuse_move(actor, "batch.pause", &batch, refusal).await;
            }
        }
        let live = self.is_live(&mut tx, batch.id).await?;
        let state = if live { BatchState::Processing } else { BatchState::Paused };
        store::batch::set_state(&mut tx, batch.id, state, BatchIntent::Pause, None, None).await?;
        let event = self.event(state, "pause_asked", actor);
        let detail = json!({ "live": live });
        let deed = Deed { actor, action: "batch.pause", subject: "batch", id: Some(batch.id.0), detail };
        self.close_batch(tx, batch.id, event, deed).await
    }

    /// Calls a batch off. One that has not begun is cancelled and its items are skipped; of one that has,
    /// the rest is interrupted: by its runner if it has one, else at once. Who reaches only what he made
    /// cancels that before it has begun.
    pub async fn batch_cancel(
        &self,
        actor: &Actor,
        reach: Reach,
        name: &str,
        reason: &str,
    ) -> Result<Batch, Error> {
        self.look().await?;
        let mut tx = self.store.write().await?;
        let batch = find_locked(&mut tx, name).await?;
        if reach == Reach::Own && (batch.created_by != actor.name || batch.state.has_begun()) {
            drop(tx);
            let refusal = Refusal::new(Code::Forbidden, batch.number());
            return self.refuse_move(actor, "batch.cancel", &batch, refusal).await;
        }
        match batch.state {
            BatchState::Draft | BatchState::Pending | BatchState::Approved => {
                self.call_off(tx, actor, &batch, reason).await
            }
            BatchState::Processing | BatchState::Paused => self.interrupt(tx, actor, &batch, reason).await,
            other => {
                drop(tx);
                let refusal = Refusal::new(Code::BatchCannotCancel, other.name());
                self.refuse_move(actor, "batch.cancel", &batch, refusal).await
            }
        }
    }

    async fn call_off(&self, mut tx: Tx, actor: &Actor, batch: &Batch, reason: &str) -> Result<Batch, Error> {
        self.reserve(&mut tx).await?;
        let (from, to) = (ItemState::Pending, ItemState::Skipped);
        store::item::set_range(&mut tx, batch.id, batch.range(), from, to).await?;
        let mut tally = batch.tally;
        tally.skipped_count = tally.total_count;
        store::batch::set_tally(&mut tx, batch.id, &tally).await?;
        let (state, ended) = (BatchState::Cancelled, Some(self.now()));
        store::batch::set_state(&mut tx, batch.id, state, batch.intent, None, ended).await?;
        let mut event = self.event(state, "cancelled", actor);
        event.detail = Some(reason.to_owned());
        let detail = json!({ "reason": reason, "from": batch.state.name() });
        let deed = Deed { actor, action: "batch.cancel", subject: "batch", id: Some(batch.id.0), detail };
        self.close_batch(tx, batch.id, event, deed).await
    }

    async fn interrupt(
        &self,
        mut tx: Tx,
        actor: &Actor,
        batch: &Batch,
        reason: &str,
    ) -> Result<Batch, Error> {
        let live = self.is_live(&mut tx, batch.id).await?;
        store::batch::set_intent(&mut tx, batch.id, BatchIntent::Interrupt, Some(self.now())).await?;
        let mut event = self.event(batch.state, "interrupt_asked", actor);
        event.detail = Some(reason.to_owned());
        let detail = json!({ "reason": reason, "live": live });
        let deed = Deed { actor, action: "batch.interrupt", subject: "batch", id: Some(batch.id.0), detail };
        if live {
            self.reserve(&mut tx).await?;
            return self.close_batch(tx, batch.id, event, deed).await;
        }
        // The rest fails in transactions of their own; the last of them carries the answer.
        self.finish_batch(tx, batch.id, event, deed).await?;
        self.run_interrupted(batch.id).await
    }

    /// Whether a runner holds the batch's lease now.
    pub(crate) async fn is_live(&self, tx: &mut Tx, batch: BatchId) -> Result<bool, Error> {
        let lease = store::lease::get(tx, batch).await?;
        Ok(lease.is_some_and(|lease| lease.is_live))
    }

    pub(crate) async fn refuse_move<T>(
        &self,
        actor: &Actor,
        action: &'static str,
        batch: &Batch,
        refusal: Refusal,
    ) -> Result<T, Error> {
        let detail = json!({ "state": batch.state.name() });
        let deed = Deed { actor, action, subject: "batch", id: Some(batch.id.0), detail };
        self.refuse(deed, refusal).await
    }

    /// Whether the items are still those that were submitted.
    pub async fn batch_check_content(&self, name: &str) -> Result<bool, Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        let hash = content_hash(&mut tx, &batch).await?;
        Ok(batch.content_hash.is_none_or(|frozen| frozen == hash))
    }
}
