//! The queue in front of the ledger and the loop behind it.

use crate::chunk::{self, Memory};
use crate::clock::Clock;
use crate::meter;
use crate::request::{Answer, Outcome, PostingRequest, QueuedRequest, Requests, Slice, SliceOutcome};
use domain::batch::CHUNK_ITEMS_MAX;
use futures_util::FutureExt;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::audit::Actor;
use store::{Store, StoreError};
use tokio::sync::{mpsc, oneshot};

/// Queue capacity; further callers wait until there is room.
const QUEUE_MAX: usize = 20_000;
/// The most single requests in one chunk.
const SINGLES_MAX: usize = 10_000;
/// Time budget for the slices in a chunk while single requests keep arriving. A request may wait for the chunk before
/// its own, so twice this is what it waits at worst, and that stays well below 100 ms.
const SLICE_BESIDE_SINGLES: Duration = Duration::from_millis(30);
/// Slices grow again this long after the last single request.
const QUIET: Duration = Duration::from_secs(1);
/// How long a caller waits for the process to end after the door dropped its request.
const ENDING: Duration = Duration::from_secs(1);
/// The smallest slice that is worth a commit.
const SLICE_MIN: usize = 250;

/// Options of the door.
#[derive(Debug, Clone, Copy)]
pub struct DoorOptions {
    /// The most items in one chunk.
    pub chunk_items: usize,
}

impl Default for DoorOptions {
    fn default() -> Self {
        Self { chunk_items: CHUNK_ITEMS_MAX }
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
        let serving = DoorLoop {
            store,
            clock,
            memory: Memory::default(),
            backlog: VecDeque::new(),
            limit,
            slice_items: slice_items.clone(),
            single_chunks: single_chunks.clone(),
            single_at: None,
        };
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
    /// decided in one chunk, so there may be at most [`CHUNK_ITEMS_MAX`].
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
        match self.hand_over(actor, Requests::Slice(slice)).await? {
            Answer::Slice(outcome) => Ok(outcome),
            Answer::Single(_) | Answer::Bulk(_) => Err(mismatched()),
        }
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
        let closed = || StoreError::Unavailable("the ledger's door is closed".to_owned());
        let (reply, answer) = oneshot::channel();
        self.queue.send(QueuedRequest { actor, requests, reply }).await.map_err(|_| closed())?;
        if let Ok(answer) = answer.await {
            return answer;
        }
        // The outcome is unknown and the process is about to end: any answer could be wrong.
        tokio::time::sleep(ENDING).await;
        Err(closed())
    }
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

/// The loop behind the door.
struct DoorLoop {
    store: Store,
    clock: Arc<dyn Clock>,
    memory: Memory,
    /// Slices and bulks that have not fitted into a chunk yet.
    backlog: VecDeque<QueuedRequest>,
    /// When the last chunk with a single request was written.
    single_at: Option<Instant>,
    limit: usize,
    slice_items: Arc<AtomicUsize>,
    single_chunks: Arc<AtomicU64>,
}

impl DoorLoop {
    async fn serve(mut self, mut requests: mpsc::Receiver<QueuedRequest>) {
        let mut gathered = Vec::new();
        loop {
            if self.backlog.is_empty() {
                if requests.recv_many(&mut gathered, SINGLES_MAX).await == 0 {
                    return;
                }
            } else {
                while let Ok(request) = requests.try_recv() {
                    gathered.push(request);
                    if gathered.len() >= SINGLES_MAX {
                        break;
                    }
                }
            }
            meter::queue(requests.len() + self.backlog.len() + gathered.len());
            let chunk = self.take_chunk(&mut gathered);
            if self.work(chunk).await.is_err() {
                return;
            }
            meter::queue(requests.len() + self.backlog.len());
        }
    }

    /// Takes the singles first, then as many slices and bulks as fit; the rest waits in arrival order.
    fn take_chunk(&mut self, gathered: &mut Vec<QueuedRequest>) -> Vec<QueuedRequest> {
        let (mut chunk, large): (Vec<_>, Vec<_>) = gathered.drain(..).partition(QueuedRequest::is_single);
        self.backlog.extend(large);
        let mut items = 0;
        while let Some(next) = self.backlog.front() {
            if items > 0 && items + next.size() > self.limit {
                break;
            }
            items += next.size();
            chunk.extend(self.backlog.pop_front());
        }
        chunk
    }

    /// Processes a chunk and adapts the slice size. After a fatal error, whose outcome only a restart can
    /// tell, it returns an error and the door stays closed.
    async fn work(&mut self, chunk: Vec<QueuedRequest>) -> Result<(), ()> {
        let singles = chunk.iter().filter(|queued| queued.is_single()).count();
        let items: usize = chunk.iter().map(QueuedRequest::item_count).sum();
        self.single_chunks.fetch_add(u64::from(singles > 0), Ordering::Relaxed);
        let begun = Instant::now();
        let fatal = chunk::process(&self.store, self.clock.as_ref(), &mut self.memory, chunk).await;
        self.adapt(singles, items, begun.elapsed());
        if fatal { Err(()) } else { Ok(()) }
    }

    /// Adapts the slice size. Callers answered together send their next requests together, just after the
    /// next slice has begun. A chunk without single requests therefore proves little: slices grow only after
    /// [`QUIET`] without any.
    fn adapt(&mut self, singles: usize, items: usize, took: Duration) {
        if singles > 0 {
            self.single_at = Some(Instant::now());
        }
        if items == 0 {
            return;
        }
        let is_quiet = self.single_at.is_none_or(|at| at.elapsed() > QUIET);
        let next = if is_quiet {
            items.saturating_mul(2)
        } else {
            let budget = SLICE_BESIDE_SINGLES.as_micros().max(1);
            let fits = u128::try_from(items).unwrap_or(0) * budget / took.as_micros().max(1);
            usize::try_from(fits).unwrap_or(usize::MAX)
        };
        self.slice_items.store(next.clamp(SLICE_MIN.min(self.limit), self.limit), Ordering::Relaxed);
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
