//! The batch runner: lease, slices, end.
//!
//! The runner reads the next pending items on a reader connection while the door writes the previous slice,
//! hands slices to the door, and ends the run when no item is pending or a user asked it to stop. The door
//! checks epoch and intent in every chunk, so a runner that lost its lease writes nothing.

use crate::back_off::BackOff;
use crate::lease;
use crate::meter::{self, Lease};
use domain::batch::{BatchIntent, BatchMode, BatchState, CHUNK_ITEMS_MAX};
use domain::code::Code;
use domain::id::BatchId;
use domain::item::ItemState;
use domain::work::{Work, WorkKind};
use ledger::{Door, Slice, SliceOutcome, crash};
use service::{Error, Service, batch};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::audit::Actor;
use store::batch::Batch;
use store::item::{Item, Page};
use store::{AtHand, Store, StoreError};
use tokio::task::JoinHandle;

/// Options of the engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// How long a run keeps retrying an unreachable database before it fails; the batch can be resumed later.
    pub retry_for: Duration,
    /// The most batches a worker runs concurrently.
    pub runs_max: usize,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { retry_for: Duration::from_secs(60), runs_max: 4 }
    }
}

/// The pause between two attempts while the database is unreachable.
const PAUSE: Duration = Duration::from_millis(200);

/// How many times in a row a slice may be stale before the run fails. Each retry waits a little longer than
/// the one before, so that this takes some seconds.
const STALE_MAX: u32 = 10;

/// The progress of a run.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The batch as of the last chunk.
    pub batch: Batch,
    /// Items decided per second since this run began.
    pub items_per_s: f64,
    /// Remaining seconds at that speed.
    pub eta_s: Option<f64>,
}

/// Runs batches.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) store: Store,
    pub(crate) door: Door,
    pub(crate) service: Service,
    pub(crate) options: EngineOptions,
    /// Batches whose run failed, which are backing off.
    pub(crate) back_off: Arc<Mutex<BackOff>>,
    /// Set when this process is stopping: runs stop at the next chunk boundary and leave the batch to others.
    pub(crate) stopping: Arc<AtomicBool>,
}

/// Marks a batch as running in this process until it is dropped.
struct Running {
    store: Store,
    at_hand: Option<AtHand>,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.at_hand.take());
        meter::running(self.store.work_at_hand(WorkKind::Run).len());
    }
}

/// Why a run ends.
enum End {
    /// No item is pending.
    Exhausted,
    /// A user asked it to stop; the batch's intent says how.
    Halted,
    /// A failure stopped it; the remaining items fail with this code.
    Stopped(Code),
    /// Another worker has the batch.
    Fenced,
    /// This process is stopping; another one continues.
    HandedOver,
}

/// The next items, and the edition that they were read under.
type Read = (i64, Vec<Item>);

/// Look-ahead: a read of the next items while the door writes.
type Ahead = JoinHandle<Result<Read, Error>>;

impl Engine {
    /// Creates an engine over a store, its door, and the service over both.
    #[must_use]
    pub fn new(store: Store, door: Door, service: Service, options: EngineOptions) -> Self {
        let (back_off, stopping) = Default::default();
        Self { store, door, service, options, back_off, stopping }
    }

