//! What the engine asks of a batch while it runs it: the lease, and how the run ends.

use super::{changed, locked};
use crate::node::ALIVE_US;
use crate::write::{Done, Write, begun};
use crate::{Error, Service};
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use domain::item::ItemState;
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::item::{Failure, Item, Page};
use store::node::Node;

/// Items that one transaction marks.
const MARK: i64 = 50_000;

impl Service {
    /// What a writer does once when it starts, before anything else: where no other process can be writing,
    /// gives up the nodes that are gone; and forgets imports that did not finish. Says how many imports it
    /// forgot.
    pub async fn recover(&self) -> Result<usize, Error> {
        if self.store.is_sole_writer() {
            let mut tx = self.store.write().await?;
            store::node::leave_others(&mut tx, self.store.node()).await?;
            tx.commit().await?;
        }
        self.batch_purge_unfinished().await
    }

    /// Takes the batch's lease for this node and returns its epoch; one that it holds already is taken anew.
    /// A lease of another node that is at work is [`Code::BatchRunning`].
    pub async fn lease_take(&self, batch: BatchId) -> Result<i64, Error> {
        let mut tx = self.store.write().await?;
        // Chunks that run under it are waited for; what it says is read after that.
        store::lease::get_alone(&mut tx, batch).await?;
        let held = store::lease::get(&mut tx, batch).await?;
        let node = self.store.node();
        if let Some(lease) = held.as_ref().filter(|lease| lease.is_live && lease.owner != node) {
            return Err(Error::refused(Code::BatchRunning, lease.owner.as_str()));
        }
        let epoch = self.lease_in(&mut tx, batch, held.map_or(0, |lease| lease.epoch)).await?;
        tx.commit().await?;
        Ok(epoch)
    }

    /// Takes the lease whose epoch was seen. A node that nobody knows yet is made known: else its lease would
    /// be anyone's.
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

    /// Gives the lease back.
    pub async fn lease_release(&self, batch: BatchId, epoch: i64) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        store::lease::release(&mut tx, batch, epoch).await?;
        tx.commit().await?;
        self.store.wake();
        Ok(())
    }

    /// Batches that are to run and that no other node is at, oldest first.
    pub async fn batch_waiting(&self) -> Result<Vec<BatchId>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::batch::waiting(&mut tx, self.store.node()).await?)
    }

    /// The next waiting items of a batch.
    pub async fn run_page(&self, batch: &Batch, after: i64, limit: i64) -> Result<Vec<Item>, Error> {
        let mut tx = self.store.read().await?;
        let page = Page { batch: batch.id, after, last: batch.last_number, limit };
        Ok(store::item::page(&mut tx, page, Some(ItemState::Pending), None).await?)
    }

    /// Ends a run under its epoch: paused, or whatever the counters say. `rest` fails what was not tried.
    pub async fn run_finish(
        &self,
        actor: &Actor,
        id: BatchId,
        epoch: i64,
        rest: Option<Code>,
    ) -> Result<Batch, Error> {
        if let Some(code) = rest {
            self.fail_rest(actor, id, Some(epoch), code).await?;
        }
        let mut write = self.step(actor, Action::BatchEnd).await?;
        fence(&mut write.tx, id, Some(epoch)).await?;
        let done = finish(&mut write, id, epoch).await;
        let batch = write.end(done).await?;
        if batch.state == BatchState::Processing {
            self.store.wake();
        }
        Ok(batch)
    }

    /// Interrupts a batch that nobody runs: the rest fails, and the counters say how it ended.
    pub(crate) async fn run_interrupted(&self, id: BatchId) -> Result<Batch, Error> {
        let actor = Actor::system(self.store.node());
        self.fail_rest(&actor, id, None, Code::Interrupted).await?;
        let mut write = begun!(self.write(&actor, Action::BatchEnd));
        let done = finish_interrupted(&mut write, id).await;
        let batch = write.end(done).await?;
        if batch.state == BatchState::Processing {
            self.store.wake();
        }
        Ok(batch)
    }

    /// Fails every waiting item with a code, a transaction for so many, so that a kill loses nothing; under
    /// the run's epoch, if there is a run.
    async fn fail_rest(
        &self,
        actor: &Actor,
        id: BatchId,
        epoch: Option<i64>,
        code: Code,
    ) -> Result<(), Error> {
        let mut after = i64::MIN;
        loop {
            let mut write = self.step(actor, Action::BatchFailRest).await?;
            fence(&mut write.tx, id, epoch).await?;
            let mut batch = locked(&mut write, &id.to_string()).await?;
            let tx = &mut write.tx;
            let page = Page {
                batch: id,
                after: after.max(batch.first_number - 1),
                last: batch.last_number,
                limit: MARK,
            };
            let items = store::item::page(tx, page, Some(ItemState::Pending), None).await?;
            let Some(last) = items.last() else { return Ok(()) };
            after = last.number.0;
            let marked: Vec<_> = items.iter().map(|item| (item.number, Some(code))).collect();
            store::item::set_states(tx, &marked, ItemState::Failed).await?;
            let failure = |item: &Item| Failure { item: item.number, code, amount: item.amount, chunk: 0 };
            let failures: Vec<_> = items.iter().map(failure).collect();
            store::item::insert_failures(tx, id, &failures, write.now).await?;
            batch.tally.failed_count += i64::try_from(items.len()).unwrap_or(0);
            batch.tally.failed_amount += items.iter().map(|item| item.amount).sum::<i64>();
            store::batch::set_tally(tx, id, &batch.tally).await?;
            let fact = Fact::of_batch(Action::BatchFailRest, id)
                .with("code", code.name())
                .with("items", items.len());
            write.end(Ok(Done::one((), fact))).await?;
        }
    }
}

