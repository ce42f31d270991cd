//! Lists with conditions that no index answers are searched row after row in the order of their keys, through one window
//! of keys after the other, for a bounded time. What was found by then is the answer, with the place to go on from:
//! nobody waits for long, and nobody holds a connection for long.

use crate::listing::{COUNT_MAX, Counting, Total};
use ledger::door::Door;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::listing::{Order, Place, Slice, Window};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a list is searched before it is answered as far as it goes.
pub const BUDGET: Duration = Duration::from_secs(1);
/// The part of its budget that a search has however long it waited for a connection: it gets on, and those behind it wait
/// no longer than they have to.
const SHARE_LEAST: u32 = 10;
/// Keys of the first window: few, so that a search gets on where the processors are busy with money.
const FIRST: i64 = 2_000;
/// Keys of the largest one.
const LARGEST: i64 = 10_000_000;
/// A window that took less is followed by a larger one; the time is looked at between two windows only.
const SHORT: Duration = Duration::from_millis(20);
/// How much longer than a look took its lane rests afterwards while single transfers come.
const REST: u32 = 3;
/// Ranges that lie closer to each other are looked through as one: so many keys are hardly more than none.
pub(crate) const GAP: i64 = 10_000;

/// The time that a search may take. It runs from when the list was asked for: who waited long for a connection looks
/// through less.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    asked: Instant,
    whole: Duration,
}

impl Budget {
    /// So long from now.
    pub(crate) fn from_now(whole: Duration) -> Self {
        Self { asked: Instant::now(), whole }
    }

    /// When a search that begins now ends; none: never.
    fn end(self) -> Option<Instant> {
        let least = Instant::now().checked_add(self.whole / SHARE_LEAST)?;
        self.asked.checked_add(self.whole).map(|end| end.max(least))
    }
}

/// The part of a list that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// The keys of its rows.
    pub keys: Vec<i64>,
    /// How many rows there are in all, if they were counted.
    pub total: Option<Total>,
    /// Where to go on; none at the end of the list.
    pub next: Option<Place>,
    /// The last key that was looked at, if the time ran out before the end of the list.
    pub until: Option<i64>,
}

/// Turns for windows. Searches take a processor each for as long as they are let: where several go on at once, each
/// looks into a window and then lets the others, and what moves money keeps half of the processors to itself.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    places: Arc<Semaphore>,
    /// Whose single transfers are given way to, if the database's processes are not ours to rank.
    door: Option<Door>,
}

impl Lanes {
    pub(crate) fn beside(door: Option<Door>) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self { places: Arc::new(Semaphore::new((processors / 2).max(1))), door }
    }

    /// How many chunks of single transfers there were, where it matters.
    fn singles(&self) -> u64 {
        self.door.as_ref().map_or(0, Door::single_chunks)
    }
}

/// Where the rows of a list can be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    /// Ranges of keys, lowest first and apart from each other, that have to be looked through.
    pub ranges: Vec<Window>,
    /// Rows that are known already, in the order of the list, behind the slice's place. All that lie outside of the
    /// ranges are among them.
    pub known: Vec<i64>,
}

impl Field {
    /// Anywhere between the lowest and the highest key.
    pub(crate) fn whole((first, last): (i64, i64)) -> Self {
        Self { ranges: vec![Window { first, last }], known: Vec::new() }
    }
}

/// A look into a window, at one's turn.
#[derive(Debug)]
pub(crate) struct Look {
    pub window: Window,
    /// How many of its rows are wanted, in the order of the list.
    pub limit: i64,
    lane: OwnedSemaphorePermit,
    /// Chunks of single transfers when it began.
    singles: u64,
}

/// A search under way. Its caller looks into one window after the other:
/// `while let Some(look) = search.next(lanes).await { let keys = ...; search.found(&lanes, look, keys) }`.
#[derive(Debug)]
pub(crate) struct Search<'a> {
    slice: &'a Slice,
    counting: Counting,
    /// What is to be looked through yet, in the order of the list.
    ranges: VecDeque<Window>,
    /// Rows that are known, in the order of the list, and lie behind the place.
    known: VecDeque<i64>,
    /// When it ends at the latest.
    end: Option<Instant>,
    step: Instant,
    /// Rows that are looked for.
    wanted: i64,
    /// The key behind which the next window begins.
    place: i64,
    size: i64,
    keys: Vec<i64>,
    is_out_of_time: bool,
}

impl<'a> Search<'a> {
    /// A search for the part of a list that a slice asks for, sorted by its key.
    pub(crate) fn new(slice: &'a Slice, counting: Counting, field: Field, budget: Budget) -> Self {
        let Field { ranges, known } = field;
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
        let mut search =
            Self { slice, counting, ranges, known, end, step, wanted, place, size, keys, is_out_of_time };
        search.pass();
        search
    }

    /// The window to look into next; waits until it is this search's turn. None at the end.
    pub(crate) async fn next(&mut self, lanes: &Lanes) -> Option<Look> {
        let (window, limit) = self.ahead()?;
        let lane = lanes.places.clone().acquire_owned().await.ok()?;
        self.step = Instant::now();
        Some(Look { window, limit, lane, singles: lanes.singles() })
    }

    fn ahead(&self) -> Option<(Window, i64)> {
        let window = self.window().filter(|_| self.left() > 0 && !self.is_out_of_time)?;
        Some((window, self.left()))
    }

    /// Takes what was found in the window, and lets the others look.
    pub(crate) fn found(&mut self, lanes: &Lanes, look: Look, keys: Vec<i64>) {
        let Look { window, limit, lane, singles } = look;
        rest(lane, if lanes.singles() == singles { Duration::ZERO } else { self.step.elapsed() * REST });
        // Of a full window, nobody knows what lies behind its last row.
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

    /// Takes rows up to the place, and with them the known ones that lie there.
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

    /// Leaves out what lies before the place.
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

    /// What comes next of what is to be looked through.
    fn window(&self) -> Option<Window> {
        let range = *self.ranges.front()?;
        let more = self.size - 1;
        Some(match self.slice.order {
            Order::Ascending => Window { last: range.first.saturating_add(more).min(range.last), ..range },
            Order::Descending => Window { first: range.last.saturating_sub(more).max(range.first), ..range },
        })
    }

    /// What was found, behind as many rows as the slice leaves out.
    pub(crate) fn part(mut self) -> Part {
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
        let next = next.map(|key| Place { value: key.into(), key });
        Part { next, total, until: until.filter(|_| !is_more), keys: self.keys }
    }
}

/// Gives a lane back after a while.
fn rest(lane: OwnedSemaphorePermit, while_singles_come: Duration) {
    if while_singles_come > Duration::ZERO {
        tokio::spawn(async move {
            tokio::time::sleep(while_singles_come).await;
            drop(lane);
        });
    }
}

/// How many rows are looked for: those of the page and one more, or as many as are counted.
pub(crate) fn wanted(slice: &Slice, counting: Counting) -> i64 {
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
