//! The queue in front of the ledger.

use crate::clock::Clock;
use crate::request::{Answer, Outcome, PostingRequest, QueuedRequest, Requests, Slice, SliceOutcome};
use crate::serve::DoorLoop;
use domain::batch::{CHUNK_ITEMS, CHUNK_ITEMS_MAX};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use store::audit::Actor;
use store::{Store, StoreError};
use tokio::sync::{mpsc, oneshot};

/// Queue capacity; further callers wait until there is room.
const QUEUE_MAX: usize = 20_000;
/// How long a caller waits for the process to end after the door dropped its request.
const ENDING: Duration = Duration::from_secs(1);

/// Options of the door.
#[derive(Debug, Clone, Copy)]
pub struct DoorOptions {
    /// The most items in one chunk.
    pub chunk_items: usize,
}

impl Default for DoorOptions {
    fn default() -> Self {
        Self { chunk_items: CHUNK_ITEMS }
    }
}

/// The door: the only way to move money. Clones share one queue.
#[derive(Debug, Clone)]
pub struct Door {
    queue: mpsc::Sender<QueuedRequest>,
    slice_items: Arc<AtomicUsize>,
    single_chunks: Arc<AtomicU64>,
}

impl Door {
    /// Opens the door of a store and starts its loop, which ends when the last clone is dropped.
    #[must_use]
    pub fn open(store: Store, clock: Arc<dyn Clock>, options: DoorOptions) -> Self {
        let (queue, requests) = mpsc::channel(QUEUE_MAX);
        let limit = options.chunk_items.clamp(1, CHUNK_ITEMS_MAX);
        let slice_items = Arc::new(AtomicUsize::new(limit));
        let single_chunks = Arc::new(AtomicU64::new(0));
        let sizes = (slice_items.clone(), single_chunks.clone());
        let serving = DoorLoop::new(store, clock, limit, sizes);
        tokio::spawn(or_abort(serving.serve(requests)));
        Self { queue, slice_items, single_chunks }
    }

    /// Executes one request; returns its outcome, or the reason it was refused, once that is durable.
    pub async fn single(&self, actor: Actor, request: PostingRequest) -> Result<Outcome, StoreError> {
        match self.hand_over(actor, Requests::Single(Box::new(request))).await? {
            Answer::Single(outcome) => Ok(outcome),
            Answer::Bulk(_) | Answer::Slice(_) => Err(mismatched()),
        }
    }

    /// Executes many requests under one audit row (opening balances of an account import). All of them are
    /// decided in one chunk, so there may be at most [`domain::batch::ATOMIC_ITEMS_MAX`].
    pub async fn bulk(
        &self,
        actor: Actor,
        requests: Vec<PostingRequest>,
    ) -> Result<Vec<Outcome>, StoreError> {
        match self.hand_over(actor, Requests::Bulk(requests)).await? {
            Answer::Bulk(outcomes) => Ok(outcomes),
            Answer::Single(_) | Answer::Slice(_) => Err(mismatched()),
        }
    }

    /// Executes a slice of a batch.
    pub async fn slice(&self, actor: Actor, slice: Slice) -> Result<SliceOutcome, StoreError> {
        self.submit(actor, slice).await?.outcome().await
    }

    /// Hands over a slice without waiting for its outcome. Slices are decided in the order they are handed over,
    /// and one of them can be decided while the one before is being written.
    pub async fn submit(&self, actor: Actor, slice: Slice) -> Result<SubmittedSlice, StoreError> {
        self.enqueue(actor, Requests::Slice(slice)).await.map(SubmittedSlice)
    }

    /// How many items the next slice should have: the chunk limit, or fewer while single requests arrive.
    #[must_use]
    pub fn slice_items(&self) -> usize {
        self.slice_items.load(Ordering::Relaxed)
    }

    /// How many chunks with single requests the door has processed. A change between two reads shows that
    /// single requests are arriving.
    #[must_use]
    pub fn single_chunks(&self) -> u64 {
        self.single_chunks.load(Ordering::Relaxed)
    }

    /// Completes when the door accepts no more requests: the disk did not confirm a write, and the process
    /// must end.
    pub async fn closed(&self) {
        self.queue.closed().await;
    }

    async fn hand_over(&self, actor: Actor, requests: Requests) -> Result<Answer, StoreError> {
        answer(self.enqueue(actor, requests).await?).await
    }

    async fn enqueue(&self, actor: Actor, requests: Requests) -> Result<Pending, StoreError> {
        let (reply, pending) = oneshot::channel();
        self.queue.send(QueuedRequest { actor, requests, reply }).await.map_err(|_| closed())?;
        Ok(pending)
    }
}

/// An answer that has not arrived yet.
type Pending = oneshot::Receiver<Result<Answer, StoreError>>;

/// A slice that was handed over.
#[derive(Debug)]
pub struct SubmittedSlice(Pending);

impl SubmittedSlice {
    /// What became of it. Nothing is undone if this is never asked.
    pub async fn outcome(self) -> Result<SliceOutcome, StoreError> {
        match answer(self.0).await? {
            Answer::Slice(outcome) => Ok(outcome),
            Answer::Single(_) | Answer::Bulk(_) => Err(mismatched()),
        }
    }
}

async fn answer(pending: Pending) -> Result<Answer, StoreError> {
    if let Ok(answer) = pending.await {
        return answer;
    }
    // The outcome is unknown and the process is about to end: any answer could be wrong.
    tokio::time::sleep(ENDING).await;
    Err(closed())
}

fn closed() -> StoreError {
    StoreError::Unavailable("the ledger's door is closed".to_owned())
}

fn mismatched() -> StoreError {
    StoreError::Unavailable("the door gave the answer to another kind of request".to_owned())
}

/// Aborts the process if the door panics: it is unknown how much of a chunk was done, and the next start
/// finds out. Everywhere else a panic affects only its own task.
async fn or_abort(serving: impl Future<Output = ()>) {
    if AssertUnwindSafe(serving).catch_unwind().await.is_err() {
        tracing::error!("the door panicked: aborting; the next start finds out what was committed");
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::principal::Principal;
    use std::os::unix::process::ExitStatusExt;

    /// Set in the child process, which is expected to abort.
    const INSIDE: &str = "SLUICE_TEST_DOOR_PANICS";

    /// A clock that panics.
    #[derive(Debug)]
    struct Broken;

    impl Clock for Broken {
        fn now(&self) -> i64 {
            Vec::<i64>::new()[0]
        }
    }

    #[test]
    fn a_panic_in_the_door_aborts_the_process_before_any_caller_is_answered() {
        if std::env::var_os(INSIDE).is_some() {
            inside();
        }
        let name = "door::tests::a_panic_in_the_door_aborts_the_process_before_any_caller_is_answered";
        let mut itself = std::process::Command::new(std::env::current_exe().unwrap());
        let output = itself.args([name, "--exact", "--nocapture"]).env(INSIDE, "1").output().unwrap();
        assert_eq!(output.status.signal(), Some(6), "SIGABRT: {output:?}");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("answered"), "{output:?}");
    }

    fn inside() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::memory().await.unwrap();
            let door = Door::open(store, Arc::new(Broken), DoorOptions::default());
            let actor = Actor::new(Principal::System, "test", "test");
            let slice =
                Slice { batch: domain::id::BatchId(1), epoch: 1, edition: 0, items: Vec::new().into() };
            drop(door.slice(actor, slice).await);
            println!("answered");
        });
    }
}
