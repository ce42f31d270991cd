//! One chunk in one transaction, retried while that may help.

use super::decide::Decider;
use super::lock::{self, Locked};
use super::memory::Memory;
use super::requests::ChunkRequests;
use super::retry_budget::RetryBudget;
use super::write::{Decided, Rollback, write};
use crate::calendar;
use crate::clock::Clock;
use crate::context::Context;
use crate::request::Answer;
use domain::id::PostingId;
use domain::posting::Book;
use std::time::Instant;
use store::crash;
use store::{Store, StoreError};

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
    let Some(locked) = lock::lock(&mut tx, requests, context, now).await? else {
        memory.context = None;
        return Ok(None);
    };
    let Locked { first, known, checked, kept, accounts, chunk } = locked;
    crash::point("chunk_begun");

    let today = calendar::calendar(now, &context.zone);
    let mut decided = Decided::new(now, chunk, today, context.stripe);
    decided.audits.extend_from_slice(&memory.rolled_back);
    let mut book = Book::new(accounts, PostingId::first_of_chunk(chunk));
    let (book_of, kept, refused) = (&mut book, &kept, memory.refused.as_slice());
    let mut decider =
        Decider { context, kept, refused, book: book_of, decided: &mut decided, known, next: first };
    let answers = decider.decide_all(requests, checked);
    let moved = decided.moved();

    match write(&mut tx, &book, decided, context.policies.version).await? {
        Some(Rollback::Stale(place)) => return Ok(Some(Attempt::Stale(place))),
        Some(Rollback::Policy) => {
            memory.context = None;
            return Ok(None);
        }
        None => {}
    }
    if !commits {
        return Ok(Some(Attempt::Done(answers)));
    }
    crash::point("before_commit");
    let committing = Instant::now();
    let committed = match tx.commit().await {
        Err(StoreError::InDoubt(text)) => settle(store, chunk, &memory.budget, text).await?,
        other => other.map(|()| true)?,
    };
    crash::point("after_commit");
    if !committed {
        return Ok(None);
    }
    moved.count(begun.elapsed(), committing.elapsed());
    memory.committed();
    Ok(Some(Attempt::Done(answers)))
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
