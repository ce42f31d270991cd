//! Transfers by amount. Each chunk's span has the range of its amounts, so numbers whose amounts cannot be on
//! the page are not read. There is no index to keep while money moves.
//!
//! A page cannot end early: what was not read may come before what was found. If the time budget runs out first, the
//! search continues where it was (`ranked.rs`): the chunks are read in windows of their commit numbers, up to the commit
//! that was the last one when the search began, and those of a window cell by cell.

use super::by_number;
use super::scope::{self, COMMITS, Reach};
use crate::Error;
use crate::listing::Counting;
use crate::place::SearchPlace;
use crate::ranked::{Ranked, RankedResult, Ranking};
use crate::search::SearchLimits;
use std::collections::BTreeMap;
use std::time::Instant;
use store::chunk::{self, AmountSpan};
use store::listing::{CursorKey, Order, PageRequest, Window};
use store::transfer_list::{self, TransferFilter};
use store::{Tx, head};

/// Numbers read at a time. Those of a cell do not depend on when its chunks are read, so a search finds its place
/// among them again.
const CELL: i64 = 10_000;

/// A page of a list sorted by amount.
pub(super) async fn search(
    tx: &mut Tx,
    filter: &TransferFilter,
    (slice, resumed): (&PageRequest, Option<&SearchPlace>),
    counting: Counting,
    limits: SearchLimits<'_>,
) -> Result<RankedResult, Error> {
    let total = by_number::total(tx, filter, counting, limits).await?;
    let (first, last) = transfer_list::keys(tx).await?;
    let Reach { account, spans } = scope::reach(tx, filter).await?;
    let end = head::get(tx).await?.commit_number;
    let ranking = Ranking::of(slice.order);
    let mut ranked = Ranked::new(slice, resumed, ranking, end);
    if let Some(carried) = ranked.carried() {
        ranked.add(transfer_list::amounts(tx, filter, carried).await?);
    }
    let (numbers, ranking) = (Window { first, last }, ranking.values);
    let mut walk =
        AmountWalk { filter, order: ranking, ranked, until: first, limits, end: limits.budget.end() };
    loop {
        if let Some(account) = account {
            let known = transfer_list::amounts_of_account(tx, account, filter, walk.ranked.slice()).await?;
            walk.ranked.add(known);
        }
        if !walk.pass(tx, numbers, &spans).await? {
            return Ok(RankedResult { total, ..walk.ranked.unfinished(walk.until) });
        }
        if let Some(result) = walk.ranked.pass() {
            return Ok(RankedResult { total, ..result });
        }
        if walk.is_out_of_time() {
            return Ok(RankedResult { total, ..walk.ranked.unfinished(walk.until) });
        }
    }
}

struct AmountWalk<'a> {
    filter: &'a TransferFilter,
    order: Order,
    ranked: Ranked,
    /// The last number read.
    until: i64,
    limits: SearchLimits<'a>,
    /// The deadline.
    end: Option<Instant>,
}

