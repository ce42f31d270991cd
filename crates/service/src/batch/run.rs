//! What the engine needs to run a batch: the lease, and the end of the run.

use super::lookup::{self, changed, locked_by_id};
use super::mark::{Mark, UNPAID, WAITING, Which};
use super::settle::{close, settle};
use crate::node::ALIVE_US;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::BatchId;
use domain::item::ItemState;
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::item::{Item, Page};
use store::node::Node;

impl Service {
    /// Start-up recovery of a writer, once, before anything else: if no other process can be writing, it
    /// evicts all other nodes; then it discards unfinished imports. Returns how many imports it discarded.
    pub async fn recover(&self) -> Result<usize, Error> {
        if self.store.is_sole_writer() {
            let mut tx = self.store.write().await?;
            store::node::leave_others(&mut tx, self.store.node()).await?;
            tx.commit().await?;
        }
        self.batch_purge_unfinished().await
    }

    /// Takes the batch's lease for this node and returns its epoch; a lease that it already holds is taken
    /// again under a new epoch. A live lease of another node is [`Code::BatchRunning`].
    pub async fn lease_take(&self, batch: BatchId) -> Result<i64, Error> {
        let mut tx = self.store.write().await?;
        // Waits for the chunks that run under the lease; its content is read after that.
        store::lease::get_exclusive(&mut tx, batch).await?;
        let held = store::lease::get(&mut tx, batch).await?;
        let node = self.store.node();
        if let Some(lease) = held.as_ref().filter(|lease| lease.is_live && lease.owner != node) {
            return Err(Error::refused(Code::BatchRunning, lease.owner.as_str()));
        }
        let epoch = self.lease_in(&mut tx, batch, held.map_or(0, |lease| lease.epoch)).await?;
        tx.commit().await?;
        Ok(epoch)
    }

    /// Takes the lease if its epoch is still `seen`. Registers this node first if necessary: a lease held by
    /// an unknown node counts as free.
    pub(crate) async fn lease_in(&self, tx: &mut Tx, batch: BatchId, seen: i64) -> Result<i64, Error> {
        let name = self.store.node();
        if store::node::get(tx, name).await?.is_none() {
            let now = tx.clock().await?;
            let expires_at = now.saturating_add(ALIVE_US);
            let node = Node { name: name.to_owned(), stripe: 0, is_worker: false, expires_at };
            store::node::join(tx, &node, now).await?;
        }
        let taken = store::lease::take(tx, batch, name, seen).await?;
        taken.ok_or_else(|| Error::refused(Code::BatchRunning, batch.to_string()))
    }

