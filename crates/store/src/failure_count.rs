//! How many attempts of batch items were refused, by quarter of an hour and currency. A refused item has no
//! transfer, so `day_sum` does not count it; and it counts on the day it was refused, in whatever time zone
//! the organisation is in. `verify` recomputes the counts.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::item::Failure;
use crate::script::Script;
use crate::tx::Tx;
use crate::value::Row;
use domain::id::AssetId;
use std::collections::BTreeMap;

/// A quarter of an hour in microseconds: days begin on full quarters in every time zone.
pub const QUARTER: i64 = 15 * 60 * 1_000_000;
/// Codes from this one on mean that an item was not attempted.
pub(crate) const NOT_ATTEMPTED: i64 = 100;

static ADD: Sql = Sql::new(
    "INSERT INTO failure_count (quarter, asset, stripe, failures) VALUES ($1, $2, $3, $4)
     ON CONFLICT (quarter, asset, stripe) DO UPDATE SET failures = failure_count.failures + excluded.failures",
);
static ALL: Sql = Sql::new(
    "SELECT quarter, asset, CAST(SUM(failures) AS BIGINT) FROM failure_count
     GROUP BY quarter, asset ORDER BY quarter, asset",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ADD, &ALL];

/// Counts the failures of batches, each with its batch's currency. As for `day_sum`, call it right before the
/// head row is written; the rows are taken in the order of their keys.
pub fn add_later<'a>(
    script: &mut Script,
    failed: impl Iterator<Item = (AssetId, &'a [Failure])>,
    now: i64,
    stripe: i64,
) {
    let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
    for (asset, failures) in failed {
        let attempted = failures.iter().filter(|failure| failure.code.number() < NOT_ATTEMPTED).count();
        if attempted > 0 {
            *counts.entry(asset.0).or_default() += i64::try_from(attempted).unwrap_or(i64::MAX);
        }
    }
    for (asset, count) in counts {
        script.execute(&ADD, args![now / QUARTER, asset, stripe, count]);
    }
}

/// All counts, over all stripes: quarter, currency and number, in order.
pub async fn all(tx: &mut Tx) -> Result<Vec<(i64, i64, i64)>, StoreError> {
    tx.fetch(&ALL, args![]).await?.iter().map(Row::read).collect()
}
