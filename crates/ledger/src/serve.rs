//! The loop behind the door: it gathers requests into chunks, one after the other.
//!
//! At most one chunk is being written. A chunk of slices is decided meanwhile ([`chunk::decide_ahead`]); any other
//! waits until that one has landed.

use crate::chunk::{self, Ahead, Flight, Landing, Memory};
use crate::clock::Clock;
use crate::meter;
use crate::request::QueuedRequest;
use domain::batch::CHUNK_ITEMS_MAX;
use domain::id::CHUNK_PLACES;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::Store;
use tokio::sync::mpsc;
use tokio::task::JoinError;

/// The most single requests in one chunk.
const SINGLES_MAX: usize = 10_000;
/// The most postings of a request: both sides of an exchange, and the fee.
const POSTINGS_MAX: usize = 3;
/// Time budget for the slices in a chunk while single requests keep arriving. A request may wait for the chunk before
/// its own, so twice this is what it waits at worst, and that stays well below 100 ms.
const SLICE_BESIDE_SINGLES: Duration = Duration::from_millis(30);
/// Slices grow again this long after the last single request.
const QUIET: Duration = Duration::from_secs(1);
/// The smallest slice that is worth a commit.
const SLICE_MIN: usize = 250;
/// The largest slice that is written together with singles as it is, though it was read before they came.
const SLICE_SMALL: usize = 4_000;

/// The loop behind the door.
pub(crate) struct DoorLoop {
    store: Store,
    clock: Arc<dyn Clock>,
    memory: Memory,
    /// The chunk that is being written while the next one is gathered and decided.
    flight: Option<Flight>,
    /// Slices and bulks that have not fitted into a chunk yet.
    backlog: VecDeque<QueuedRequest>,
    /// When the last chunk with a single request was written.
    single_at: Option<Instant>,
    /// Whether the last chunk left a large slice behind, so that singles need not wait for it.
    passed_over: bool,
    limit: usize,
    slice_items: Arc<AtomicUsize>,
    single_chunks: Arc<AtomicU64>,
}

// Postings are numbered within their chunk. A bulk has a chunk to itself or shares the room of the slices.
#[expect(clippy::cast_possible_wrap, reason = "far below the limit of either type")]
const _: () = assert!(((CHUNK_ITEMS_MAX + SINGLES_MAX) * POSTINGS_MAX) as i64 <= CHUNK_PLACES);

/// The process must end: only a restart can tell what was committed.
struct Fatal;

