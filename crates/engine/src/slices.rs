//! The slices of a run: read ahead, handed to the door in order, and answered in order.
//!
//! A batch that continues after failures has several slices at the door, so that one can be decided while the one
//! before is being written, and the next is there when that is done. A batch that a failure ends has one,
//! because what comes after the failure must not be paid.

use crate::engine::{Engine, PAUSE, is_passing};
use crate::progress::{Progress, RunSpeed};
use domain::batch::{ATOMIC_ITEMS_MAX, BatchMode};
use domain::code::Code;
use ledger::{Slice, SliceOutcome, SubmittedSlice};
use service::{Error, batch};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;
use store::audit::Actor;
use store::batch::Batch;
use store::item::{self, DueItem};
use store::{Store, StoreError};
use tokio::task::{JoinError, JoinHandle};

/// How many slices are at the door: one is being written, one decided, and one is next.
const AT_DOOR: usize = 3;

/// How many times in a row a slice may be stale before the run fails. Each retry waits a little longer than
/// the one before, so that this takes some seconds.
const STALE_MAX: u32 = 10;

/// Why a run ends.
pub(crate) enum End {
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

/// The next items, and the edition of the batch that they were read under.
type Page = (i64, Vec<DueItem>);

/// Look-ahead: a read of the next items while the door works.
type Ahead = JoinHandle<Result<Page, Error>>;

/// A slice at the door.
struct AtDoor {
    last: i64,
    slice: SubmittedSlice,
}

/// The slices of one run.
pub(crate) struct Slices<'a> {
    engine: &'a Engine,
    batch: &'a Batch,
    epoch: i64,
    actor: Actor,
    /// All items up to this number are decided.
    done: i64,
    /// All items up to this number were handed to the door.
    handed_over: i64,
    /// None once it was taken.
    ahead: Option<Ahead>,
    at_door: VecDeque<AtDoor>,
    /// Whether no item is left to be handed over.
    is_exhausted: bool,
    stale: u32,
    /// Since when the database has not answered.
    failing_since: Option<Instant>,
}

impl<'a> Slices<'a> {
    /// The slices of a run that holds the batch's lease in this epoch.
    pub(crate) fn new(engine: &'a Engine, batch: &'a Batch, epoch: i64) -> Self {
        let before = batch.first_number - 1;
        Self {
            engine,
            batch,
            epoch,
            actor: Actor::system(engine.store.node()),
            done: before,
            handed_over: before,
            ahead: Some(read(engine, batch, before)),
            at_door: VecDeque::new(),
            is_exhausted: false,
            stale: 0,
            failing_since: None,
        }
    }

    /// Pays slice by slice until the run ends; calls `progress` after each.
    pub(crate) async fn pay(mut self, progress: &mut (impl FnMut(&Progress) + Send)) -> Result<End, Error> {
        let end = self.pay_all(progress).await;
        // A read that outlives the run would keep the ledger from being closed cleanly.
        if let Some(ahead) = self.ahead.take() {
            ahead.abort();
            drop(ahead.await);
        }
        end
    }

