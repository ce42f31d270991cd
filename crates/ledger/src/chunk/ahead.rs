//! Chunks of slices that are decided while the chunk before them is being written.
//!
//! A run's next slice is decided on the book that the last chunk left, though that chunk is not committed yet:
//! accounts that the book lacks are read beside the writer, which cannot be changing them, because whatever it
//! changes is in the book. So the two halves of the work, deciding and writing, use two cores.
//!
//! Nothing is written, and nobody is answered, before the chunk before is committed. The chunk's own
//! transaction then compares everything that the decision relied on: the versions of policies and accounts, the
//! chunk's number, the ownership of the balances, and each batch's lease, state, intent, edition and counters. If anything differs, or if the
//! chunk before failed, the decision is dropped with the book, and the chunk is decided again under lock, as if
//! there had been none.

use super::attempt::{commit, decide};
use super::carried::{Carried, continues};
use super::lock::{batch_ids, unknown_ids};
use super::memory::Memory;
use super::requests::ChunkRequests;
use super::retry_budget::RetryBudget;
use super::write::{Decided, Writes, compose};
use crate::calendar;
use crate::clock::Clock;
use crate::meter::{self, Moved};
use crate::request::{Answer, QueuedRequest, Requests};
use domain::account::Account;
use domain::batch::BatchTally;
use domain::id::BatchId;
use hashbrown::HashMap;
use std::time::{Duration, Instant};
use store::batch::Batch;
use store::counter::{self, Counter};
use store::head::{self, Versions};
use store::{Script, Store, StoreError, Tx, balance, crash};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

/// Accounts that are read at once, so that their rows are never all in memory.
const ACCOUNTS_AT_ONCE: usize = 8_192;

/// A chunk that is decided and not written yet.
pub(crate) struct Ahead {
    requests: ChunkRequests,
    answers: Vec<Answer>,
    writes: Writes,
    moved: Moved,
    relied_on: ReliedOn,
}

/// What a decision relied on.
struct ReliedOn {
    versions: Versions,
    owned_in: Option<i64>,
    chunk: i64,
    batches: Vec<BatchBefore>,
}

/// A batch before the chunk.
struct BatchBefore {
    id: BatchId,
    epoch: i64,
    edition: i64,
    tally: BatchTally,
}

/// A chunk that is being written.
pub(crate) struct Flight(JoinHandle<Landing>);

/// What became of a flight.
pub(crate) enum Landing {
    /// It was committed and its callers are answered: its items, and how long it took.
    Committed(usize, Duration),
    /// Nothing was written: its requests, to be processed without looking ahead.
    Aborted(Vec<QueuedRequest>),
    /// The disk did not confirm the commit: its callers have the error, and the process must end.
    Fatal,
}

/// Decides a chunk ahead, or returns its requests if it cannot be: something in it is not a slice, or needs
/// more than what the last chunk carried.
pub(crate) async fn decide_ahead(
    store: &Store,
    clock: &dyn Clock,
    memory: &mut Memory,
    chunk: Vec<QueuedRequest>,
) -> Result<Ahead, Vec<QueuedRequest>> {
    let requests = ChunkRequests { list: chunk };
    let is_plain = memory.rolled_back.is_empty()
        && memory.refused.is_empty()
        && requests.list.iter().all(|queued| matches!(queued.requests, Requests::Slice(_)));
    let (Some(context), Some(carried), true) = (&memory.context, &mut memory.carried, is_plain) else {
        return Err(requests.list);
    };
    let Some((checked, batches)) = carried_batches(carried, &requests) else { return Err(requests.list) };
    if !complete_book(store, carried, unknown_ids(&requests, context, Some(&carried.book))).await {
        return Err(requests.list);
    }
    let (now, number) = (clock.now(), carried.chunk + 1);
    carried.chunk = number;
    let mut decided = Decided::new(now, number, calendar::calendar(now, &context.zone), context.stripe);
    let checked = checked.into_iter().map(Ok).collect();
    let answers = decide(context, carried, &mut decided, &[], (HashMap::new(), 0), (&requests, checked));
    let moved = decided.moved();
    let writes = compose(&carried.book, decided);
    let versions = Versions { policies: context.policies.version, accounts: carried.accounts_version };
    let relied_on = ReliedOn { versions, owned_in: carried.owned_in, chunk: number, batches };
    crash::point("decided_ahead");
    Ok(Ahead { requests, answers, writes, moved, relied_on })
}

/// The batches of the slices, in the order of the slices and each once; none if one of them was not carried.
fn carried_batches(carried: &Carried, requests: &ChunkRequests) -> Option<(Vec<Batch>, Vec<BatchBefore>)> {
    let of_slice = |slice: &crate::request::Slice| carried.batch(slice.batch, slice.epoch).cloned();
    let checked = requests.slices().map(of_slice).collect::<Option<Vec<_>>>()?;
    let mut batches: Vec<_> = requests
        .slices()
        .zip(&checked)
        .map(|(slice, batch)| BatchBefore {
            id: batch.id,
            epoch: slice.epoch,
            edition: slice.edition,
            tally: batch.tally,
        })
        .collect();
    batches.sort_by_key(|own| (own.id, own.edition));
    // Slices that were read under two editions stay two entries, one of which will not hold.
    batches.dedup_by_key(|own| (own.id, own.edition));
    Some((checked, batches))
}

