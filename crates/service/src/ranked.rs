//! Lists sorted by something that no index keeps. The first rows of such a list may be anywhere, so all of it is
//! searched for a page, window by window, and only the rows that come first are kept. If the time budget runs out, the
//! page is still unknown: the answer then has no rows, and its cursor carries the rows that come first among those
//! searched so far, so that the next request continues from there.

use crate::Error;
use crate::listing::{COUNT_MAX, Counting, Total};
use crate::place::{NextPage, SearchPlace};
use crate::search::{Search, SearchLimits, SearchResult, SearchScope};
use std::cmp::Ordering;
use store::Tx;
use store::listing::{CursorKey, Order, PageRequest, Window};
use store::value::Value;

/// The most rows that a pass keeps: a page far down a list takes several passes.
const PASS_MAX: usize = 20_000;
/// The most rows that a cursor carries: it is sent in a URL. They are more than fit on a page.
pub(crate) const CARRY_MAX: usize = 256;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ranking {
    /// Of what it is sorted by.
    pub values: Order,
    /// Of the keys of equal rows.
    pub ties: Order,
}

impl Ranking {
    /// A list whose ties have its own direction.
    pub(crate) const fn of(order: Order) -> Self {
        Self { values: order, ties: order }
    }

    /// Where two rows stand in the list.
    pub(crate) fn compare(self, a: &CursorKey, b: &CursorKey) -> Ordering {
        let values = match (&a.value, &b.value) {
            (Value::I64(a), Value::I64(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            // A list has values of one kind.
            _ => Ordering::Equal,
        };
        directed(self.values, values).then_with(|| directed(self.ties, a.key.cmp(&b.key)))
    }
}

fn directed(order: Order, ordering: Ordering) -> Ordering {
    match order {
        Order::Ascending => ordering,
        Order::Descending => ordering.reverse(),
    }
}

/// A page of such a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RankedResult {
    /// The keys of its rows, in list order.
    pub keys: Vec<i64>,
    /// The total number of rows, if they were counted.
    pub total: Option<Total>,
    /// Where to continue; none at the end of the list.
    pub next: Option<NextPage>,
    /// The key up to which everything was searched, if the time ran out before the page was known.
    pub until: Option<i64>,
}

impl From<SearchResult> for RankedResult {
    fn from(result: SearchResult) -> Self {
        let SearchResult { keys, total, next, until } = result;
        Self { keys, total, next: next.map(NextPage::After), until }
    }
}

/// The rows of a page while they are searched for.
#[derive(Debug)]
pub(crate) struct Ranked {
    ranking: Ranking,
    limit: i64,
    /// Its found rows are in `rows`.
    place: SearchPlace,
    /// The first rows of the list among those searched, none of them after the place's bound.
    rows: Vec<CursorKey>,
    /// The most rows that this pass keeps.
    most: usize,
}

/// Whether a row comes after the bound of a search: others that come before it may have been dropped.
fn is_beyond(ranking: Ranking, place: &SearchPlace, row: &CursorKey) -> bool {
    place.bound.as_ref().is_some_and(|bound| ranking.compare(row, bound) == Ordering::Greater)
}

impl Ranked {
    /// A search for the page that a slice requests, or for the one that an earlier search did not finish. It ends with
    /// the key `end`, unless it has begun already.
    pub(crate) fn new(
        slice: &PageRequest,
        resumed: Option<&SearchPlace>,
        ranking: Ranking,
        end: i64,
    ) -> Self {
        let begun =
            || SearchPlace { after: slice.after.clone(), skip: slice.offset, end, ..SearchPlace::default() };
        let place = resumed.cloned().unwrap_or_else(begun);
        let mut ranked = Self { ranking, limit: slice.limit, place, rows: Vec::new(), most: 0 };
        ranked.most = ranked.wanted().min(PASS_MAX);
        ranked
    }

    /// The rows of the page, those before it and one more.
    fn wanted(&self) -> usize {
        count(self.place.skip.saturating_add(self.limit).saturating_add(1))
    }

    /// Where it is.
    pub(crate) const fn place(&self) -> &SearchPlace {
        &self.place
    }

    /// The rows that a resumed search found before, to be read again; none for a new one.
    pub(crate) fn carried(&mut self) -> Option<PageRequest> {
        let among = std::mem::take(&mut self.place.found);
        (!among.is_empty()).then(|| PageRequest { among, ..self.slice() })
    }

    /// The request for rows that may be on the page.
    pub(crate) fn slice(&self) -> PageRequest {
        PageRequest {
            order: self.ranking.values,
            after: self.place.after.clone(),
            limit: i64::try_from(self.most).unwrap_or(i64::MAX),
            ..PageRequest::default()
        }
    }

    /// Adds rows.
    pub(crate) fn add(&mut self, rows: Vec<CursorKey>) {
        if rows.is_empty() {
            return;
        }
        self.rows.extend(rows.into_iter().filter(|row| !is_beyond(self.ranking, &self.place, row)));
        self.rows.sort_unstable_by(|a, b| self.ranking.compare(a, b));
        self.rows.dedup();
        self.cut(self.most);
    }

    /// Keeps so many rows. What comes after the last one is not known from then on, even if some of them change before
    /// they are read again.
    fn cut(&mut self, most: usize) {
        if self.rows.len() >= most {
            self.rows.truncate(most);
            self.place.bound = self.rows.last().cloned().or_else(|| self.place.bound.take());
        }
    }

    /// Whether a row that comes no earlier than this one could still be kept.
    pub(crate) fn can_gain(&self, first: &CursorKey) -> bool {
        let bound = self.place.bound.as_ref();
        bound.is_none_or(|bound| self.ranking.compare(first, bound) == Ordering::Less)
    }

