//! Time-bounded list search. A list with conditions that no index answers is scanned in key order, one window
//! of keys after another, within a time budget. The answer is what was found by then, with the key to resume
//! from, so no caller waits long or holds a connection for long.

use crate::listing::{COUNT_MAX, Counting, Total};
use ledger::door::Door;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::listing::{CursorKey, Order, PageRequest, Window};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The time budget of a list search; after it, the partial result is the answer.
pub const BUDGET: Duration = Duration::from_secs(1);
/// However long it waited for a connection, a search has at least its budget divided by this: it makes
/// progress, and the searches behind it wait no longer than necessary.
const SHARE_LEAST: u32 = 10;
/// The part of its budget that a search spends on finding out where to search.
const SCOPE_SHARE: u32 = 4;
/// Keys in the first window: few, so that a search makes progress while the processors are busy with money.
const FIRST: i64 = 2_000;
/// Keys in the largest window.
const LARGEST: i64 = 10_000_000;
/// A window that took less time is followed by a larger one; the time is checked only between windows.
const SHORT: Duration = Duration::from_millis(20);
/// The back-off before a permit is released after a window while single transfers arrive, as a multiple of the window's
/// duration.
const REST: u32 = 3;
/// Ranges closer together than this are scanned as one: scanning so few extra keys costs almost nothing.
pub(crate) const GAP: i64 = 10_000;

/// The time that a search may take. It runs from when the list was requested, so a search that waited long
/// for a connection scans less.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    asked: Instant,
    whole: Duration,
}

impl Budget {
    /// A budget that starts now.
    pub(crate) fn from_now(whole: Duration) -> Self {
        Self { asked: Instant::now(), whole }
    }

    /// The deadline of a search that begins now; none if the budget has no end.
    pub(crate) fn end(self) -> Option<Instant> {
        let least = Instant::now().checked_add(self.whole / SHARE_LEAST)?;
        self.asked.checked_add(self.whole).map(|end| end.max(least))
    }

    /// The time in which to find out where to search.
    pub(crate) fn for_scope(self) -> Duration {
        self.whole / SCOPE_SHARE
    }

    /// Whether it is used up.
    pub(crate) fn is_over(self) -> bool {
        self.asked.checked_add(self.whole).is_some_and(|end| Instant::now() >= end)
    }
}

/// What a search may use: time, and the permits that it shares with the others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SearchLimits<'a> {
    pub budget: Budget,
    pub permits: &'a ScanPermits,
}

/// The page of a list that was requested.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SearchResult {
    /// The keys of its rows.
    pub keys: Vec<i64>,
    /// The total number of rows, if they were counted.
    pub total: Option<Total>,
    /// Where to resume; none at the end of the list.
    pub next: Option<CursorKey>,
    /// The last key scanned, if the time ran out before the end of the list.
    pub until: Option<i64>,
}

/// Permits for scanning windows. An unlimited search would keep a processor busy. So each search releases its
/// permit after a window to let the others scan, and half of the processors are kept free for moving money.
#[derive(Debug, Clone)]
pub(crate) struct ScanPermits {
    windows: Arc<Semaphore>,
    /// The door whose single transfers searches yield to, if thread priorities cannot rank the database's
    /// processes.
    door: Option<Door>,
}

impl ScanPermits {
    pub(crate) fn beside(door: Option<Door>) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self { windows: Arc::new(Semaphore::new((processors / 2).max(1))), door }
    }

    /// Waits for a permit to scan a window; none once the service has ended.
    pub(crate) async fn acquire(&self) -> Option<ScanPermit> {
        let permit = self.windows.clone().acquire_owned().await.ok()?;
        Some(ScanPermit { permit, began: Instant::now(), singles: self.singles() })
    }

    /// Releases a permit after the scan; later while single transfers arrive.
    pub(crate) fn release(&self, permit: ScanPermit) {
        let ScanPermit { permit, began, singles } = permit;
        let is_alone = self.singles() == singles;
        release(permit, if is_alone { Duration::ZERO } else { began.elapsed() * REST });
    }

    /// The number of chunks of single transfers so far; 0 without a door.
    fn singles(&self) -> u64 {
        self.door.as_ref().map_or(0, Door::single_chunks)
    }
}

