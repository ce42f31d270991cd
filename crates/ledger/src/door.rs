//! The queue in front of the ledger and the loop behind it.

use crate::chunk::{self, Bulk, Memory};
use crate::clock::Clock;
use crate::meter;
use crate::request::{Outcome, Run, RunOutcome, Single};
use domain::batch::CHUNK_ITEMS_MAX;
use futures_util::FutureExt;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::{Store, StoreError};
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait; more callers wait to hand theirs over.
const QUEUE_MAX: usize = 20_000;
/// Single requests of one chunk.
const SINGLES_MAX: usize = 10_000;
/// How long a slice of a batch may hold the door while single requests keep coming.
const SLICE_BESIDE_SINGLES: Duration = Duration::from_millis(50);
/// How long after the last single request slices grow again.
const QUIET: Duration = Duration::from_secs(1);
/// How long a request that the door dropped is left without an answer.
const ENDING: Duration = Duration::from_secs(1);
/// The smallest slice that is worth a commit.
const SLICE_MIN: usize = 250;

/// How the door works.
#[derive(Debug, Clone, Copy)]
pub struct DoorOptions {
    /// Items of one chunk.
    pub chunk_items: usize,
}

impl Default for DoorOptions {
    fn default() -> Self {
        Self { chunk_items: CHUNK_ITEMS_MAX }
    }
}

pub(crate) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// A request and where its answer goes.
#[derive(Debug)]
pub(crate) enum Envelope {
    Single(Box<Single>, Reply<Outcome>),
    Bulk(Bulk, Reply<Vec<Outcome>>),
    Run(Run, Reply<RunOutcome>),
}

/// The one door through which money moves. Clones share one queue.
#[derive(Debug, Clone)]
pub struct Door {
    queue: mpsc::Sender<Envelope>,
    slice: Arc<AtomicUsize>,
    single_chunks: Arc<AtomicU64>,
}

impl Door {
    /// Opens the door of a store: starts the loop that ends when the last clone is dropped.
    #[must_use]
    pub fn open(store: Store, clock: Arc<dyn Clock>, options: DoorOptions) -> Self {
        let (queue, requests) = mpsc::channel(QUEUE_MAX);
        let limit = options.chunk_items.clamp(1, CHUNK_ITEMS_MAX);
        let slice = Arc::new(AtomicUsize::new(limit));
        let single_chunks = Arc::new(AtomicU64::new(0));
        let keeper = Keeper {
            store,
            clock,
            memory: Memory::default(),
            backlog: VecDeque::new(),
            limit,
            slice: slice.clone(),
            single_chunks: single_chunks.clone(),
            single_at: None,
        };
        tokio::spawn(or_abort(keeper.serve(requests)));
        Self { queue, slice, single_chunks }
    }

    /// Moves money once and answers when it is durable, or why it did not move.
    pub async fn single(&self, single: Single) -> Result<Outcome, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.hand_over(Envelope::Single(Box::new(single), reply), answer).await
    }

    /// Moves money many times under one audit row (opening balances of an account import). All requests
    /// are decided in one chunk, so there may be at most [`CHUNK_ITEMS_MAX`] of them.
    pub async fn bulk(&self, singles: Vec<Single>) -> Result<Vec<Outcome>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.hand_over(Envelope::Bulk(Bulk { singles }, reply), answer).await
    }

    /// Executes a slice of a batch.
    pub async fn run(&self, run: Run) -> Result<RunOutcome, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.hand_over(Envelope::Run(run, reply), answer).await
    }

    /// How many items the next slice should have: the chunk limit, or fewer while single requests wait.
    #[must_use]
    pub fn slice_items(&self) -> usize {
        self.slice.load(Ordering::Relaxed)
    }

    /// How many chunks with single requests the door has worked: whether somebody waits for answers right now
    /// is seen by looking twice.
    #[must_use]
    pub fn single_chunks(&self) -> u64 {
        self.single_chunks.load(Ordering::Relaxed)
    }

    /// Done when the door takes nothing any more: the disk did not confirm a write, and the process must end.
    pub async fn closed(&self) {
        self.queue.closed().await;
    }

    async fn hand_over<T>(
        &self,
        envelope: Envelope,
        answer: oneshot::Receiver<Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let closed = || StoreError::Unavailable("the ledger's door is closed".to_owned());
        self.queue.send(envelope).await.map_err(|_| closed())?;
        if let Ok(answer) = answer.await {
            return answer;
        }
        // Nobody knows what was done, and the process is about to end: an answer could only be wrong.
        tokio::time::sleep(ENDING).await;
        Err(closed())
    }
}