    /// Batches in `processing` that need a runner and that no other live node has leased, oldest first.
    pub async fn waiting(&self) -> Result<Vec<BatchId>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::batch::waiting(&mut tx, self.store.node()).await?)
    }

    /// Runs a `processing` batch until it ends or is paused; calls `progress` after each chunk. A batch in
    /// another state is returned unchanged. What a run does is recorded under `system` on this node; the
    /// history line of the execution names the user who asked for it.
    pub async fn run(
        &self,
        batch: BatchId,
        mut progress: impl FnMut(&Progress) + Send,
    ) -> Result<Batch, Error> {
        let batch = batch::named(&self.service, batch.into()).await?;
        if batch.state != BatchState::Processing {
            return Ok(batch);
        }
        let _running = self.begin(batch.id)?;
        let epoch = self.with_retries(|| lease::take(&self.store, Work::run(batch.id))).await?;
        meter::lease(Lease::Taken);
        crash::point("lease_taken");
        let end = self.slices(&batch, epoch, &mut progress).await?;
        let batch = self.end(&batch, epoch, end).await?;
        progress(&Progress { batch: batch.clone(), items_per_s: 0.0, eta_s: None });
        Ok(batch)
    }

    /// Marks the batch as running in this process; refuses a second run of the same batch.
    fn begin(&self, batch: BatchId) -> Result<Running, Error> {
        let refused = || Error::refused(Code::BatchRunning, self.store.node());
        let at_hand = self.store.begin_work(Work::run(batch)).ok_or_else(refused)?;
        meter::running(self.store.work_at_hand(WorkKind::Run).len());
        Ok(Running { store: self.store.clone(), at_hand: Some(at_hand) })
    }

    /// Whether this process is running a batch.
    pub(crate) fn is_running(&self) -> bool {
        !self.store.work_at_hand(WorkKind::Run).is_empty()
    }

    /// Retries a job while the database is unreachable, busy, or left a commit outcome unknown. Everything a
    /// run does is safe to repeat: it is decided under the lease, from stored state.
    pub(crate) async fn with_retries<T, F: Future<Output = Result<T, Error>>>(
        &self,
        job: impl Fn() -> F,
    ) -> Result<T, Error> {
        let begun = Instant::now();
        loop {
            match job().await {
                Err(Error::Store(error))
                    if is_passing(&error) && begun.elapsed() < self.options.retry_for =>
                {
                    tracing::info!(%error, "waiting for the database");
                    tokio::time::sleep(PAUSE).await;
                }
                done => return done,
            }
        }
    }

    async fn slices(
        &self,
        batch: &Batch,
        epoch: i64,
        progress: &mut (impl FnMut(&Progress) + Send),
    ) -> Result<End, Error> {
        let speed = RunSpeed::start(batch);
        let actor = Actor::system(self.store.node());
        let (mut after, mut stale) = (batch.first_number - 1, 0);
        let mut ahead = self.read(batch, after);
        loop {
            if self.stopping.load(Ordering::Relaxed) {
                return Ok(End::HandedOver);
            }
            let (edition, mut read) = self.next(batch, ahead.await, after).await?;
            // It was read while slices were longer; now single requests are waiting.
            read.truncate(self.slice_items(batch));
            let items: Arc<[Item]> = read.into();
            let Some(last) = items.last().map(|item| item.number.0) else { return Ok(End::Exhausted) };
            ahead = self.read(batch, last);
            let pay = || {
                let slice = Slice { batch: batch.id, epoch, edition, items: items.clone() };
                let actor = actor.clone();
                async move { Ok(self.door.slice(actor, slice).await?) }
            };
            match self.with_retries(pay).await? {
                SliceOutcome::Done { stopped: false, .. } => {}
                SliceOutcome::Done { .. } => return Ok(End::Stopped(Code::Stopped)),
                SliceOutcome::Fenced => return Ok(End::Fenced),
                SliceOutcome::Halted => return Ok(End::Halted),
                SliceOutcome::Stale => {
                    stale += 1;
                    pause_of(batch, stale).await?;
                    ahead = self.read(batch, after);
                    continue;
                }
            }
            (after, stale) = (last, 0);
            let now = self.with_retries(|| batch::named(&self.service, batch.id.into())).await?;
            progress(&speed.measure(now));
        }
    }

    /// The slice from the look-ahead, read again if that failed.
    async fn next(
        &self,
        batch: &Batch,
        ahead: Result<Result<Read, Error>, tokio::task::JoinError>,
        after: i64,
    ) -> Result<Read, Error> {
        match joined(ahead) {
            Err(Error::Store(error)) if is_passing(&error) => {
                self.with_retries(|| async { joined(self.read(batch, after).await) }).await
            }
            read => read,
        }
    }

    /// How many items the next slice has. An atomic batch is one slice.
    fn slice_items(&self, batch: &Batch) -> usize {
        match batch.mode {
            BatchMode::Atomic => CHUNK_ITEMS_MAX,
            _ => self.door.slice_items(),
        }
    }

    /// Starts reading the next slice.
    fn read(&self, batch: &Batch, after: i64) -> Ahead {
        let limit = i64::try_from(self.slice_items(batch)).unwrap_or(i64::MAX);
        let (store, page) =
            (self.store.clone(), Page { batch: batch.id, after, last: batch.last_number, limit });
        tokio::spawn(async move { pending(&store, page).await })
    }

    async fn end(&self, batch: &Batch, epoch: i64, end: End) -> Result<Batch, Error> {
        meter::lease(match end {
            End::Fenced => Lease::Lost,
            End::HandedOver => Lease::HandedOver,
            End::Exhausted | End::Halted | End::Stopped(_) => Lease::GivenBack,
        });
        let rest = match end {
            End::Fenced => {
                tracing::warn!(batch = batch.id.0, node = self.store.node(), "fenced");
                return Err(Code::Fenced.into());
            }
            End::HandedOver => {
                self.with_retries(|| lease::release(&self.store, Work::run(batch.id), epoch)).await?;
                return batch::named(&self.service, batch.id.into()).await;
            }
            End::Stopped(code) => Some(code),
            End::Exhausted => None,
            End::Halted => {
                let now = self.with_retries(|| batch::named(&self.service, batch.id.into())).await?;
                (now.intent == BatchIntent::Interrupt).then_some(Code::Interrupted)
            }
        };
        self.with_retries(|| self.end_run(batch.id, epoch, rest)).await
    }
}