    async fn pay_all(&mut self, progress: &mut (impl FnMut(&Progress) + Send)) -> Result<End, Error> {
        let speed = RunSpeed::start(self.batch);
        loop {
            self.hand_over().await?;
            let Some(AtDoor { last, slice }) = self.at_door.pop_front() else {
                return Ok(if self.is_exhausted { End::Exhausted } else { End::HandedOver });
            };
            let outcome = slice.outcome().await.map_err(Error::from);
            if !matches!(outcome, Ok(SliceOutcome::Done { stopped: false, .. })) {
                self.wait_for_rest().await;
            }
            match outcome {
                Ok(SliceOutcome::Done { stopped: false, .. }) => {
                    (self.done, self.stale, self.failing_since) = (last, 0, None);
                    let id = self.batch.id;
                    let engine = self.engine;
                    let now = engine.with_retries(|| batch::named(&engine.service, id.into())).await?;
                    progress(&speed.measure(now));
                }
                Ok(SliceOutcome::Done { .. }) => return Ok(End::Stopped(Code::Stopped)),
                Ok(SliceOutcome::Fenced) => return Ok(End::Fenced),
                Ok(SliceOutcome::Halted) => return Ok(End::Halted),
                Ok(SliceOutcome::Stale) => self.read_again_after_change().await?,
                Err(Error::Store(error)) if is_passing(&error) && self.may_wait() => {
                    tracing::info!(%error, "waiting for the database");
                    tokio::time::sleep(PAUSE).await;
                    self.read_again();
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Hands over slices until enough of them are at the door, no item is left, or this process is stopping.
    async fn hand_over(&mut self) -> Result<(), Error> {
        let most = if self.batch.mode == BatchMode::Continue { AT_DOOR } else { 1 };
        while self.at_door.len() < most && !self.is_exhausted && !self.engine.stopping.load(Ordering::Relaxed)
        {
            let (edition, mut read_ahead) = self.next().await?;
            // It was read while slices were longer; now single requests are waiting.
            read_ahead.truncate(slice_items(self.engine, self.batch));
            let items: Arc<[DueItem]> = read_ahead.into();
            let Some(last) = items.last().map(|item| item.number.0) else {
                self.is_exhausted = true;
                return Ok(());
            };
            self.handed_over = last;
            self.ahead = Some(read(self.engine, self.batch, last));
            let slice = Slice { batch: self.batch.id, epoch: self.epoch, edition, items };
            match self.engine.door.submit(self.actor.clone(), slice).await {
                Ok(slice) => self.at_door.push_back(AtDoor { last, slice }),
                // The door has closed: the slices at it know why.
                Err(_) if !self.at_door.is_empty() => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The slice from the look-ahead, read again if that failed.
    async fn next(&mut self) -> Result<Page, Error> {
        let (engine, batch, after) = (self.engine, self.batch, self.handed_over);
        let ahead = self.ahead.take().unwrap_or_else(|| read(engine, batch, after));
        match joined(ahead.await) {
            Err(Error::Store(error)) if is_passing(&error) => {
                engine.with_retries(|| async { joined(read(engine, batch, after).await) }).await
            }
            read => read,
        }
    }

    /// Waits for the slices behind one that did not go through. What became of them is read from the database:
    /// either they are paid, or their items are pending.
    async fn wait_for_rest(&mut self) {
        for waiting in self.at_door.drain(..) {
            drop(waiting.slice.outcome().await);
        }
    }

    /// Starts again behind the last item that is known to be decided.
    fn read_again(&mut self) {
        (self.handed_over, self.is_exhausted) = (self.done, false);
        self.ahead = Some(read(self.engine, self.batch, self.done));
    }

    /// Backs off before a stale slice is read again; an error once that has happened too often.
    async fn read_again_after_change(&mut self) -> Result<(), Error> {
        self.stale += 1;
        let (id, times) = (self.batch.id, self.stale);
        if times > STALE_MAX {
            let text = format!("items of batch {id} were changed {times} times before they could be paid");
            return Err(StoreError::Corrupt(text).into());
        }
        tracing::info!(batch = id.0, times, "items were changed since they were read, reading them again");
        tokio::time::sleep(PAUSE * (times - 1)).await;
        self.read_again();
        Ok(())
    }

    /// Whether the run may go on waiting for a database that does not answer.
    fn may_wait(&mut self) -> bool {
        self.failing_since.get_or_insert_with(Instant::now).elapsed() < self.engine.options.retry_for
    }
}

/// How many items the next slice has. An atomic batch is one slice.
fn slice_items(engine: &Engine, batch: &Batch) -> usize {
    match batch.mode {
        BatchMode::Atomic => ATOMIC_ITEMS_MAX,
        BatchMode::Continue | BatchMode::StopOnFailure => engine.door.slice_items(),
    }
}

/// Starts reading the slice after an item.
fn read(engine: &Engine, batch: &Batch, after: i64) -> Ahead {
    let limit = i64::try_from(slice_items(engine, batch)).unwrap_or(i64::MAX);
    let (store, page) =
        (engine.store.clone(), item::Page { batch: batch.id, after, last: batch.last_number, limit });
    tokio::spawn(async move { pending(&store, page).await })
}

/// The pending items of a page, and the edition that they are read under.
async fn pending(store: &Store, page: item::Page) -> Result<Page, Error> {
    let mut tx = store.read().await?;
    let edition = store::batch::edition(&mut tx, page.batch).await?;
    Ok((edition, item::due(&mut tx, page).await?))
}

fn joined(result: Result<Result<Page, Error>, JoinError>) -> Result<Page, Error> {
    result.map_err(|error| StoreError::Unavailable(error.to_string()))?
}