/// A permit to scan one window.
#[derive(Debug)]
pub(crate) struct ScanPermit {
    permit: OwnedSemaphorePermit,
    began: Instant,
    /// The number of chunks of single transfers when it began.
    singles: u64,
}

/// Where the rows of a list may be.
#[derive(Debug, Clone, Default)]
pub(crate) struct SearchScope {
    /// Disjoint key ranges to scan, lowest first.
    pub ranges: Vec<Window>,
    /// Rows already known, in list order, after the slice's cursor key. They include every row outside the
    /// ranges.
    pub known: Vec<i64>,
}

impl SearchScope {
    /// Anywhere between the lowest and the highest key.
    pub(crate) fn whole((first, last): (i64, i64)) -> Self {
        Self { ranges: vec![Window { first, last }], known: Vec::new() }
    }
}

/// A window scan with its permit.
#[derive(Debug)]
pub(crate) struct WindowScan {
    pub window: Window,
    /// How many of the window's rows are wanted, in list order.
    pub limit: i64,
    /// In list order.
    order: Order,
    permit: ScanPermit,
}

impl WindowScan {
    /// The request for the window's rows.
    pub(crate) fn slice(&self) -> PageRequest {
        let (order, limit, window) = (self.order, self.limit, Some(self.window));
        PageRequest { order, limit, window, ..PageRequest::default() }
    }
}

/// A search in progress. Its caller scans one window after another:
/// `while let Some(scan) = search.next().await { let keys = ...; search.found(scan, keys) }`.
#[derive(Debug)]
pub(crate) struct Search<'a> {
    slice: &'a PageRequest,
    permits: &'a ScanPermits,
    counting: Counting,
    /// The ranges still to scan, in list order.
    ranges: VecDeque<Window>,
    /// Known rows after the current key, in list order.
    known: VecDeque<i64>,
    /// The deadline.
    end: Option<Instant>,
    step: Instant,
    /// How many rows to search for.
    wanted: i64,
    /// The current key: the next window begins after it.
    place: i64,
    size: i64,
    keys: Vec<i64>,
    is_out_of_time: bool,
}

impl<'a> Search<'a> {
    /// A search for the page of a list that a slice requests, sorted by key.
    pub(crate) fn new(
        slice: &'a PageRequest,
        counting: Counting,
        scope: SearchScope,
        limits: SearchLimits<'a>,
    ) -> Self {
        let SearchLimits { budget, permits } = limits;
        let SearchScope { ranges, known } = scope;
        let (mut ranges, known) = (VecDeque::from(ranges), VecDeque::from(known));
        let after = slice.after.as_ref().map(|place| place.key);
        let place = match slice.order {
            Order::Ascending => after.unwrap_or(i64::MIN),
            Order::Descending => after.unwrap_or(i64::MAX),
        };
        if slice.order == Order::Descending {
            ranges.make_contiguous().reverse();
        }
        let (step, size, keys, wanted) = (Instant::now(), FIRST, Vec::new(), wanted(slice, counting));
        let (end, is_out_of_time) = (budget.end(), false);
        let mut search = Self {
            slice,
            permits,
            counting,
            ranges,
            known,
            end,
            step,
            wanted,
            place,
            size,
            keys,
            is_out_of_time,
        };
        search.pass();
        search
    }

    /// The next window to scan; waits for a permit. None at the end.
    pub(crate) async fn next(&mut self) -> Option<WindowScan> {
        let (window, limit) = self.ahead()?;
        let permit = self.permits.acquire().await?;
        self.step = Instant::now();
        Some(WindowScan { window, limit, order: self.slice.order, permit })
    }

    fn ahead(&self) -> Option<(Window, i64)> {
        let window = self.window().filter(|_| self.left() > 0 && !self.is_out_of_time)?;
        Some((window, self.left()))
    }

