//! Totals of all transfers by value date, currency of the payer, kind and outcome: a report reads these few
//! rows, not the transfers. A chunk adds to them in its own transaction, each node under its own stripe, so
//! that nodes do not contend for the rows of a day. `verify` recomputes them.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::listing::Order;
use crate::record::Field;
use crate::script::Script;
use crate::transfer::Transfer;
use crate::tx::Tx;
use crate::value::{Cells, Row};
use domain::id::{AccountId, AssetId};
use domain::transfer::{TransferKind, TransferStatus};
use std::collections::BTreeMap;
use std::fmt;

/// Amounts are split at this number: a total may exceed the engines' integers.
const BILLION: i128 = 1_000_000_000;

// What is added carries over, so that the rest stays below a billion whatever a day holds.
static ADD: Sql = Sql::new(
    "INSERT INTO day_sum (value_date, asset, kind, status, stripe, transfers, amount_billions, amount_rest,
                          fee_billions, fee_rest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (value_date, asset, kind, status, stripe) DO UPDATE
     SET transfers = day_sum.transfers + excluded.transfers,
         amount_billions = day_sum.amount_billions + excluded.amount_billions
                         + (day_sum.amount_rest + excluded.amount_rest) / 1000000000,
         amount_rest = (day_sum.amount_rest + excluded.amount_rest) % 1000000000,
         fee_billions = day_sum.fee_billions + excluded.fee_billions
                      + (day_sum.fee_rest + excluded.fee_rest) / 1000000000,
         fee_rest = (day_sum.fee_rest + excluded.fee_rest) % 1000000000",
);
static ALL: Sql = Sql::new(
    "SELECT value_date, asset, kind, status, CAST(SUM(transfers) AS BIGINT),
            CAST(SUM(amount_billions) AS BIGINT), CAST(SUM(amount_rest) AS BIGINT),
            CAST(SUM(fee_billions) AS BIGINT), CAST(SUM(fee_rest) AS BIGINT)
     FROM day_sum GROUP BY value_date, asset, kind, status ORDER BY value_date, asset, kind, status",
);

static DAY_AFTER: Sql = Sql::new(
    "SELECT value_date FROM day_sum
     WHERE value_date > $1 AND kind BETWEEN $2 AND $3 AND status BETWEEN $4 AND $5
     ORDER BY value_date LIMIT 1",
);
static DAY_BEFORE: Sql = Sql::new(
    "SELECT value_date FROM day_sum
     WHERE value_date < $1 AND kind BETWEEN $2 AND $3 AND status BETWEEN $4 AND $5
     ORDER BY value_date DESC LIMIT 1",
);

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&ADD, &ALL, &DAY_AFTER, &DAY_BEFORE];

/// What a total is of. Kind and outcome are stored numbers, because a damaged row may have any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayKey {
    /// Days since 1970-01-01.
    pub value_date: i64,
    /// The payers' currency.
    pub asset: i64,
    /// Why money was to move.
    pub kind: i64,
    /// Whether it moved.
    pub status: i64,
}

/// A total of transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayTotal {
    /// How many.
    pub transfers: i64,
    /// Minor units.
    pub amount: i128,
    /// Minor units.
    pub fee: i128,
}

impl DayTotal {
    /// Adds a transfer.
    pub fn add(&mut self, amount: i64, fee: i64) {
        self.transfers += 1;
        self.amount += i128::from(amount);
        self.fee += i128::from(fee);
    }
}

impl fmt::Display for DayTotal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} transfers, amount {}, fee {}", self.transfers, self.amount, self.fee)
    }
}

/// Adds a chunk's transfers. `asset_of` returns the currency of an account that exists; a transfer refused
/// because its payer does not exist counts nowhere. Call it right before the head row is written: the other
/// processes of this stripe wait from here on. Rows are taken in the order of their keys, which rules out
/// deadlocks.
pub fn add_later(
    script: &mut Script,
    transfers: &[Transfer],
    asset_of: impl Fn(AccountId) -> Option<AssetId>,
    stripe: i64,
) {
    for (key, total) in fold(transfers, asset_of) {
        let DayKey { value_date, asset, kind, status } = key;
        let ((amount, amount_rest), (fee, fee_rest)) = (split(total.amount), split(total.fee));
        let count = total.transfers;
        script.execute(
            &ADD,
            args![value_date, asset, kind, status, stripe, count, amount, amount_rest, fee, fee_rest],
        );
    }
}

fn fold(
    transfers: &[Transfer],
    asset_of: impl Fn(AccountId) -> Option<AssetId>,
) -> BTreeMap<DayKey, DayTotal> {
    let mut totals: BTreeMap<DayKey, DayTotal> = BTreeMap::new();
    // The transfers of a batch often have one payer.
    let mut last: Option<(AccountId, AssetId)> = None;
    for transfer in transfers {
        let found = match last {
            Some((account, asset)) if account == transfer.source => Some(asset),
            _ => asset_of(transfer.source),
        };
        let Some(asset) = found else { continue };
        last = Some((transfer.source, asset));
        let (kind, status) = (transfer.kind.number(), transfer.status().number());
        let key = DayKey { value_date: transfer.value_date, asset: asset.0, kind, status };
        totals.entry(key).or_default().add(transfer.amount, transfer.fee);
    }
    totals
}

/// Billions and the rest. A chunk's total always fits.
fn split(total: i128) -> (i64, i64) {
    let part = |part: i128| i64::try_from(part).unwrap_or(i64::MAX);
    (part(total / BILLION), part(total % BILLION))
}

/// Reads a total from its billions and its rest.
pub(crate) fn whole(cells: &mut Cells<'_>) -> Result<i128, StoreError> {
    Ok(i128::from(cells.i64()?) * BILLION + i128::from(cells.i64()?))
}

impl Field for DayKey {
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(Self { value_date: cells.i64()?, asset: cells.i64()?, kind: cells.i64()?, status: cells.i64()? })
    }
}

impl Field for DayTotal {
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(Self { transfers: cells.i64()?, amount: whole(cells)?, fee: whole(cells)? })
    }
}

/// All totals, over all stripes, in the order of their keys.
pub async fn all(tx: &mut Tx) -> Result<Vec<(DayKey, DayTotal)>, StoreError> {
    tx.fetch(&ALL, args![]).await?.iter().map(Row::read).collect()
}

/// The next day with transfers of a kind and an outcome, or of any: the first one after a day, or the last
/// one before it. Transfers without an existing payer have no day here.
pub async fn next_day(
    tx: &mut Tx,
    day: i64,
    order: Order,
    (kind, status): (Option<TransferKind>, Option<TransferStatus>),
) -> Result<Option<i64>, StoreError> {
    let (kinds, statuses) =
        (bounds(kind.map(TransferKind::number)), bounds(status.map(TransferStatus::number)));
    let sql = match order {
        Order::Ascending => &DAY_AFTER,
        Order::Descending => &DAY_BEFORE,
    };
    let args = args![day, kinds.0, kinds.1, statuses.0, statuses.1];
    tx.fetch(sql, args).await?.first().map(|row| row.i64(0)).transpose()
}

fn bounds(only: Option<i64>) -> (i64, i64) {
    only.map_or((i64::MIN, i64::MAX), |only| (only, only))
}