/// Reads the accounts that the book lacks, and perhaps their neighbours; false if there would be too many, or if they
/// cannot be read now.
///
/// Their version is compared when the chunk is written, and it has not changed since the chunk before: so they
/// are as they were at any moment in between.
async fn complete_book(store: &Store, carried: &mut Carried, unknown: Vec<i64>) -> bool {
    if !carried.fits(unknown.len()) {
        return false;
    }
    if unknown.is_empty() {
        return true;
    }
    // One part is added to the book while the next is read.
    let (parts, mut read) = mpsc::channel(1);
    let reading = tokio::spawn(read_accounts(store.clone(), unknown, parts));
    while let Some(accounts) = read.recv().await {
        carried.add(accounts);
    }
    match reading.await.unwrap_or_else(|ended| Err(StoreError::Unavailable(ended.to_string()))) {
        Ok(()) => true,
        Err(error) => {
            tracing::info!(%error, "accounts of the next chunk cannot be read beside the writer");
            false
        }
    }
}

async fn read_accounts(
    store: Store,
    ids: Vec<i64>,
    parts: mpsc::Sender<Vec<Account>>,
) -> Result<(), StoreError> {
    let mut tx = store.point_read().await?;
    for part in ids.chunks(ACCOUNTS_AT_ONCE) {
        // Without a receiver the chunk was given up.
        if parts.send(balance::read_around(&mut tx, part).await?).await.is_err() {
            break;
        }
    }
    Ok(())
}

impl Ahead {
    /// Starts writing it. The chunk before must be committed.
    pub(crate) fn launch(self, store: &Store) -> Flight {
        let store = store.clone();
        Flight(tokio::spawn(async move { self.fly(&store).await }))
    }

    /// The requests of a decision that is dropped.
    pub(crate) fn into_requests(self) -> Vec<QueuedRequest> {
        self.requests.list
    }

    async fn fly(self, store: &Store) -> Landing {
        let Self { requests, answers, writes, moved, relied_on } = self;
        let begun = Instant::now();
        match write(store, &requests, writes, relied_on).await {
            Ok(Some(commit)) => {
                let items = requests.list.iter().map(QueuedRequest::item_count).sum();
                moved.count(begun.elapsed(), commit);
                requests.answer(answers);
                Landing::Committed(items, begun.elapsed())
            }
            Ok(None) => Landing::Aborted(requests.list),
            Err(error @ StoreError::Fatal(_)) => {
                meter::failed();
                tracing::error!(%error, "chunk failed");
                requests.fail(&error);
                Landing::Fatal
            }
            // It is decided again under lock, and meets the same error there if that has not passed.
            Err(error) => {
                tracing::info!(%error, "a chunk that was decided ahead could not be written");
                Landing::Aborted(requests.list)
            }
        }
    }
}

/// Writes a chunk and returns how long its commit took; none if it was rolled back.
async fn write(
    store: &Store,
    requests: &ChunkRequests,
    writes: Writes,
    relied_on: ReliedOn,
) -> Result<Option<Duration>, StoreError> {
    let budget = RetryBudget::default();
    let mut tx = store.write().await?;
    if !relied_on.holds(&mut tx, requests).await? {
        return Ok(None);
    }
    if writes.run(&mut tx, relied_on.versions).await?.is_some() {
        return Ok(None);
    }
    let committing = Instant::now();
    let committed = commit(store, tx, relied_on.chunk, &budget).await?;
    Ok(committed.then(|| committing.elapsed()))
}

impl ReliedOn {
    /// Whether everything is still as the decision assumed, under lock.
    async fn holds(&self, tx: &mut Tx, requests: &ChunkRequests) -> Result<bool, StoreError> {
        let mut script = Script::new();
        let versions = head::versions_later(&mut script);
        let owner = self.owned_in.map(|_| store::balance_owner::lock_later(&mut script));
        let leases = store::lease::lock_later(&mut script, batch_ids(requests));
        let batches = store::batch::lock_many_later(&mut script, batch_ids(requests));
        let chunk = counter::take_later(&mut script, Counter::Chunk, 1);
        let mut answers = tx.run(script).await?;
        let owner = owner.map(|owner| answers.take(owner)).transpose()?;
        let (leases, batches) = (answers.take(leases)?, answers.take(batches)?);
        let is_held = |own: &BatchBefore| leases.contains(&(own.id, own.epoch));
        let is_same = |own: &BatchBefore| {
            let found = batches.iter().find(|(batch, _)| batch.id == own.id);
            found.is_some_and(|(batch, edition)| {
                continues(batch) && batch.tally == own.tally && *edition == own.edition
            })
        };
        Ok(answers.take(versions)? == self.versions
            && owner.map(|owner| owner.epoch) == self.owned_in
            && answers.take(chunk)? == self.chunk
            && self.batches.iter().all(|own| is_held(own) && is_same(own)))
    }
}

impl Flight {
    /// Waits until it is committed or has failed. May be called again if the wait was cancelled.
    pub(crate) async fn land(&mut self) -> Result<Landing, JoinError> {
        (&mut self.0).await
    }
}
