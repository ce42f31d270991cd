//! Transfers by value date: one day after the other, each searched along the numbers. The kept totals show
//! which days there are, and the spans of the chunks where a day's transfers can be.

use super::scope;
use crate::Error;
use crate::listing::{COUNT_MAX, Counting, Total};
use crate::search::{Search, SearchLimits, SearchResult, wanted};
use domain::transfer::TransferStatus;
use store::Tx;
use store::day_sum;
use store::listing::{CursorKey, Order, PageRequest};
use store::transfer_list::{self, TransferFilter, TransferSort};
use store::value::Value;

/// A page of a list sorted by value date. However many days there are, no day is begun once the budget is
/// used up; at least one is.
pub(super) async fn search(
    tx: &mut Tx,
    filter: &TransferFilter,
    slice: &PageRequest,
    counting: Counting,
    limits: SearchLimits<'_>,
) -> Result<SearchResult, Error> {
    let (wanted, reached) = (wanted(slice, counting), transfer_list::keys(tx).await?.1);
    let mut walk = DayWalk { filter, order: slice.order, rows: Vec::new(), reached, place: None };
    let (mut day, mut after) = walk.start(tx, slice.after.as_ref()).await?;
    let mut is_begun = false;
    while let Some(today) = day.filter(|day| walk.includes(*day)) {
        let left = wanted - walk.found();
        if left <= 0 || (is_begun && limits.budget.is_over()) {
            return Ok(walk.result(slice, counting, false));
        }
        if !walk.read(tx, today, after.take(), left, limits).await? {
            return Ok(walk.result(slice, counting, false));
        }
        is_begun = true;
        day = walk.next(tx, today).await?;
        // Resumed before the first row of the next day: resuming behind the last one of this would search it again.
        walk.place = day.map(|day| (day, walk.before_first()));
    }
    Ok(walk.result(slice, counting, true))
}

struct DayWalk<'a> {
    filter: &'a TransferFilter,
    order: Order,
    /// Days and numbers, in list order.
    rows: Vec<(i64, i64)>,
    /// The last number scanned.
    reached: i64,
    /// Where to resume: a day, and the number behind which it continues; none at the beginning.
    place: Option<(i64, i64)>,
}

impl DayWalk<'_> {
    fn found(&self) -> i64 {
        i64::try_from(self.rows.len()).unwrap_or(i64::MAX)
    }

    fn includes(&self, day: i64) -> bool {
        self.filter.from_date.is_none_or(|from| day >= from) && self.filter.to_date.is_none_or(|to| day <= to)
    }

    /// The first day, and the number after which its rows begin.
    async fn start(
        &self,
        tx: &mut Tx,
        after: Option<&CursorKey>,
    ) -> Result<(Option<i64>, Option<i64>), Error> {
        match after {
            Some(CursorKey { value: Value::I64(day), key }) => Ok((Some(*day), Some(*key))),
            // A cursor without a day is of no list by day.
            Some(_) => Ok((None, None)),
            None => {
                let edge = match self.order {
                    Order::Ascending => self.filter.from_date.map_or(i64::MIN, |day| day.saturating_sub(1)),
                    Order::Descending => self.filter.to_date.map_or(i64::MAX, |day| day.saturating_add(1)),
                };
                Ok((self.next(tx, edge).await?, None))
            }
        }
    }

    /// The day that follows in the order of the list.
    async fn next(&self, tx: &mut Tx, day: i64) -> Result<Option<i64>, Error> {
        let status = self.filter.completed.map(|completed| match completed {
            true => TransferStatus::Completed,
            false => TransferStatus::Refused,
        });
        Ok(day_sum::next_day(tx, day, self.order, (self.filter.kind, status)).await?)
    }

    /// Reads the rows of a day, at most `limit`; returns whether the day was read to its end.
    async fn read(
        &mut self,
        tx: &mut Tx,
        day: i64,
        after: Option<i64>,
        limit: i64,
        limits: SearchLimits<'_>,
    ) -> Result<bool, Error> {
        let order = self.order;
        let filter = TransferFilter { from_date: Some(day), to_date: Some(day), ..self.filter.clone() };
        let after = after.map(|key| CursorKey { value: key.into(), key });
        let slice = PageRequest { order, after, limit, ..PageRequest::default() };
        let scope = scope::of(tx, &filter, (&slice, Counting::No), limits.budget).await?;
        let mut search = Search::new(&slice, Counting::No, scope, limits);
        while let Some(scan) = search.next().await {
            self.reached = match order {
                Order::Ascending => scan.window.last,
                Order::Descending => scan.window.first,
            };
            let keys = transfer_list::page(tx, &filter, TransferSort::Number, scan.slice()).await?;
            search.found(scan, keys);
        }
        let found = search.result();
        self.rows.extend(found.keys.into_iter().map(|number| (day, number)));
        let Some(next) = found.next else { return Ok(true) };
        self.place = Some((day, next.key));
        Ok(false)
    }

    /// A number that comes before every number of a day.
    const fn before_first(&self) -> i64 {
        match self.order {
            Order::Ascending => i64::MIN,
            Order::Descending => i64::MAX,
        }
    }

    fn result(mut self, slice: &PageRequest, counting: Counting, is_whole: bool) -> SearchResult {
        let rows = self.found().min(COUNT_MAX);
        let total = (counting != Counting::No).then_some(Total { rows, is_least: !is_whole });
        let page = slice.offset.saturating_add(slice.limit);
        let is_more = self.found() > page;
        let count = |rows: i64| usize::try_from(rows).unwrap_or(0);
        self.rows.truncate(count(page));
        let last = if is_more { self.rows.last().copied() } else { self.place.filter(|_| !is_whole) };
        let next = last.map(|(day, key)| CursorKey { value: day.into(), key });
        let keys = self.rows.into_iter().skip(count(slice.offset)).map(|row| row.1).collect();
        SearchResult { keys, total, next, until: (!is_whole && !is_more).then_some(self.reached) }
    }
}
