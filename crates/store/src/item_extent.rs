//! Where a batch's items are: ranges of numbers, so that the items of a draft that stays open are found without
//! reading what other batches draw in the meantime. Every item lies in an extent of its batch; a batch's extents
//! do not touch. They are not an index: an extent may have holes and, in gaps of up to [`GAP`], other batches'
//! numbers, so queries by extent must also filter by batch.
//!
//! Statements over all items of a batch read from the constant `ITEMS_OF_BATCH`, or from `ITEMS_NOW_OF_BATCH` if
//! they need states; those over a part, in order or up to a limit, run once per extent, using [`within`].

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Row;
use domain::id::BatchId;

/// All items of batch `$1`, as `i`, without their states. Every part has its reason. SQLite keeps the join order
/// of a CROSS JOIN. From `i.batch = $1`, or from a condition on the items pushed down into this subquery,
/// PostgreSQL would estimate so few rows that a scan of all batches' items looks cheaper. So the batch is
/// matched by two bounds, and the limit, which is never reached, prevents the push-down.
pub(crate) const ITEMS_OF_BATCH: &str =
    "(SELECT i.number, i.batch, i.line, i.source, i.target, i.amount, i.memo, i.reference
          FROM item_extent e CROSS JOIN item i
          WHERE e.batch = $1 AND i.number BETWEEN e.first_number AND e.last_number
            AND i.batch BETWEEN e.batch AND e.batch LIMIT 9223372036854775807) i";

/// The same with their states.
pub(crate) const ITEMS_NOW_OF_BATCH: &str = "(SELECT i.* FROM item_extent e CROSS JOIN item_now i
          WHERE e.batch = $1 AND i.number BETWEEN e.first_number AND e.last_number
            AND i.batch BETWEEN e.batch AND e.batch LIMIT 9223372036854775807) i";

/// From the first to the last number, both included.
pub type Extent = (i64, i64);

/// Items of one batch that are no further apart than this share an extent: reading past that many foreign
/// items costs less than another extent.
pub const GAP: i64 = 1_000;

// Extents are ordered and disjoint, so the first one that reaches into a range is the last that begins before
// it.
static WITHIN: Sql = Sql::new(
    "SELECT first_number, last_number FROM item_extent
     WHERE batch = $1 AND last_number >= $2 AND first_number <= $3 AND first_number >= COALESCE(
       (SELECT MAX(first_number) FROM item_extent WHERE batch = $1 AND first_number <= $2), $2)
     ORDER BY first_number LIMIT $4",
);
static ADD: Sql = Sql::new("INSERT INTO item_extent (batch, first_number, last_number) VALUES ($1, $2, $3)");
static GROW: Sql = Sql::new("UPDATE item_extent SET last_number = $3 WHERE batch = $1 AND first_number = $2");
static REPLACE: Sql = Sql::new("DELETE FROM item_extent WHERE batch = $1 AND first_number BETWEEN $2 AND $3");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&WITHIN, &ADD, &GROW, &REPLACE];

/// The extents that a set of numbers forms, sorted or not.
#[must_use]
pub fn extents(numbers: impl Iterator<Item = i64>) -> Vec<Extent> {
    let mut numbers: Vec<i64> = numbers.collect();
    numbers.sort_unstable();
    let mut extents: Vec<Extent> = Vec::new();
    for number in numbers {
        extend(&mut extents, number);
    }
    extents
}

/// Adds a number that is not lower than the others.
pub fn extend(extents: &mut Vec<Extent>, number: i64) {
    match extents.last_mut() {
        Some((_, last)) if number.saturating_sub(*last) <= GAP => *last = number,
        _ => extents.push((number, number)),
    }
}

/// Records where new items of a batch are. One that continues an existing one, as in an import, extends it.
pub async fn add(tx: &mut Tx, batch: BatchId, new: &[Extent]) -> Result<(), StoreError> {
    for &(first, last) in new {
        let around = (first.saturating_sub(GAP), last.saturating_add(GAP));
        let near = fetch(tx, batch, around, i64::MAX).await?;
        match (near.first(), near.last()) {
            (Some(&(begin, end)), Some(_)) if near.len() == 1 && begin <= first => {
                if end < last {
                    tx.execute(&GROW, args![batch.0, begin, last]).await?;
                }
            }
            (Some(&(begin, _)), Some(&(from, end))) => {
                tx.execute(&REPLACE, args![batch.0, begin, from]).await?;
                tx.execute(&ADD, args![batch.0, begin.min(first), end.max(last)]).await?;
            }
            _ => drop(tx.execute(&ADD, args![batch.0, first, last]).await?),
        }
    }
    Ok(())
}

/// The parts of a batch's extents that lie in a range of numbers, in order.
pub async fn within(tx: &mut Tx, batch: BatchId, range: Extent) -> Result<Vec<Extent>, StoreError> {
    first_within(tx, batch, range, i64::MAX).await
}

/// The first `limit` of them.
pub async fn first_within(
    tx: &mut Tx,
    batch: BatchId,
    (first, last): Extent,
    limit: i64,
) -> Result<Vec<Extent>, StoreError> {
    if first > last {
        return Ok(Vec::new());
    }
    let found = fetch(tx, batch, (first, last), limit).await?;
    Ok(found.into_iter().map(|(begin, end)| (begin.max(first), end.min(last))).collect())
}

async fn fetch(
    tx: &mut Tx,
    batch: BatchId,
    (first, last): Extent,
    limit: i64,
) -> Result<Vec<Extent>, StoreError> {
    let rows = tx.fetch(&WITHIN, args![batch.0, first, last, limit]).await?;
    rows.iter().map(|row: Row<'_>| Ok((row.i64(0)?, row.i64(1)?))).collect()
}

/// Deletes the extents of a batch whose items are deleted.
pub async fn forget(tx: &mut Tx, batch: BatchId) -> Result<(), StoreError> {
    tx.execute(&REPLACE, args![batch.0, i64::MIN, i64::MAX]).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearby_numbers_form_one_extent() {
        for (numbers, expected) in [
            (vec![], vec![]),
            (vec![7], vec![(7, 7)]),
            (vec![3, 1, 2], vec![(1, 3)]),
            (vec![1, 1 + GAP], vec![(1, 1 + GAP)]),
            (vec![1, 2 + GAP], vec![(1, 1), (2 + GAP, 2 + GAP)]),
            (vec![i64::MIN, i64::MAX], vec![(i64::MIN, i64::MIN), (i64::MAX, i64::MAX)]),
        ] {
            assert_eq!(extents(numbers.iter().copied()), expected, "{numbers:?}");
        }
    }
}
