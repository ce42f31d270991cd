//! Processes a chunk to its end: an answer for each of its requests.

use super::attempt::{Attempt, attempt, is_refusal};
use super::isolate::Isolation;
use super::memory::Memory;
use super::requests::ChunkRequests;
use crate::clock::Clock;
use crate::meter;
use crate::request::{Answer, QueuedRequest};
use store::{Store, StoreError};

/// Processes a chunk and answers all its requests. Returns whether the process must end.
pub(crate) async fn process(
    store: &Store,
    clock: &dyn Clock,
    memory: &mut Memory,
    chunk: Vec<QueuedRequest>,
) -> bool {
    answer(store, clock, memory, ChunkRequests { list: chunk }).await
}

async fn answer(store: &Store, clock: &dyn Clock, memory: &mut Memory, mut requests: ChunkRequests) -> bool {
    memory.budget.begin();
    if !store.is_sole_writer() && memory.carried.is_none() && requests.slices().next().is_some() {
        memory.ownership.claim(store).await;
    }
    while !requests.list.is_empty() {
        match attempt(store, clock, memory, &requests, true).await {
            Ok(Attempt::Done(answers)) => {
                requests.answer(answers);
                return false;
            }
            Ok(Attempt::Stale(place)) => requests.drop_stale(place),
            // The database refused a decided write: a defect of one request that must not affect the others,
            // so each is processed alone.
            Err(error) if is_refusal(&error) && requests.list.len() > 1 => {
                for one in requests.split_one_by_one() {
                    if Box::pin(answer(store, clock, memory, one)).await {
                        return true;
                    }
                }
                return false;
            }
            Err(error) if is_refusal(&error) && requests.only_slice().is_some() => {
                return isolate(store, clock, memory, requests, error).await;
            }
            Err(error) => {
                memory.failed(&requests, clock.now(), &error);
                requests.fail(&error);
                return matches!(error, StoreError::Fatal(_));
            }
        }
    }
    false
}

/// Finds the item at fault in a refused slice, and answers the slice.
async fn isolate(
    store: &Store,
    clock: &dyn Clock,
    memory: &mut Memory,
    requests: ChunkRequests,
    why: StoreError,
) -> bool {
    let Some((actor, slice)) = requests.only_slice() else { return false };
    let mut isolation = Isolation { store, clock, memory, actor, is_fatal: false };
    let outcome = isolation.resolve(slice, why).await;
    let is_fatal = isolation.is_fatal;
    match outcome {
        Ok(outcome) => requests.answer(vec![Answer::Slice(outcome)]),
        Err(error) => {
            meter::failed();
            tracing::error!(%error, batch = slice.batch.0, "slice failed");
            requests.fail(&error);
        }
    }
    is_fatal
}
