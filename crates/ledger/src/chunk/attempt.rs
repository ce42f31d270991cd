//! One chunk in one transaction, retried while that may help.

use super::carried::Carried;
use super::decide::Decider;
use super::lock::{self, Locked, Locking};
use super::memory::Memory;
use super::requests::ChunkRequests;
use super::retry_budget::RetryBudget;
use super::write::{Decided, Rollback, compose};
use crate::calendar;
use crate::clock::Clock;
use crate::context::Context;
use crate::request::{Answer, Outcome, SliceOutcome};
use domain::id::{PostingId, TransferId};
use hashbrown::HashMap;
use std::time::Instant;
use store::batch::Batch;
use store::head::Versions;
use store::{Store, StoreError, Tx, crash};

/// What became of a chunk.
pub(super) enum Attempt {
    /// It was committed, or was a dry run that can be committed. The answers are in the order of the requests.
    Done(Vec<Answer>),
    /// It was rolled back, because items of the slice at this place changed since they were read.
    Stale(usize),
}

/// Whether the database refused a decided write.
pub(super) const fn is_refusal(error: &StoreError) -> bool {
    matches!(error, StoreError::Constraint(_) | StoreError::Duplicate(_))
}

/// Decides and writes a chunk, and retries it within the budget if it lost a lock conflict or its connection.
/// Without `commits` it is a dry run, which is rolled back.
pub(super) async fn attempt(
    store: &Store,
    clock: &dyn Clock,
    memory: &mut Memory,
    requests: &ChunkRequests,
    commits: bool,
) -> Result<Attempt, StoreError> {
    loop {
        match once(store, clock.now(), memory, requests, commits).await {
            Ok(Some(attempt)) => return Ok(attempt),
            // The context changed meanwhile: the next attempt loads it again.
            Ok(None) => {}
            Err(error) if memory.budget.allows(&error) => {
                tracing::info!(%error, "retrying chunk");
                memory.budget.pause().await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// One attempt; none if it was rolled back and must be repeated.
async fn once(
    store: &Store,
    now: i64,
    memory: &mut Memory,
    requests: &ChunkRequests,
    commits: bool,
) -> Result<Option<Attempt>, StoreError> {
    let begun = Instant::now();
    let mut tx = store.write().await?;
    let context: &Context = match &mut memory.context {
        Some(context) => context,
        none => none.insert(Context::load(&mut tx, store.node()).await?),
    };
    // Taken, not borrowed: whatever ends this attempt but a commit forgets it.
    let carried = memory.carried.take();
    let locked = match lock::lock(&mut tx, requests, context, (store, carried.as_ref()), now).await? {
        Locking::Done(locked) => *locked,
        Locking::Outdated => {
            memory.forget();
            return Ok(None);
        }
        Locking::Owned(owner) => {
            drop(tx);
            return memory.ownership.end(store, &owner).await.map(|()| None);
        }
    };
    let Locked { first, known, checked, kept, accounts, chunk, accounts_version, owner } = locked;
    let mut carried = carried.unwrap_or_else(Carried::empty);
    crash::point("chunk_begun");

    (carried.chunk, carried.accounts_version) = (chunk, accounts_version);
    carried.rates.extend(kept);
    carried.add(accounts);
    let today = calendar::calendar(now, &context.zone);
    let mut decided = Decided::new(now, chunk, today, context.stripe);
    decided.audits.extend_from_slice(&memory.rolled_back);
    let refused = memory.refused.as_slice();
    let answers = decide(context, &mut carried, &mut decided, refused, (known, first), (requests, checked));
    let moved = decided.moved();

    let versions = Versions { policies: context.policies.version, accounts: accounts_version };
    match compose(&carried.book, decided).run(&mut tx, versions).await? {
        Some(Rollback::Stale(place)) => return Ok(Some(Attempt::Stale(place))),
        Some(Rollback::Outdated) => {
            memory.forget();
            return Ok(None);
        }
        None if !commits => return Ok(Some(Attempt::Done(answers))),
        None => {}
    }
    let committing = Instant::now();
    if !commit(store, tx, chunk, &memory.budget).await? {
        return Ok(None);
    }
    moved.count(begun.elapsed(), committing.elapsed());
    memory.committed();
    memory.carry(carried, owner);
    Ok(Some(Attempt::Done(answers)))
}

/// Decides a chunk on the carried book, and carries on the batches as it leaves them.
pub(super) fn decide(
    context: &Context,
    carried: &mut Carried,
    decided: &mut Decided,
    refused: &[TransferId],
    (known, next): (HashMap<String, (String, Outcome)>, i64),
    (requests, checked): (&ChunkRequests, Vec<Result<Batch, SliceOutcome>>),
) -> Vec<Answer> {
    let Carried { book, rates: kept, .. } = carried;
    book.begin(PostingId::first_of_chunk(decided.chunk));
    let mut decider = Decider { context, kept, refused, book, decided, known, next };
    let answers = decider.decide_all(requests, checked);
    carried.take_over(requests, &decided.slices);
    answers
}

/// Commits a chunk; false if it was not committed after all.
pub(super) async fn commit(
    store: &Store,
    tx: Tx,
    chunk: i64,
    budget: &RetryBudget,
) -> Result<bool, StoreError> {
    crash::point("before_commit");
    let committed = match tx.commit().await {
        Err(StoreError::InDoubt(text)) => settle(store, chunk, budget, text).await?,
        other => other.map(|()| true)?,
    };
    crash::point("after_commit");
    Ok(committed)
}

/// Finds out whether a chunk whose COMMIT got no answer was committed, within the retry budget.
async fn settle(store: &Store, chunk: i64, budget: &RetryBudget, why: String) -> Result<bool, StoreError> {
    tracing::warn!(chunk, why, "commit outcome unknown: the answer was lost");
    loop {
        match store::chunk::settle(store, chunk).await {
            Ok(committed) => return Ok(committed),
            Err(error) if budget.allows_doubt() => {
                tracing::info!(%error, chunk, "commit outcome still unknown, checking again");
                budget.pause().await;
            }
            Err(_) => return Err(StoreError::InDoubt(why)),
        }
    }
}