impl DoorLoop {
    /// A loop over a store whose chunks have at most `limit` items. It reports the size of the next slice, and how
    /// many chunks had single requests.
    pub(crate) fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        limit: usize,
        (slice_items, single_chunks): (Arc<AtomicUsize>, Arc<AtomicU64>),
    ) -> Self {
        Self {
            store,
            clock,
            memory: Memory::default(),
            flight: None,
            backlog: VecDeque::new(),
            single_at: None,
            passed_over: false,
            limit,
            slice_items,
            single_chunks,
        }
    }

    /// Serves until the last caller is gone, or the process must end.
    pub(crate) async fn serve(mut self, mut requests: mpsc::Receiver<QueuedRequest>) {
        let mut gathered = Vec::new();
        loop {
            match self.gather(&mut requests, &mut gathered).await {
                Ok(true) => {}
                Ok(false) | Err(Fatal) => return,
            }
            meter::queue(requests.len() + self.backlog.len() + gathered.len());
            let chunk = self.take_chunk(&mut gathered);
            if !chunk.is_empty() && self.work(chunk).await.is_err() {
                return;
            }
            meter::queue(requests.len() + self.backlog.len());
        }
    }

    /// Waits until there is something to do; false once the last caller is gone. While nothing is requested, a
    /// chunk in flight lands.
    async fn gather(
        &mut self,
        requests: &mut mpsc::Receiver<QueuedRequest>,
        gathered: &mut Vec<QueuedRequest>,
    ) -> Result<bool, Fatal> {
        if !self.backlog.is_empty() {
            while let Ok(request) = requests.try_recv() {
                gathered.push(request);
                if gathered.len() >= SINGLES_MAX {
                    break;
                }
            }
            return Ok(true);
        }
        let Some(flight) = &mut self.flight else {
            return Ok(requests.recv_many(gathered, SINGLES_MAX).await > 0);
        };
        tokio::select! {
            biased;
            count = requests.recv_many(gathered, SINGLES_MAX), if !requests.is_closed() => {
                if count == 0 {
                    self.land().await?;
                }
                Ok(count > 0)
            }
            landing = flight.land() => self.landed(landing).await.map(|()| true),
        }
    }

    /// Takes the singles first, then as many slices and bulks as fit; the rest waits in arrival order. A large
    /// slice is passed over once for singles, which then wait for no more than the chunk in flight.
    fn take_chunk(&mut self, gathered: &mut Vec<QueuedRequest>) -> Vec<QueuedRequest> {
        let (mut chunk, large): (Vec<_>, Vec<_>) = gathered.drain(..).partition(QueuedRequest::is_single);
        self.backlog.extend(large);
        let has_singles = !chunk.is_empty();
        let limit = if has_singles { self.slice_items.load(Ordering::Relaxed) } else { self.limit };
        if has_singles
            && !self.passed_over
            && self.backlog.front().is_some_and(|next| next.size() > SLICE_SMALL)
        {
            self.passed_over = true;
            return chunk;
        }
        self.passed_over = false;
        let mut items = 0;
        while let Some(next) = self.backlog.front() {
            if items > 0 && items + next.size() > limit {
                break;
            }
            items += next.size();
            chunk.extend(self.backlog.pop_front());
        }
        chunk
    }

    /// Processes a chunk. If it can be decided ahead, that is done while the chunk before it is being written,
    /// and it is in flight afterwards; else it is processed once that chunk has landed.
    async fn work(&mut self, chunk: Vec<QueuedRequest>) -> Result<(), Fatal> {
        match chunk::decide_ahead(&self.store, self.clock.as_ref(), &mut self.memory, chunk).await {
            Ok(ahead) => self.launch(ahead).await,
            Err(chunk) => {
                self.land().await?;
                self.process(chunk).await
            }
        }
    }

    /// Writes a decided chunk, unless the one before it fails: that one's movements are in its decision.
    async fn launch(&mut self, ahead: Ahead) -> Result<(), Fatal> {
        self.land().await?;
        if self.memory.carried.is_none() {
            return self.process(ahead.into_requests()).await;
        }
        self.flight = Some(ahead.launch(&self.store));
        Ok(())
    }

    /// Waits for the chunk in flight, if there is one. If it fails, nothing is carried on and it is processed
    /// the other way.
    async fn land(&mut self) -> Result<(), Fatal> {
        match &mut self.flight {
            None => Ok(()),
            Some(flight) => {
                let landing = flight.land().await;
                self.landed(landing).await
            }
        }
    }

    async fn landed(&mut self, landing: Result<Landing, JoinError>) -> Result<(), Fatal> {
        self.flight = None;
        match landing {
            Ok(Landing::Committed(items, took)) => {
                self.adapt(0, items, took);
                Ok(())
            }
            Ok(Landing::Aborted(chunk)) => {
                self.memory.carried = None;
                let processed = self.process(chunk).await;
                // What the next chunk was decided on is gone, although this one has left something to carry.
                self.memory.carried = None;
                processed
            }
            Ok(Landing::Fatal) => Err(Fatal),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(Fatal),
            },
        }
    }

    /// Processes a chunk and adapts the slice size. After a fatal error, whose outcome only a restart can
    /// tell, it returns an error and the door stays closed.
    async fn process(&mut self, chunk: Vec<QueuedRequest>) -> Result<(), Fatal> {
        let singles = chunk.iter().filter(|queued| queued.is_single()).count();
        let items: usize = chunk.iter().map(QueuedRequest::item_count).sum();
        self.single_chunks.fetch_add(u64::from(singles > 0), Ordering::Relaxed);
        let begun = Instant::now();
        let fatal = chunk::process(&self.store, self.clock.as_ref(), &mut self.memory, chunk).await;
        self.adapt(singles, items, begun.elapsed());
        if fatal { Err(Fatal) } else { Ok(()) }
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
