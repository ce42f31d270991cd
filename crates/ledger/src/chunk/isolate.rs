//! Handles a slice that the database refuses: finds the item at fault, which fails with `SERVER_FAULT` and
//! its reason in the log; the others are paid.
//!
//! A slice whose items changed since they were read is refused too, so that is checked first. Then the slice
//! is bisected, in about log2 of its length steps per item at fault. A slice of an atomic batch cannot be
//! split: there the shortest refused prefix is searched for with dry runs, and its last item is the one at
//! fault. If even marking an item as failed is refused, the run stops: the item is not the cause.

use super::{Attempt, Memory, prepare, process};
use crate::clock::Clock;
use crate::door::{Envelope, Reply};
use crate::meter;
use crate::request::{Run, RunOutcome};
use domain::batch::BatchMode;
use domain::id::TransferId;
use domain::item::ItemState;
use std::sync::Arc;
use store::item::{Item, Page};
use store::{Store, StoreError};
use tokio::sync::oneshot;

/// Processes a refused slice to its end and answers. Returns whether the process must end.
pub(super) async fn isolate(
    store: &Store,
    clock: &dyn Clock,
    memory: &mut Memory,
    (run, reply): (Run, Reply<RunOutcome>),
    why: StoreError,
) -> bool {
    let mut isolation = Isolation { store, clock, memory, is_fatal: false };
    let answer = isolation.run(&run, why).await;
    let is_fatal = isolation.is_fatal;
    if let Err(error) = &answer {
        meter::failed();
        tracing::error!(%error, batch = run.batch.0, "slice failed");
    }
    // If the caller has disconnected, its answer is dropped; the commit is unaffected.
    drop(reply.send(answer));
    is_fatal
}

struct Isolation<'a> {
    store: &'a Store,
    clock: &'a dyn Clock,
    memory: &'a mut Memory,
    is_fatal: bool,
}

impl Isolation<'_> {
    async fn run(&mut self, run: &Run, why: StoreError) -> Result<RunOutcome, StoreError> {
        // An item is already marked as failed, and the slice is still refused.
        if !self.memory.refused.is_empty() {
            return Err(why);
        }
        let Some(mode) = self.mode(run).await? else { return Ok(RunOutcome::Stale) };
        match (mode, run.items.as_ref()) {
            (_, []) => Err(why),
            (BatchMode::Atomic, [.., last]) => {
                let refused = match self.shortest(run).await? {
                    Some(length) => run.items.get(length.saturating_sub(1)).unwrap_or(last).number,
                    None => return Err(why),
                };
                self.without(run, refused, &why).await
            }
            (_, [one]) => self.without(run, one.number, &why).await,
            (_, items) => self.halves(run, items).await,
        }
    }

    /// The batch's mode; none if its pending items are no longer those of the slice.
    async fn mode(&self, run: &Run) -> Result<Option<BatchMode>, StoreError> {
        let (Some(first), Some(last)) = (run.items.first(), run.items.last()) else { return Ok(None) };
        let mut tx = self.store.read().await?;
        let limit = i64::try_from(run.items.len()).unwrap_or(i64::MAX).saturating_add(1);
        let page = Page { batch: run.batch, after: first.number.0 - 1, last: last.number.0, limit };
        let waiting = store::item::page(&mut tx, page, Some(ItemState::Pending), None).await?;
        let numbers = |items: &[Item]| items.iter().map(|item| item.number).collect::<Vec<_>>();
        let batch = store::batch::get(&mut tx, run.batch).await?;
        Ok(batch.filter(|_| numbers(&waiting) == numbers(&run.items)).map(|batch| batch.mode))
    }

    /// Processes both halves in turn, each as its own slice.
    async fn halves(&mut self, run: &Run, items: &[Item]) -> Result<RunOutcome, StoreError> {
        let (mut done, mut not_done) = (0, 0);
        let (front, back) = items.split_at(items.len() / 2);
        for half in [front, back] {
            match self.alone(part(run, half)).await? {
                RunOutcome::Done { completed, failed, stopped } => {
                    (done, not_done) = (done + completed, not_done + failed);
                    if stopped {
                        return Ok(RunOutcome::Done { completed: done, failed: not_done, stopped });
                    }
                }
                other => return Ok(other),
            }
        }
        Ok(RunOutcome::Done { completed: done, failed: not_done, stopped: false })
    }

    /// Processes the slice again with one item failed.
    async fn without(
        &mut self,
        run: &Run,
        refused: TransferId,
        why: &StoreError,
    ) -> Result<RunOutcome, StoreError> {
        tracing::error!(error = %why, batch = run.batch.0, item = refused.0, "the database refused an item; it fails");
        self.memory.refused.push(refused);
        let outcome = self.alone(part(run, &run.items)).await;
        self.memory.refused.clear();
        outcome
    }

    async fn alone(&mut self, run: Run) -> Result<RunOutcome, StoreError> {
        let (reply, answer) = oneshot::channel();
        let chunk = vec![Envelope::Run(run, reply)];
        self.is_fatal |= Box::pin(process(self.store, self.clock, self.memory, chunk)).await;
        answer.await.map_err(|_| StoreError::Unavailable("a slice got no answer".to_owned()))?
    }

    /// The length of the shortest prefix of the slice that the database refuses; none if it now accepts all
    /// of it.
    async fn shortest(&mut self, run: &Run) -> Result<Option<usize>, StoreError> {
        let (mut taken, mut refused) = (0, run.items.len());
        if !self.is_refused(run, &run.items).await? {
            return Ok(None);
        }
        while refused - taken > 1 {
            let middle = taken + (refused - taken) / 2;
            let front = run.items.get(..middle).unwrap_or_default();
            if self.is_refused(run, front).await? { refused = middle } else { taken = middle }
        }
        Ok(Some(refused))
    }

    async fn is_refused(&mut self, run: &Run, items: &[Item]) -> Result<bool, StoreError> {
        let mut work = super::Work::default();
        let (reply, _answer) = oneshot::channel();
        work.runs.push((part(run, items), reply));
        loop {
            match prepare(self.store, self.clock.now(), self.memory, &work, false).await {
                Ok(Attempt::Again) => {}
                Ok(Attempt::Done(_) | Attempt::Stale(_)) => return Ok(false),
                Err(StoreError::Constraint(_) | StoreError::Duplicate(_)) => return Ok(true),
                Err(error) if self.memory.patience.allows(&error) => self.memory.patience.pause().await,
                Err(error) => return Err(error),
            }
        }
    }
}

fn part(run: &Run, items: &[Item]) -> Run {
    Run { actor: run.actor.clone(), batch: run.batch, epoch: run.epoch, items: Arc::from(items) }
}
