//! Lists with conditions that no index answers are searched row after row in the order of their keys, through one window
//! of keys after the other, for a bounded time. What was found by then is the answer, with the place to go on from:
//! nobody waits for long, and nobody holds a connection for long.

use crate::listing::{COUNT_MAX, Counting, Total};
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
/// Keys of the first window. Looking through so many is hardly more than not looking at all.
pub(crate) const FIRST: i64 = 10_000;
/// Keys of the largest one.
const LARGEST: i64 = 10_000_000;
/// A window that took less is followed by a larger one; the time is looked at between two windows only.
const SHORT: Duration = Duration::from_millis(20);

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
pub(crate) struct Lanes(Arc<Semaphore>);

impl Default for Lanes {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self(Arc::new(Semaphore::new((processors / 2).max(1))))
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
    _lane: OwnedSemaphorePermit,
}

/// A search under way. Its caller looks into one window after the other:
/// `while let Some(look) = search.next(lanes).await { let keys = ...; search.found(look, keys) }`.
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
        let lane = lanes.0.clone().acquire_owned().await.ok()?;
        self.step = Instant::now();
        Some(Look { window, limit, _lane: lane })
    }

    fn ahead(&self) -> Option<(Window, i64)> {
        let window = self.window().filter(|_| self.left() > 0 && !self.is_out_of_time)?;
        Some((window, self.left()))
    }

    /// Takes what was found in the window, and lets the others look.
    pub(crate) fn found(&mut self, look: Look, keys: Vec<i64>) {
        let Look { window, limit, .. } = look;
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
mod tests {
    use super::*;

    /// Searches for multiples of `every` among keys from 1 to `highest`, page after page from where it stopped.
    async fn all(order: Order, highest: i64, every: i64, budget: Duration, limit: i64) -> (Vec<i64>, usize) {
        let (lanes, mut after, mut found, mut rounds) = (Lanes::default(), None, Vec::new(), 0);
        loop {
            rounds += 1;
            let slice = Slice { order, after, limit, ..Slice::default() };
            let mut search =
                Search::new(&slice, Counting::No, Field::whole((1, highest)), Budget::from_now(budget));
            while let Some(look) = search.next(&lanes).await {
                let Look { window, limit: most, .. } = look;
                let mut keys: Vec<i64> =
                    (window.first..=window.last).filter(|key| key % every == 0).collect();
                if order == Order::Descending {
                    keys.reverse();
                }
                keys.truncate(count(most));
                search.found(look, keys);
            }
            let part = search.part();
            assert!(length(&part.keys) <= limit);
            found.extend(part.keys);
            if part.next.is_none() {
                return (found, rounds);
            }
            after = part.next;
        }
    }

    #[tokio::test]
    async fn however_often_it_is_broken_off_every_row_is_found_once_and_in_order() {
        let (never, long) = (Duration::ZERO, Duration::from_secs(3_600));
        for (highest, every) in
            [(0, 1), (1, 1), (9_999, 7), (10_000, 10_000), (10_001, 10_001), (95_000, 700)]
        {
            let mut expected: Vec<i64> = (1..=highest).filter(|key| key % every == 0).collect();
            for order in [Order::Ascending, Order::Descending] {
                for wanted in [1, 10, 1_000_000] {
                    let name = format!("{highest} {every} {order:?} {wanted}");
                    let (found, rounds) = all(order, highest, every, never, wanted).await;
                    assert_eq!(found, expected, "{name}");
                    let windows = usize::try_from(highest / FIRST).unwrap();
                    assert!(wanted < 1_000_000 || rounds >= windows, "{name}: a window each time");
                    let found = all(order, highest, every, long, wanted).await.0;
                    assert_eq!(found, expected, "{name}");
                }
                expected.reverse();
            }
        }
    }

    /// Rows are multiples of 7 or of 1,000. The former lie in ranges only, which are looked through; the latter are known,
    /// even where they lie in ranges.
    #[tokio::test]
    async fn what_is_known_and_what_is_looked_through_are_one_list() {
        let ranges = [(1, 30), (5_000, 5_010), (40_000, 95_000), (200_001, 200_001), (300_000, 300_700)];
        let range = |(first, last)| Window { first, last };
        let is_in = |key: i64| ranges.iter().any(|(first, last)| (*first..=*last).contains(&key));
        let is_found = |key: &i64| key % 7 == 0 && is_in(*key);
        let mut expected: Vec<i64> = (1..=400_000).filter(|key| is_found(key) || key % 1_000 == 0).collect();
        for order in [Order::Ascending, Order::Descending] {
            for (budget, limit) in [(0, 10), (0, 100_000), (3_600, 33), (3_600, 100_000)] {
                let (lanes, mut after, mut found) = (Lanes::default(), None::<Place>, Vec::new());
                loop {
                    let key = after.as_ref().map(|place: &Place| place.key);
                    let is_behind = |known: &i64| key.is_none_or(|key| in_order(order, key, *known));
                    let mut known: Vec<i64> = (1..=400).map(|key| key * 1_000).filter(is_behind).collect();
                    let slice = Slice { order, after, limit, ..Slice::default() };
                    if order == Order::Descending {
                        known.reverse();
                    }
                    known.truncate(count(wanted(&slice, Counting::No)));
                    let field = Field { ranges: ranges.iter().copied().map(range).collect(), known };
                    let budget = Budget::from_now(Duration::from_secs(budget));
                    let mut search = Search::new(&slice, Counting::No, field, budget);
                    while let Some(look) = search.next(&lanes).await {
                        let mut keys: Vec<i64> =
                            (look.window.first..=look.window.last).filter(is_found).collect();
                        if order == Order::Descending {
                            keys.reverse();
                        }
                        keys.truncate(count(look.limit));
                        search.found(look, keys);
                    }
                    let part = search.part();
                    found.extend(part.keys);
                    let Some(next) = part.next else { break };
                    after = Some(next);
                }
                assert!(found == expected, "{order:?} {budget} {limit}: {} rows", found.len());
            }
            expected.reverse();
        }
    }

    fn in_order(order: Order, before: i64, key: i64) -> bool {
        if order == Order::Ascending { before < key } else { before > key }
    }

    #[tokio::test]
    async fn a_count_says_whether_there_may_be_more() {
        for (offset, limit, highest, budget, expected) in [
            (0, 10, 5, 1, (5, 5, false, None, None)),
            (0, 10, 50, 1, (10, 50, false, Some(41), None)),
            (20, 10, 25, 1, (5, 25, false, None, None)),
            (30, 10, 25, 1, (0, 25, false, None, None)),
            (0, 10, 20_000, 1, (10, COUNT_MAX, true, Some(19_991), None)),
            // Each hundredth row only, and no time for more than one window.
            (0, 1_000, 3_000_000, 0, (100, 100, true, Some(2_990_001), Some(2_990_001))),
        ] {
            let every = if budget == 0 { 100 } else { 1 };
            let slice = Slice { order: Order::Descending, offset, limit, ..Slice::default() };
            let budget = Budget::from_now(Duration::from_secs(budget * 3_600));
            let mut search = Search::new(&slice, Counting::Bounded, Field::whole((1, highest)), budget);
            while let Some(look) = search.next(&Lanes::default()).await {
                let Look { window, limit: most, .. } = look;
                let keys = (window.first..=window.last).rev().filter(|key| key % every == 0);
                let keys = keys.take(count(most)).collect();
                search.found(look, keys);
            }
            let Part { keys, total, next, until } = search.part();
            let total = total.unwrap();
            let shown = (keys.len(), total.rows, total.is_least, next.map(|place| place.key), until);
            assert_eq!(shown, expected, "{offset} {limit} {highest}");
        }
    }

    #[test]
    fn whoever_waited_long_searches_for_a_part_of_the_time() {
        let (now, second) = (Instant::now(), Duration::from_secs(1_000));
        let waited =
            |waited: u32| Budget { asked: now.checked_sub(second * waited / 100).unwrap(), whole: second };
        let left = |budget: Budget| budget.end().unwrap().duration_since(now).as_secs();
        for (percent, expected) in [(0, 1_000), (50, 500), (89, 110), (95, 100), (5_000, 100)] {
            // The clock goes on meanwhile.
            assert!((expected..expected + 50).contains(&left(waited(percent))), "{percent} %");
        }
        assert_eq!(Budget::from_now(Duration::MAX).end(), None);
    }

    #[test]
    fn windows_grow_while_they_are_short() {
        let ms = Duration::from_millis;
        for (size, took, next) in [
            (FIRST, ms(1), 40_000),
            (40_000, ms(30), 40_000),
            (40_000, ms(900), FIRST),
            (LARGEST, ms(0), LARGEST),
        ] {
            assert_eq!(next_size(size, took), next, "{size} {took:?}");
        }
    }
}