impl AmountWalk<'_> {
    fn is_out_of_time(&self) -> bool {
        self.end.is_some_and(|end| Instant::now() >= end)
    }

    /// Reads what may be on the page; returns whether all of it was read.
    async fn pass(&mut self, tx: &mut Tx, numbers: Window, spans: &chunk::SpanFilter) -> Result<bool, Error> {
        while self.ranked.place().at < self.ranked.place().end {
            let (at, end) = (self.ranked.place().at, self.ranked.place().end);
            let commits = Window { first: at.saturating_add(1), last: at.saturating_add(COMMITS).min(end) };
            let spans = chunk::amounts(tx, numbers, spans, commits).await?;
            if !self.read(tx, cells(&spans, self.order)).await? {
                return Ok(false);
            }
            self.ranked.reach(commits.last, None);
            if commits.last < end && self.is_out_of_time() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads the cells of a window, from where the search was; returns whether all of them were read that matter.
    async fn read(&mut self, tx: &mut Tx, cells: Vec<AmountCell>) -> Result<bool, Error> {
        let (at, inside) = (self.ranked.place().at, self.ranked.place().inside);
        let inside = inside.map(|(amount, number)| row(amount, number));
        let is_read = |first: &CursorKey| {
            inside.as_ref().is_some_and(|inside| Ranking::of(self.order).compare(first, inside).is_le())
        };
        let cells: Vec<AmountCell> =
            cells.into_iter().filter(|cell| !is_read(&cell.first_row(self.order))).collect();
        for cell in cells {
            let first = cell.first_row(self.order);
            if !self.ranked.can_gain(&first) {
                return Ok(true);
            }
            if self.ranked.is_passed(&cell.last_row(self.order)) {
                continue;
            }
            let Some(permit) = self.limits.permits.acquire().await else { return Ok(true) };
            let slice = PageRequest { window: Some(cell.window), ..self.ranked.slice() };
            self.ranked.add(transfer_list::amounts(tx, self.filter, slice).await?);
            self.limits.permits.release(permit);
            self.ranked.reach(at, Some(cell.place(self.order)));
            self.until = cell.window.last;
            if self.is_out_of_time() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn row(amount: i64, number: i64) -> CursorKey {
    CursorKey { value: amount.into(), key: number }
}

/// The part of the chunks' numbers that is read at a time, with the range of its amounts. Chunks may overlap;
/// their cells do not.
fn cells(spans: &[AmountSpan], order: Order) -> Vec<AmountCell> {
    let mut cells: BTreeMap<i64, AmountCell> = BTreeMap::new();
    for AmountSpan { window, least, most } in spans.iter().filter(|span| !span.window.is_empty()) {
        for place in window.first.div_euclid(CELL)..=window.last.div_euclid(CELL) {
            let start = place.saturating_mul(CELL);
            let (first, last) = (window.first.max(start), window.last.min(start.saturating_add(CELL - 1)));
            let part = AmountCell { window: Window { first, last }, least: *least, most: *most };
            cells.entry(place).and_modify(|cell| cell.include(&part)).or_insert(part);
        }
    }
    let mut cells: Vec<AmountCell> = cells.into_values().collect();
    cells.sort_unstable_by(|a, b| Ranking::of(order).compare(&a.first_row(order), &b.first_row(order)));
    cells
}

/// A window of numbers and the range of the amounts in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct AmountCell {
    window: Window,
    least: i64,
    most: i64,
}

impl AmountCell {
    fn include(&mut self, other: &Self) {
        self.window.first = self.window.first.min(other.window.first);
        self.window.last = self.window.last.max(other.window.last);
        (self.least, self.most) = (self.least.min(other.least), self.most.max(other.most));
    }

    /// Its place among the others: no row of the cell is before this amount and number in a list.
    const fn place(&self, order: Order) -> (i64, i64) {
        match order {
            Order::Ascending => (self.least, self.window.first),
            Order::Descending => (self.most, self.window.last),
        }
    }

    fn first_row(&self, order: Order) -> CursorKey {
        let (amount, number) = self.place(order);
        row(amount, number)
    }

    /// No row of the cell is after this one.
    fn last_row(&self, order: Order) -> CursorKey {
        match order {
            Order::Ascending => row(self.most, self.window.last),
            Order::Descending => row(self.least, self.window.first),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span((first, last): (i64, i64), (least, most): (i64, i64)) -> AmountSpan {
        AmountSpan { window: Window { first, last }, least, most }
    }

    #[test]
    fn cells_do_not_overlap_and_come_in_the_order_of_what_they_can_hold() {
        let spans = [
            span((1, 9), (5, 7)),
            span((5, 25_000), (100, 200)),
            span((8, 8), (1, 1)),
            span((30_000, 30_001), (150, 150)),
            span((1, 0), (1, 0)),
        ];
        let shown = |order| -> Vec<_> {
            let cells = cells(&spans, order);
            cells.iter().map(|cell| (cell.window.first, cell.window.last, cell.least, cell.most)).collect()
        };
        let (low, middle) = ((1, 9_999, 1, 200), (10_000, 19_999, 100, 200));
        let (high, last) = ((20_000, 25_000, 100, 200), (30_000, 30_001, 150, 150));
        assert_eq!(shown(Order::Ascending), [low, middle, high, last]);
        assert_eq!(shown(Order::Descending), [high, middle, low, last]);
    }
}