/// The pending items of a page, and the edition that they are read under.
async fn pending(store: &Store, page: Page) -> Result<Read, Error> {
    let mut tx = store.read().await?;
    let edition = store::batch::edition(&mut tx, page.batch).await?;
    Ok((edition, store::item::page(&mut tx, page, Some(ItemState::Pending), None).await?))
}

/// Backs off before a stale slice is read again; an error once that has happened too often.
async fn pause_of(batch: &Batch, times: u32) -> Result<(), Error> {
    if times > STALE_MAX {
        let text =
            format!("items of batch {} were changed {times} times before they could be paid", batch.id);
        return Err(StoreError::Corrupt(text).into());
    }
    tracing::info!(batch = batch.id.0, times, "items were changed since they were read, reading them again");
    tokio::time::sleep(PAUSE * (times - 1)).await;
    Ok(())
}

/// Whether the error may go away by itself. A full disk needs an operator.
const fn is_passing(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Away(_) | StoreError::Busy(_) | StoreError::Conflict(_) | StoreError::InDoubt(_)
    )
}

fn joined(result: Result<Result<Read, Error>, tokio::task::JoinError>) -> Result<Read, Error> {
    result.map_err(|error| StoreError::Unavailable(error.to_string()))?
}

/// Measures the speed since the run began.
struct RunSpeed {
    begun: Instant,
    waiting: i64,
}

impl RunSpeed {
    fn start(batch: &Batch) -> Self {
        Self { begun: Instant::now(), waiting: batch.tally.waiting_count() }
    }

    #[expect(clippy::cast_precision_loss, reason = "a speed for display, not money")]
    fn measure(&self, batch: Batch) -> Progress {
        let left = batch.tally.waiting_count();
        let done = (self.waiting - left).max(0) as f64;
        let items_per_s = done / self.begun.elapsed().as_secs_f64().max(1e-6);
        let eta_s = (items_per_s > 0.0).then(|| left as f64 / items_per_s);
        Progress { batch, items_per_s, eta_s }
    }
}