    /// Whether a row that comes no later than this one is before the page.
    pub(crate) fn is_passed(&self, last: &CursorKey) -> bool {
        let after = self.place.after.as_ref();
        after.is_some_and(|after| self.ranking.compare(last, after) != Ordering::Greater)
    }

    /// Notes that everything up to a key was searched, and inside of what follows everything up to a value and key.
    pub(crate) const fn reach(&mut self, at: i64, inside: Option<(i64, i64)>) {
        self.place.at = at;
        self.place.inside = inside;
    }

    /// The answer when the time has run out.
    pub(crate) fn unfinished(mut self, until: i64) -> RankedResult {
        self.cut(CARRY_MAX);
        self.place.found = self.rows.into_iter().map(|row| row.key).collect();
        self.place.found.sort_unstable();
        let next = Some(NextPage::Search(self.place));
        RankedResult { keys: Vec::new(), total: None, next, until: Some(until) }
    }

    /// The page, when all was searched. None if all that was kept is before the page: the list is searched again then, for
    /// what comes after it.
    pub(crate) fn pass(&mut self) -> Option<RankedResult> {
        let (rows, bound) = (std::mem::take(&mut self.rows), self.place.bound.take());
        let (found, limit) = (length(&rows), count(self.limit));
        if found <= self.place.skip && bound.is_some() {
            self.place.skip -= found;
            self.place.after = bound;
            self.most = self.wanted().min(PASS_MAX);
            self.reach(0, None);
            return None;
        }
        let mut rows: Vec<CursorKey> = rows.into_iter().skip(count(self.place.skip)).collect();
        let is_full = rows.len() > limit;
        rows.truncate(limit);
        // A page that has too few rows ends at the bound, because others may be right behind it.
        let next = if is_full { rows.last().cloned() } else { bound };
        let keys = rows.into_iter().map(|row| row.key).collect();
        Some(RankedResult { keys, next: next.map(NextPage::After), ..RankedResult::default() })
    }
}

/// A list of rows with keys, sorted by something else.
pub(crate) trait RankedList {
    /// What rows are sorted by, and their keys.
    async fn rows(&self, tx: &mut Tx, slice: PageRequest) -> Result<Vec<CursorKey>, Error>;
    /// How many rows have keys in a window; counting stops at a bound.
    async fn count(&self, tx: &mut Tx, window: Window, most: i64) -> Result<i64, Error>;
}

/// What is asked of such a list.
#[derive(Debug)]
pub(crate) struct RankedRequest<'a> {
    pub slice: &'a PageRequest,
    /// The unfinished search that is continued.
    pub resumed: Option<&'a SearchPlace>,
    pub ranking: Ranking,
    pub counting: Counting,
    /// The lowest and the highest key.
    pub keys: (i64, i64),
}

/// A page of such a list, searched along the keys within the time budget.
pub(crate) async fn search(
    tx: &mut Tx,
    list: &impl RankedList,
    request: RankedRequest<'_>,
    limits: SearchLimits<'_>,
) -> Result<RankedResult, Error> {
    let RankedRequest { slice, resumed, ranking, counting, keys: (first, last) } = request;
    let mut ranked = Ranked::new(slice, resumed, ranking, last);
    // What an earlier request searched is not counted again.
    let is_wanted = counting != Counting::No && resumed.is_none();
    let mut total = Counter { is_wanted, is_done: false, rows: 0 };
    if let Some(carried) = ranked.carried() {
        ranked.add(list.rows(tx, carried).await?);
    }
    loop {
        let scope = (first.max(ranked.place().at.saturating_add(1)), ranked.place().end);
        if let Some(until) = scan(tx, list, (&mut ranked, &mut total), scope, limits).await? {
            ranked.reach(until, None);
            return Ok(RankedResult { total: total.at_least(), ..ranked.unfinished(until) });
        }
        if let Some(result) = ranked.pass() {
            return Ok(RankedResult { total: total.whole(), ..result });
        }
        if limits.budget.is_over() {
            return Ok(RankedResult { total: total.whole(), ..ranked.unfinished(first) });
        }
        total.is_done = true;
    }
}

/// Scans a range of keys; returns the key that it reached if the time ran out.
async fn scan(
    tx: &mut Tx,
    list: &impl RankedList,
    (ranked, total): (&mut Ranked, &mut Counter),
    scope: (i64, i64),
    limits: SearchLimits<'_>,
) -> Result<Option<i64>, Error> {
    // A search that finds nothing scans to the end.
    let all = PageRequest { limit: 1, ..PageRequest::default() };
    let mut search = Search::new(&all, Counting::No, SearchScope::whole(scope), limits);
    while let Some(scan) = search.next().await {
        let window = scan.window;
        ranked.add(list.rows(tx, PageRequest { window: Some(window), ..ranked.slice() }).await?);
        if let Some(most) = total.left() {
            total.rows += list.count(tx, window, most).await?;
        }
        search.found(scan, Vec::new());
    }
    Ok(search.result().until)
}

/// Counts the rows of a list, up to a bound.
#[derive(Debug)]
struct Counter {
    is_wanted: bool,
    /// Whether all of the list was counted: a further pass counts nothing.
    is_done: bool,
    rows: i64,
}

impl Counter {
    /// How many more are counted; none if no more.
    fn left(&self) -> Option<i64> {
        let left = COUNT_MAX + 1 - self.rows;
        (self.is_wanted && !self.is_done && left > 0).then_some(left)
    }

    fn whole(&self) -> Option<Total> {
        self.is_wanted.then(|| Counting::Bounded.total(self.rows))
    }

    fn at_least(&self) -> Option<Total> {
        self.whole().map(|total| Total { is_least: true, ..total })
    }
}

fn count(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or(0)
}

fn length(rows: &[CursorKey]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "ranked_tests.rs"]
mod tests;
