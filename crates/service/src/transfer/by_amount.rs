//! Transfers by amount. Each chunk's span has the range of its amounts, so numbers whose amounts cannot be on
//! the page are not read. There is no index to keep while money moves.
//!
//! A page cannot end early: what was not read may come before what was found. So a page has no time budget.
//! It is read window by window, each with a permit, and ends with its caller. Where few transfers match, that
//! is every chunk that may hold one of them.

use super::by_number;
use super::scope::{self, Reach};
use crate::Error;
use crate::listing::Counting;
use crate::search::{SearchLimits, SearchResult};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use store::Tx;
use store::chunk::{self, AmountSpan};
use store::listing::{CursorKey, Order, PageRequest, Window};
use store::transfer_list::{self, TransferFilter};
use store::value::Value;

/// Numbers read at a time.
const CELL: i64 = 10_000;
/// The most cells; where numbers are many more, the cells are larger.
const CELLS_MAX: i64 = 100_000;

/// An amount and a number.
type Row = (i64, i64);

/// A page of a list sorted by amount.
pub(super) async fn search(
    tx: &mut Tx,
    filter: &TransferFilter,
    slice: &PageRequest,
    counting: Counting,
    limits: SearchLimits<'_>,
) -> Result<SearchResult, Error> {
    let total = by_number::total(tx, filter, counting, limits).await?;
    let (first, last) = transfer_list::keys(tx).await?;
    let Reach { account, spans } = scope::reach(tx, filter).await?;
    let wanted = slice.offset.saturating_add(slice.limit).saturating_add(1);
    let (order, after) = (slice.order, slice.after.clone());
    let part = PageRequest { order, after, limit: wanted, ..PageRequest::default() };
    let mut best = Best { order, wanted: count(wanted), rows: Vec::new() };
    if let Some(account) = account {
        best.add(transfer_list::amounts_of_account(tx, account, filter, part.clone()).await?);
    }
    let spans = chunk::amounts(tx, Window { first, last }, &spans).await?;
    let size = (last.saturating_sub(first) / CELLS_MAX).max(CELL);
    for cell in cells(&spans, size, order) {
        if !best.can_gain(cell.first_row(order)) {
            break;
        }
        if is_passed(slice.after.as_ref(), cell.last_row(order), order) {
            continue;
        }
        let Some(permit) = limits.permits.acquire().await else { break };
        let part = PageRequest { window: Some(cell.window), ..part.clone() };
        best.add(transfer_list::amounts(tx, filter, part).await?);
        limits.permits.release(permit);
    }
    let (keys, next) = best.page(slice);
    Ok(SearchResult { keys, total, next, until: None })
}

/// Where two rows stand in a list.
fn compare(order: Order, a: Row, b: Row) -> Ordering {
    match order {
        Order::Ascending => a.cmp(&b),
        Order::Descending => b.cmp(&a),
    }
}

/// Whether the last row that a cell can hold is not after the cursor.
fn is_passed(after: Option<&CursorKey>, last: Row, order: Order) -> bool {
    match after {
        Some(CursorKey { value: Value::I64(amount), key }) => {
            compare(order, last, (*amount, *key)) != Ordering::Greater
        }
        _ => false,
    }
}

/// The part of the chunks' numbers that is read at a time, with the range of its amounts. Chunks may overlap;
/// their cells do not.
fn cells(spans: &[AmountSpan], size: i64, order: Order) -> Vec<AmountCell> {
    let mut cells: BTreeMap<i64, AmountCell> = BTreeMap::new();
    for AmountSpan { window, least, most } in spans.iter().filter(|span| !span.window.is_empty()) {
        for place in window.first.div_euclid(size)..=window.last.div_euclid(size) {
            let start = place.saturating_mul(size);
            let (first, last) = (window.first.max(start), window.last.min(start.saturating_add(size - 1)));
            let part = AmountCell { window: Window { first, last }, least: *least, most: *most };
            cells.entry(place).and_modify(|cell| cell.include(&part)).or_insert(part);
        }
    }
    let mut cells: Vec<AmountCell> = cells.into_values().collect();
    cells.sort_unstable_by(|a, b| compare(order, a.first_row(order), b.first_row(order)));
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

    /// No row of the cell is before this one in a list.
    const fn first_row(&self, order: Order) -> Row {
        match order {
            Order::Ascending => (self.least, self.window.first),
            Order::Descending => (self.most, self.window.last),
        }
    }

    /// No row of the cell is after this one.
    const fn last_row(&self, order: Order) -> Row {
        match order {
            Order::Ascending => (self.most, self.window.last),
            Order::Descending => (self.least, self.window.first),
        }
    }
}

/// The first rows of the list among those read so far.
struct Best {
    order: Order,
    wanted: usize,
    rows: Vec<Row>,
}

impl Best {
    fn add(&mut self, rows: Vec<Row>) {
        self.rows.extend(rows);
        let order = self.order;
        self.rows.sort_unstable_by(|a, b| compare(order, *a, *b));
        self.rows.dedup();
        self.rows.truncate(self.wanted);
    }

    /// Whether a row that may be as far ahead as this one would be among them.
    fn can_gain(&self, first: Row) -> bool {
        self.rows.len() < self.wanted
            || self.rows.last().is_some_and(|last| compare(self.order, first, *last) == Ordering::Less)
    }

    /// The numbers on the page, and where the next one begins.
    fn page(mut self, slice: &PageRequest) -> (Vec<i64>, Option<CursorKey>) {
        let is_more = self.rows.len() >= self.wanted;
        self.rows.truncate(self.wanted - 1);
        let next = self.rows.last().filter(|_| is_more);
        let next = next.map(|(amount, key)| CursorKey { value: (*amount).into(), key: *key });
        (self.rows.into_iter().skip(count(slice.offset)).map(|row| row.1).collect(), next)
    }
}

fn count(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or(0)
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
            let cells = cells(&spans, CELL, order);
            cells.iter().map(|cell| (cell.window.first, cell.window.last, cell.least, cell.most)).collect()
        };
        let (low, middle) = ((1, 9_999, 1, 200), (10_000, 19_999, 100, 200));
        let (high, last) = ((20_000, 25_000, 100, 200), (30_000, 30_001, 150, 150));
        assert_eq!(shown(Order::Ascending), [low, middle, high, last]);
        assert_eq!(shown(Order::Descending), [high, middle, low, last]);
    }

    #[test]
    fn a_full_page_gains_only_from_what_would_be_ahead_of_its_last_row() {
        let mut best = Best { order: Order::Descending, wanted: 2, rows: Vec::new() };
        best.add(vec![(9, 1)]);
        assert!(best.can_gain((0, 0)), "the page is not full");
        best.add(vec![(9, 1), (7, 3)]);
        for (row, gains) in
            [((8, 1), true), ((7, 4), true), ((7, 3), false), ((7, 2), false), ((6, 9), false)]
        {
            assert_eq!(best.can_gain(row), gains, "{row:?}");
        }
    }
}