    /// Adds the keys found in the window, and releases the permit.
    pub(crate) fn found(&mut self, scan: WindowScan, keys: Vec<i64>) {
        let WindowScan { window, limit, permit, .. } = scan;
        self.permits.release(permit);
        // If the window reached the limit, what follows its last row is not scanned yet.
        let full = keys.last().copied().filter(|_| length(&keys) >= limit);
        self.place = full.unwrap_or(match self.slice.order {
            Order::Ascending => window.last,
            Order::Descending => window.first,
        });
        self.take(keys);
        self.pass();
        self.size = next_size(self.size, self.step.elapsed());
        self.is_out_of_time = self.end.is_some_and(|end| Instant::now() >= end);
    }

    /// Adds rows up to the current key, with the known rows up to it.
    fn take(&mut self, mut keys: Vec<i64>) {
        let order = self.slice.order;
        let is_behind = |key: i64, place: i64| match order {
            Order::Ascending => key > place,
            Order::Descending => key < place,
        };
        let passed = self.known.iter().take_while(|key| !is_behind(**key, self.place)).count();
        if passed > 0 {
            keys.extend(self.known.drain(..passed));
            match order {
                Order::Ascending => keys.sort_unstable(),
                Order::Descending => keys.sort_unstable_by(|a, b| b.cmp(a)),
            }
            keys.dedup();
        }
        self.keys.extend(keys);
    }

    /// Drops the scanned part of the ranges.
    fn pass(&mut self) {
        while let Some(range) = self.ranges.front_mut() {
            match self.slice.order {
                Order::Ascending => range.first = range.first.max(self.place.saturating_add(1)),
                Order::Descending => range.last = range.last.min(self.place.saturating_sub(1)),
            }
            if !range.is_empty() {
                return;
            }
            self.ranges.pop_front();
        }
    }

    fn left(&self) -> i64 {
        self.wanted - length(&self.keys)
    }

    /// The next window of the ranges still to scan.
    fn window(&self) -> Option<Window> {
        let range = *self.ranges.front()?;
        let more = self.size - 1;
        Some(match self.slice.order {
            Order::Ascending => Window { last: range.first.saturating_add(more).min(range.last), ..range },
            Order::Descending => Window { first: range.last.saturating_sub(more).max(range.first), ..range },
        })
    }

    /// The rows found, without those that the slice skips.
    pub(crate) fn result(mut self) -> SearchResult {
        let is_whole = self.ranges.is_empty();
        if is_whole {
            self.keys.extend(std::mem::take(&mut self.known));
        }
        let is_full = self.left() <= 0;
        let until = Some(self.place).filter(|_| !is_whole && !is_full);
        let rows = length(&self.keys).min(COUNT_MAX);
        let total = (self.counting != Counting::No).then_some(Total { rows, is_least: !is_whole || is_full });
        let (skipped, limit) = (count(self.slice.offset), count(self.slice.limit));
        let is_more = self.keys.len() > skipped + limit;
        self.keys.drain(..skipped.min(self.keys.len()));
        self.keys.truncate(limit);
        let next = if is_more { self.keys.last().copied() } else { until };
        let next = next.map(|key| CursorKey { value: key.into(), key });
        SearchResult { next, total, until: until.filter(|_| !is_more), keys: self.keys }
    }
}

/// Releases a permit after the back-off.
fn release(permit: OwnedSemaphorePermit, while_singles_come: Duration) {
    if while_singles_come > Duration::ZERO {
        tokio::spawn(async move {
            tokio::time::sleep(while_singles_come).await;
            drop(permit);
        });
    }
}

/// How many rows to search for: those of the page and one more, or as many as are counted.
pub(crate) fn wanted(slice: &PageRequest, counting: Counting) -> i64 {
    let page = slice.offset.saturating_add(slice.limit).saturating_add(1);
    if counting == Counting::No { page } else { page.max(COUNT_MAX + 1) }
}

fn next_size(size: i64, took: Duration) -> i64 {
    let next = match took {
        took if took < SHORT => size.saturating_mul(4),
        took if took > SHORT * 4 => size / 4,
        _ => size,
    };
    next.clamp(FIRST, LARGEST)
}

fn count(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or(0)
}

fn length(keys: &[i64]) -> i64 {
    i64::try_from(keys.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