/// A panic behind the door ends the process at once: nobody can tell how much of a chunk was done, and the next
/// start finds out. Everywhere else a panic is its own task's.
async fn or_abort(serving: impl Future<Output = ()>) {
    if AssertUnwindSafe(serving).catch_unwind().await.is_err() {
        tracing::error!("the door panicked: the process ends, and the next start finds what stands");
        std::process::abort();
    }
}

/// The loop behind the door.
struct Keeper {
    store: Store,
    clock: Arc<dyn Clock>,
    memory: Memory,
    /// Slices and bulks that did not fit into the chunks so far.
    backlog: VecDeque<Envelope>,
    /// When the last chunk with a single request was written.
    single_at: Option<Instant>,
    limit: usize,
    slice: Arc<AtomicUsize>,
    single_chunks: Arc<AtomicU64>,
}

impl Keeper {
    async fn serve(mut self, mut requests: mpsc::Receiver<Envelope>) {
        let mut gathered = Vec::new();
        loop {
            if self.backlog.is_empty() {
                if requests.recv_many(&mut gathered, SINGLES_MAX).await == 0 {
                    return;
                }
            } else {
                while let Ok(envelope) = requests.try_recv() {
                    gathered.push(envelope);
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

    /// Singles first, then as many slices as fit; the rest waits in the order of arrival.
    fn take_chunk(&mut self, gathered: &mut Vec<Envelope>) -> Vec<Envelope> {
        let (mut chunk, large): (Vec<_>, Vec<_>) =
            gathered.drain(..).partition(|envelope| matches!(envelope, Envelope::Single(..)));
        self.backlog.extend(large);
        let mut items = 0;
        while let Some(next) = self.backlog.front() {
            let size = match next {
                Envelope::Single(..) => 1,
                Envelope::Bulk(bulk, _) => bulk.singles.len(),
                Envelope::Run(run, _) => run.items.len(),
            };
            if items > 0 && items + size > self.limit {
                break;
            }
            items += size;
            chunk.extend(self.backlog.pop_front());
        }
        chunk
    }

    /// Runs a chunk to its end and answers. An error is the answer of all; after a fatal one, whose outcome
    /// only a restart can tell, the door stays closed.
    async fn work(&mut self, chunk: Vec<Envelope>) -> Result<(), ()> {
        let singles = chunk.iter().filter(|e| matches!(e, Envelope::Single(..))).count();
        let items: usize =
            chunk.iter().map(|e| if let Envelope::Run(run, _) = e { run.items.len() } else { 0 }).sum();
        self.single_chunks.fetch_add(u64::from(singles > 0), Ordering::Relaxed);
        let begun = Instant::now();
        let fatal = chunk::process(&self.store, self.clock.as_ref(), &mut self.memory, chunk).await;
        self.adapt(singles, items, begun.elapsed());
        if fatal { Err(()) } else { Ok(()) }
    }

    /// Single requests that were answered together are sent together again, a moment after the next slice has
    /// begun. So a chunk without them says little: only when none came for a while do slices grow.
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
        self.slice.store(next.clamp(SLICE_MIN.min(self.limit), self.limit), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::principal::Principal;
    use std::os::unix::process::ExitStatusExt;
    use store::audit::Actor;

    /// Set in the process that is to end.
    const INSIDE: &str = "SLUICE_TEST_DOOR_PANICS";

    /// A clock with a defect.
    #[derive(Debug)]
    struct Broken;

    impl Clock for Broken {
        fn now(&self) -> i64 {
            Vec::<i64>::new()[0]
        }
    }

    #[test]
    fn a_panic_behind_the_door_ends_the_process_before_anybody_is_answered() {
        if std::env::var_os(INSIDE).is_some() {
            inside();
        }
        let name = "door::tests::a_panic_behind_the_door_ends_the_process_before_anybody_is_answered";
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
            let run = Run {
                actor: Actor::new(Principal::System, "test", "test"),
                batch: domain::id::BatchId(1),
                epoch: 1,
                items: Vec::new().into(),
            };
            drop(door.run(run).await);
            println!("answered");
        });
    }
}
