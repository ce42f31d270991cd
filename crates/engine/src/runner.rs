//! The batch runner: lease, slices, end.
//!
//! It reads the next waiting items on a reader while the door writes the slice before, hands slices to the
//! door, and ends the run when nothing waits or a person asked it to stop. The door checks epoch and
//! intent in every chunk, so a runner that lost its lease writes nothing.

use domain::batch::{BatchIntent, BatchMode, BatchState, CHUNK_ITEMS_MAX};
use domain::code::Code;
use ledger::{Run, RunOutcome, crash};
use service::{Error, Service};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};
use store::StoreError;
use store::audit::Actor;
use store::batch::Batch;
use store::item::Item;
use tokio::task::JoinHandle;

/// How the engine works.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Who holds the leases: unique by process.
    pub owner: String,
    /// How long a lease lasts without being taken anew, in microseconds.
    pub lease_ttl_us: i64,
}

impl Default for EngineOptions {
    fn default() -> Self {
        // A process id comes back (in a container it is always 1), so a number drawn at start goes with it.
        let drawn = RandomState::new().build_hasher().finish();
        Self { owner: format!("process-{}-{drawn:016x}", std::process::id()), lease_ttl_us: 10_000_000 }
    }
}

/// How far a run has come.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The batch as of the last chunk.
    pub batch: Batch,
    /// Items decided a second since this run began.
    pub items_per_s: f64,
    /// Seconds left at that speed.
    pub eta_s: Option<f64>,
}

/// Runs batches.
#[derive(Debug, Clone)]
pub struct Engine {
    service: Service,
    options: EngineOptions,
}

/// Why a run ends.
enum End {
    /// Nothing waits any more.
    Exhausted,
    /// A person asked it to stop; the batch's intent says how.
    Halted,
    /// A failure stops it; the rest fails with this code.
    Stopped(Code),
    /// Another worker has the batch.
    Fenced,
}

/// A read of the next items that goes on while the door works.
type Ahead = JoinHandle<Result<Vec<Item>, Error>>;

impl Engine {
    /// Over a service.
    #[must_use]
    pub const fn new(service: Service, options: EngineOptions) -> Self {
        Self { service, options }
    }

    /// Runs a batch that is `processing` to its end or to a pause; calls `progress` after each chunk. A
    /// batch in another state is given back as it is.
    pub async fn run(
        &self,
        actor: &Actor,
        name: &str,
        mut progress: impl FnMut(&Progress) + Send,
    ) -> Result<Batch, Error> {
        let batch = self.service.batch(name).await?;
        if batch.state != BatchState::Processing {
            return Ok(batch);
        }
        let (owner, ttl) = (&self.options.owner, self.options.lease_ttl_us);
        let epoch = self.service.lease_take(batch.id, owner, ttl).await?;
        crash::point("lease_taken");
        let end = self.work(actor, &batch, epoch, &mut progress).await;
        let batch = self.end(actor, &batch, epoch, end?).await?;
        progress(&Progress { batch: batch.clone(), items_per_s: 0.0, eta_s: None });
        Ok(batch)
    }

    async fn work(
        &self,
        actor: &Actor,
        batch: &Batch,
        epoch: i64,
        progress: &mut (impl FnMut(&Progress) + Send),
    ) -> Result<End, Error> {
        let mut meter = Meter::start(batch);
        let mut renewed = Instant::now();
        let third = Duration::from_micros(self.options.lease_ttl_us.unsigned_abs() / 3);
        let mut ahead = self.read(batch, batch.first_number - 1);
        loop {
            let items = joined(ahead.await)?;
            let Some(last) = items.last().map(|item| item.number.0) else { return Ok(End::Exhausted) };
            ahead = self.read(batch, last);
            let first = items.first().map_or(last, |item| item.number.0);
            let run = Run { actor: actor.clone(), batch: batch.id, epoch, items };
            let outcome = self.service.door().run(run).await?;
            match outcome {
                RunOutcome::Done { stopped: false, .. } => {}
                RunOutcome::Done { .. } => return Ok(End::Stopped(Code::Stopped)),
                RunOutcome::Fenced => return Ok(End::Fenced),
                RunOutcome::Halted => return Ok(End::Halted),
                RunOutcome::Stale => ahead = self.read(batch, first - 1),
            }
            if renewed.elapsed() > third {
                self.service.lease_renew(batch.id, epoch, self.options.lease_ttl_us).await?;
                renewed = Instant::now();
            }
            progress(&meter.measure(self.service.batch(&batch.id.to_string()).await?));
        }
    }

    /// Begins to read the next slice. An atomic batch is one slice.
    fn read(&self, batch: &Batch, after: i64) -> Ahead {
        let size = match batch.mode {
            BatchMode::Atomic => CHUNK_ITEMS_MAX,
            _ => self.service.door().slice_items(),
        };
        let (service, batch) = (self.service.clone(), batch.clone());
        let limit = i64::try_from(size).unwrap_or(i64::MAX);
        tokio::spawn(async move { service.run_page(&batch, after, limit).await })
    }

    async fn end(&self, actor: &Actor, batch: &Batch, epoch: i64, end: End) -> Result<Batch, Error> {
        let rest = match end {
            End::Fenced => return Err(Code::Fenced.into()),
            End::Stopped(code) => Some(code),
            End::Exhausted => None,
            End::Halted => {
                let now = self.service.batch(&batch.id.to_string()).await?;
                (now.intent == BatchIntent::Interrupt).then_some(Code::Interrupted)
            }
        };
        self.service.run_finish(actor, batch.id, epoch, rest).await
    }

    /// Runs every batch that was left `processing` when its process ended, oldest first.
    pub async fn run_left(&self, actor: &Actor) -> Result<Vec<Batch>, Error> {
        let mut ended = Vec::new();
        for batch in self.service.batch_left().await? {
            ended.push(self.run(actor, &batch.id.to_string(), |_| ()).await?);
        }
        Ok(ended)
    }
}

fn joined(result: Result<Result<Vec<Item>, Error>, tokio::task::JoinError>) -> Result<Vec<Item>, Error> {
    result.map_err(|error| StoreError::Unavailable(error.to_string()))?
}

/// Speed since the run began.
struct Meter {
    begun: Instant,
    pending: i64,
}

impl Meter {
    fn start(batch: &Batch) -> Self {
        Self { begun: Instant::now(), pending: batch.tally.pending_count() }
    }

    #[expect(clippy::cast_precision_loss, reason = "a speed for people, not money")]
    fn measure(&mut self, batch: Batch) -> Progress {
        let left = batch.tally.pending_count();
        let done = (self.pending - left).max(0) as f64;
        let items_per_s = done / self.begun.elapsed().as_secs_f64().max(1e-6);
        let eta_s = (items_per_s > 0.0).then(|| left as f64 / items_per_s);
        Progress { batch, items_per_s, eta_s }
    }
}
