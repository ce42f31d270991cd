//! Handles a slice that the database refuses: finds the item at fault, which fails with `SERVER_FAULT` and
//! its reason in the log; the others are paid.
//!
//! A slice whose items changed since they were read is refused too, so that is checked first. Then the slice
//! is bisected, in about log2 of its length steps per item at fault. A slice of an atomic batch cannot be
//! split: there the shortest refused prefix is searched for with dry runs, and its last item is the one at
//! fault. If even marking an item as failed is refused, the run stops: the item is not the cause.

use super::attempt::{Attempt, attempt, is_refusal};
use super::memory::Memory;
use super::pending::are_pending;
use super::requests::ChunkRequests;
use crate::clock::Clock;
use crate::request::{Answer, Slice, SliceOutcome};
use domain::batch::BatchMode;
use domain::id::TransferId;
use std::sync::Arc;
use store::audit::Actor;
use store::item::DueItem;
use store::{Store, StoreError};

/// The search for the items at fault in one slice.
pub(super) struct Isolation<'a> {
    pub store: &'a Store,
    pub clock: &'a dyn Clock,
    pub memory: &'a mut Memory,
    /// The actor of the slice.
    pub actor: &'a Actor,
    /// Whether the process must end.
    pub is_fatal: bool,
}

impl Isolation<'_> {
    /// Processes a refused slice to its end.
    pub(super) async fn resolve(
        &mut self,
        slice: &Slice,
        why: StoreError,
    ) -> Result<SliceOutcome, StoreError> {
        // An item is already marked as failed, and the slice is still refused.
        if !self.memory.refused.is_empty() {
            return Err(why);
        }
        let Some(mode) = self.mode(slice).await? else { return Ok(SliceOutcome::Stale) };
        match (mode, slice.items.as_ref()) {
            (_, []) => Err(why),
            (BatchMode::Atomic, [.., last]) => {
                let refused = match self.shortest(slice).await? {
                    Some(length) => slice.items.get(length.saturating_sub(1)).unwrap_or(last).number,
                    None => return Err(why),
                };
                self.without(slice, refused, &why).await
            }
            (_, [one]) => self.without(slice, one.number, &why).await,
            (_, items) => self.halves(slice, items).await,
        }
    }

    /// The batch's mode; none if its pending items are no longer those of the slice.
    async fn mode(&self, slice: &Slice) -> Result<Option<BatchMode>, StoreError> {
        let mut tx = self.store.read().await?;
        if !are_pending(&mut tx, slice).await? {
            return Ok(None);
        }
        Ok(store::batch::get(&mut tx, slice.batch).await?.map(|batch| batch.mode))
    }

    /// Processes both halves in turn, each as its own slice.
    async fn halves(&mut self, slice: &Slice, items: &[DueItem]) -> Result<SliceOutcome, StoreError> {
        let (mut done, mut not_done) = (0, 0);
        let (front, back) = items.split_at(items.len() / 2);
        for half in [front, back] {
            match self.alone(part(slice, half)).await? {
                SliceOutcome::Done { completed, failed, stopped } => {
                    (done, not_done) = (done + completed, not_done + failed);
                    if stopped {
                        return Ok(SliceOutcome::Done { completed: done, failed: not_done, stopped });
                    }
                }
                other => return Ok(other),
            }
        }
        Ok(SliceOutcome::Done { completed: done, failed: not_done, stopped: false })
    }

    /// Processes the slice again with one item failed.
    async fn without(
        &mut self,
        slice: &Slice,
        refused: TransferId,
        why: &StoreError,
    ) -> Result<SliceOutcome, StoreError> {
        tracing::error!(error = %why, batch = slice.batch.0, item = refused.0, "the database refused an item; it fails");
        self.memory.refused.push(refused);
        let outcome = self.alone(slice.clone()).await;
        self.memory.refused.clear();
        outcome
    }

    /// Processes a slice as a chunk of its own; one that is refused again is resolved in turn.
    async fn alone(&mut self, slice: Slice) -> Result<SliceOutcome, StoreError> {
        let requests = ChunkRequests::of_slice(self.actor.clone(), slice);
        self.memory.budget.begin();
        match attempt(self.store, self.clock, self.memory, &requests, true).await {
            Ok(Attempt::Done(mut answers)) => match answers.pop() {
                Some(Answer::Slice(outcome)) => Ok(outcome),
                _ => Err(StoreError::Unavailable("a slice got no answer".to_owned())),
            },
            Ok(Attempt::Stale(_)) => Ok(SliceOutcome::Stale),
            Err(error) => match requests.only_slice() {
                Some((_, slice)) if is_refusal(&error) => Box::pin(self.resolve(slice, error)).await,
                _ => {
                    self.memory.failed(&requests, self.clock.now(), &error);
                    self.is_fatal |= matches!(error, StoreError::Fatal(_));
                    Err(error)
                }
            },
        }
    }

    /// The length of the shortest prefix of the slice that the database refuses; none if it now accepts all
    /// of it.
    async fn shortest(&mut self, slice: &Slice) -> Result<Option<usize>, StoreError> {
        let (mut taken, mut refused) = (0, slice.items.len());
        if !self.is_refused(slice, &slice.items).await? {
            return Ok(None);
        }
        while refused - taken > 1 {
            let middle = taken + (refused - taken) / 2;
            let front = slice.items.get(..middle).unwrap_or_default();
            if self.is_refused(slice, front).await? { refused = middle } else { taken = middle }
        }
        Ok(Some(refused))
    }

    /// Whether the database refuses these items: a dry run.
    async fn is_refused(&mut self, slice: &Slice, items: &[DueItem]) -> Result<bool, StoreError> {
        let requests = ChunkRequests::of_slice(self.actor.clone(), part(slice, items));
        match attempt(self.store, self.clock, self.memory, &requests, false).await {
            Ok(Attempt::Done(_) | Attempt::Stale(_)) => Ok(false),
            Err(error) if is_refusal(&error) => Ok(true),
            Err(error) => Err(error),
        }
    }
}

fn part(slice: &Slice, items: &[DueItem]) -> Slice {
    Slice { items: Arc::from(items), ..*slice }
}