/// Ends a run under its epoch: the lease is free, and the batch is paused, ended or left to the next owner.
async fn finish(write: &mut Write, id: BatchId, epoch: i64) -> Result<Done<Batch>, Error> {
    let batch = locked(write, &id.to_string()).await?;
    store::lease::release(&mut write.tx, id, epoch).await?;
    if batch.state != BatchState::Processing {
        return Ok(Done::nothing(batch));
    }
    match (batch.tally.pending_count(), batch.intent) {
        (0, _) => close(write, &batch, batch.tally.end_state()).await,
        (_, BatchIntent::Pause) => close(write, &batch, BatchState::Paused).await,
        // The intent changed while the run was ending; the next owner handles it.
        _ => Ok(Done::nothing(batch)),
    }
}

async fn finish_interrupted(write: &mut Write, id: BatchId) -> Result<Done<Batch>, Error> {
    let batch = locked(write, &id.to_string()).await?;
    // Items that were set back to waiting meanwhile are left to the next owner.
    if batch.state.has_ended() || batch.tally.pending_count() > 0 {
        return Ok(Done::nothing(batch));
    }
    close(write, &batch, batch.tally.end_state()).await
}

async fn close(write: &mut Write, batch: &Batch, state: BatchState) -> Result<Done<Batch>, Error> {
    let ended = state.has_ended().then_some(write.now);
    store::batch::set_state(&mut write.tx, batch.id, state, BatchIntent::Run, None, ended).await?;
    let tally = batch.tally;
    let fact = Fact::of_batch(Action::BatchEnd, batch.id)
        .with("completed", tally.success_count)
        .with("failed", tally.failed_count)
        .with("skipped", tally.skipped_count)
        .with("waiting", tally.pending_count());
    let fact = match BatchEvent::of_end(state) {
        Some(event) => fact.moved(state, event),
        None => fact,
    };
    Ok(Done::one(changed(write, batch.id).await?, fact))
}

/// Keeps the lease from being taken over until the transaction ends, or says that it was.
async fn fence(tx: &mut Tx, batch: BatchId, epoch: Option<i64>) -> Result<(), Error> {
    let Some(epoch) = epoch else { return Ok(()) };
    let lease = store::lease::get_shared(tx, batch).await?;
    if lease.is_some_and(|lease| lease.epoch == epoch) { Ok(()) } else { Err(Code::Fenced.into()) }
}
