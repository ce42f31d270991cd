//! Runs: which items chunks completed, as ranges of consecutive numbers of one batch. A completed item's own row
//! is not touched; the view `item_now` has the state that follows from both (ADR 38).
//!
//! Statements that need the states of many items read `item_now`, which looks for a run at each pending item.
//! Pages and lists read runs first and scan the stretches between or inside them (`stretches`).

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::item_extent::Extent;
use crate::record::inserted;
use crate::script::{Asked, Script};
use crate::tx::Tx;
use crate::value::Column;
use domain::id::BatchId;

// Runs are ordered and disjoint, so the first one that reaches into a range is the last that begins before it.
static WITHIN: Sql = Sql::new(
    "SELECT first_number, last_number FROM item_run
     WHERE batch = $1 AND last_number >= $2 AND first_number <= $3 AND first_number >= COALESCE(
       (SELECT MAX(first_number) FROM item_run WHERE first_number <= $2), $2)
     ORDER BY first_number LIMIT $4",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&WITHIN];

/// Runs that are read at once.
const RUNS_AT_ONCE: i64 = 1_000;
/// More separate runs than these are not told apart: a statement for each would cost more than to look for
/// the run of each item.
const APART_MAX: usize = 64;

inserted! {
    INSERT into "item_run",
    fn columns(runs: &[Extent], batch: BatchId, chunk: i64) each run {
        first_number: run.0,
        last_number: run.1,
        batch = Column::Same(batch.0, runs.len()),
        chunk = Column::Same(chunk, runs.len()),
    }
}

/// Adds a completed item, whose number is higher than the others, to the runs of a slice.
pub fn extend(runs: &mut Vec<Extent>, number: i64) {
    match runs.last_mut() {
        Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
        _ => runs.push((number, number)),
    }
}

/// Records what a chunk completed. The transfers of the items are written before.
pub fn insert_later(script: &mut Script, batch: BatchId, chunk: i64, runs: &[Extent]) -> Asked<u64> {
    script.insert(&INSERT, columns(runs, batch, chunk))
}

/// A batch's first `limit` runs that reach into a range of numbers, in order.
pub async fn first_within(
    tx: &mut Tx,
    batch: BatchId,
    (first, last): Extent,
    limit: i64,
) -> Result<Vec<Extent>, StoreError> {
    let rows = tx.fetch(&WITHIN, args![batch.0, first, last, limit]).await?;
    rows.iter().map(|row| Ok((row.i64(0)?, row.i64(1)?))).collect()
}

/// Which numbers of a stretch runs cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cover {
    /// None: each item has its own state.
    None,
    /// All: a pending item is completed.
    All,
    /// Some: only `item_now` tells.
    Some,
}

/// Numbers from the first to the last that runs cover in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub range: Extent,
    pub cover: Cover,
}

/// The stretches of a range of numbers of a batch, in order and without gaps, from its beginning up to where
/// the first runs end: the caller continues after the last stretch.
pub(crate) async fn stretches(
    tx: &mut Tx,
    batch: BatchId,
    range: Extent,
) -> Result<Vec<Stretch>, StoreError> {
    let runs = first_within(tx, batch, range, RUNS_AT_ONCE).await?;
    let more = i64::try_from(runs.len()).is_ok_and(|found| found >= RUNS_AT_ONCE);
    let end = runs.last().filter(|_| more).map_or(range.1, |(_, last)| range.1.min(*last));
    Ok(apart(&runs, (range.0, end)))
}

/// The stretches that runs, in order, form in a range.
fn apart(runs: &[Extent], (first, last): Extent) -> Vec<Stretch> {
    let mut joined: Vec<Extent> = Vec::new();
    for &(begin, end) in runs {
        match joined.last_mut() {
            Some((_, until)) if until.saturating_add(1) >= begin => *until = end,
            _ => joined.push((begin, end)),
        }
    }
    if joined.len() > APART_MAX {
        return vec![Stretch { range: (first, last), cover: Cover::Some }];
    }
    let (mut stretches, mut next) = (Vec::new(), first);
    let mut add = |range: Extent, cover| {
        if range.0 <= range.1 {
            stretches.push(Stretch { range, cover });
        }
    };
    for (begin, end) in joined {
        add((next, last.min(begin.saturating_sub(1))), Cover::None);
        add((begin.max(first), end.min(last)), Cover::All);
        next = end.saturating_add(1);
    }
    add((next, last), Cover::None);
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_consecutive_numbers_form_a_run() {
        let mut runs = Vec::new();
        [1, 2, 3, 5, 6, 9].into_iter().for_each(|number| extend(&mut runs, number));
        assert_eq!(runs, [(1, 3), (5, 6), (9, 9)]);
    }

    #[test]
    fn stretches_cover_a_range_without_gaps() {
        use Cover::{All, None};
        type Case<'a> = (&'a [Extent], Extent, &'a [(Extent, Cover)]);
        let table: [Case<'_>; 7] = [
            (&[], (1, 9), &[((1, 9), None)]),
            (&[(1, 9)], (1, 9), &[((1, 9), All)]),
            (&[(1, 4), (5, 9)], (2, 8), &[((2, 8), All)]),
            (&[(1, 3)], (2, 9), &[((2, 3), All), ((4, 9), None)]),
            (&[(5, 9)], (1, 7), &[((1, 4), None), ((5, 7), All)]),
            (&[(2, 2), (4, 4)], (1, 4), &[((1, 1), None), ((2, 2), All), ((3, 3), None), ((4, 4), All)]),
            (&[(3, 4)], (1, 9), &[((1, 2), None), ((3, 4), All), ((5, 9), None)]),
        ];
        for (runs, range, expected) in table {
            let found: Vec<_> = apart(runs, range).iter().map(|one| (one.range, one.cover)).collect();
            assert_eq!(found, expected, "{runs:?} in {range:?}");
        }
    }

    #[test]
    fn many_separate_runs_are_not_told_apart() {
        let runs: Vec<Extent> = (0..=64).map(|k| (2 * k, 2 * k)).collect();
        assert_eq!(apart(&runs, (0, 200)), [Stretch { range: (0, 200), cover: Cover::Some }]);
        assert_eq!(apart(&runs[..64], (0, 200)).len(), 128);
        let adjacent: Vec<Extent> = (0..1_000).map(|k| (10 * k, 10 * k + 9)).collect();
        assert_eq!(apart(&adjacent, (5, 9_000)), [Stretch { range: (5, 9_000), cover: Cover::All }]);
    }
}