    /// Releases the lease.
    pub async fn lease_release(&self, batch: BatchId, epoch: i64) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        store::lease::release(&mut tx, batch, epoch).await?;
        tx.commit().await?;
        self.store.wake();
        Ok(())
    }

    /// Batches in `processing` that need a runner and that no other live node has leased, oldest first.
    pub async fn batch_waiting(&self) -> Result<Vec<BatchId>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::batch::waiting(&mut tx, self.store.node()).await?)
    }

    /// The next pending items of a batch.
    pub async fn run_page(&self, batch: &Batch, after: i64, limit: i64) -> Result<Vec<Item>, Error> {
        let mut tx = self.store.read().await?;
        let page = Page { batch: batch.id, after, last: batch.last_number, limit };
        Ok(store::item::page(&mut tx, page, Some(ItemState::Pending), None).await?)
    }

    /// Ends a run under its epoch: the batch is paused, or takes the state that its counters imply. `rest` is
    /// the code that untried items fail with; if the batch was cancelled permanently, all unpaid items are
    /// skipped before that.
    pub async fn run_finish(&self, id: BatchId, epoch: i64, rest: Option<Code>) -> Result<Batch, Error> {
        let actor = Actor::system(self.store.node());
        self.mark_rest(&actor, id, Some(epoch), rest).await?;
        let mut write = self.step(&actor, Action::BatchEnd).await?;
        fence(&mut write.tx, id, Some(epoch)).await?;
        let done = finish(&mut write, id, epoch).await;
        let batch = write.end(done).await?;
        self.wake_runner(&batch);
        Ok(batch)
    }

    /// Interrupts a batch that has no runner, or calls it off for good: the rest fails or is skipped, and the
    /// counters determine how it ended.
    pub(crate) async fn run_interrupted(&self, id: BatchId) -> Result<Batch, Error> {
        let actor = Actor::system(self.store.node());
        self.mark_rest(&actor, id, None, Some(Code::Interrupted)).await?;
        let mut write = claimed!(self.write(&actor, Action::BatchEnd));
        let done = finish_interrupted(&mut write, id).await;
        let batch = write.end(done).await?;
        self.wake_runner(&batch);
        Ok(batch)
    }

    /// Wakes the workers if the batch needs another run.
    fn wake_runner(&self, batch: &Batch) {
        if batch.state == BatchState::Processing && batch.tally.needs_runner(batch.intent) {
            self.store.wake();
        }
    }

    /// Skips the unpaid items of a batch that was cancelled permanently; fails its pending items with a code,
    /// if one is given. Fenced by the run's epoch, if there is a run.
    async fn mark_rest(
        &self,
        actor: &Actor,
        id: BatchId,
        epoch: Option<i64>,
        rest: Option<Code>,
    ) -> Result<(), Error> {
        let is_called_off = lookup::get(&mut self.store.read().await?, id).await?.called_off_at.is_some();
        if is_called_off {
            self.mark_all(actor, id, epoch, (UNPAID, Mark::Skip)).await?;
        }
        match rest {
            Some(code) => self.mark_all(actor, id, epoch, (WAITING, Mark::Fail(code))).await,
            None => Ok(()),
        }
    }

    async fn mark_all(
        &self,
        actor: &Actor,
        id: BatchId,
        epoch: Option<i64>,
        (which, mark): (Which, Mark),
    ) -> Result<(), Error> {
        let mut after = i64::MIN;
        loop {
            let action = if let Mark::Skip = mark { Action::BatchSkipRest } else { Action::BatchFailRest };
            let mut write = self.step(actor, action).await?;
            fence(&mut write.tx, id, epoch).await?;
            let mut batch = locked_by_id(&mut write, id).await?;
            let items = which.mark(&mut write, &mut batch, after, mark).await?;
            let Some(last) = items.last() else { return Ok(()) };
            after = last.number.0;
            let fact = Fact::of_batch(action, id).with("items", items.len());
            let fact = match mark {
                Mark::Fail(code) => fact.with("code", code.name()),
                Mark::Skip | Mark::Wait => fact,
            };
            write.end(Ok(WriteResult::one((), fact))).await?;
        }
    }
}

/// Ends a run under its epoch: releases the lease, and pauses or ends the batch or leaves it to the next
/// owner.
async fn finish(write: &mut Write, id: BatchId, epoch: i64) -> Result<WriteResult<Batch>, Error> {
    let batch = locked_by_id(write, id).await?;
    store::lease::release(&mut write.tx, id, epoch).await?;
    if batch.state != BatchState::Processing {
        return Ok(WriteResult::nothing(batch));
    }
    let is_due = batch.called_off_at.is_some() && batch.tally.failed_count > 0;
    let state = match batch.folded() {
        BatchState::Processing if batch.intent == BatchIntent::Pause => BatchState::Paused,
        // Nothing waits, but items are in flight: what a user asked of the run is done.
        BatchState::Processing if !batch.tally.needs_runner(BatchIntent::Run) && !is_due => {
            store::batch::set_intent(&mut write.tx, id, BatchIntent::Run, None).await?;
            return Ok(WriteResult::nothing(changed(write, id).await?));
        }
        // The intent changed while the run was ending; the next owner handles it.
        BatchState::Processing => return Ok(WriteResult::nothing(batch)),
        _ if is_due => return Ok(WriteResult::nothing(batch)),
        ended => ended,
    };
    let fact = close(write, &batch, state).await?;
    Ok(WriteResult::one(changed(write, id).await?, fact))
}

/// Items that were set back to pending in the meantime are left to the next owner.
async fn finish_interrupted(write: &mut Write, id: BatchId) -> Result<WriteResult<Batch>, Error> {
    let batch = locked_by_id(write, id).await?;
    let facts = settle(write, &batch).await?.into_iter().collect();
    Ok(WriteResult::many(changed(write, id).await?, facts))
}

/// Locks the lease against a takeover until the transaction ends; [`Code::Fenced`] if it was already taken
/// over.
async fn fence(tx: &mut Tx, batch: BatchId, epoch: Option<i64>) -> Result<(), Error> {
    let Some(epoch) = epoch else { return Ok(()) };
    let lease = store::lease::get_shared(tx, batch).await?;
    if lease.is_some_and(|lease| lease.epoch == epoch) { Ok(()) } else { Err(Code::Fenced.into()) }
}
