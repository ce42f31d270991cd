//! Totals of what customers sent. A total of amounts may exceed the engines' integers, so billions and
//! remainders are summed separately and combined here.

use crate::bulk::{Named, named};
use crate::error::StoreError;
use crate::record::Field;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Cells, Row, Value};
use domain::id::{AccountId, AssetId};
use domain::transfer::{TransferKind, TransferStatus};

/// What totals are broken down by, in addition to the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Group {
    /// No breakdown.
    #[default]
    None,
    /// By value date.
    Day,
    /// By the paying account.
    Account,
}

/// Which transfers are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// From this value date: days since 1970-01-01.
    pub from: i64,
    /// Up to this value date.
    pub to: i64,
    /// Only this currency.
    pub asset: Option<AssetId>,
    /// Only this paying account.
    pub account: Option<AccountId>,
}

/// Totals of what customers sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// The day or the account they belong to; 0 without a breakdown.
    pub group: i64,
    /// The currency.
    pub asset: AssetId,
    /// Whether these transfers completed; otherwise they were refused.
    pub completed: bool,
    /// How many.
    pub count: i64,
    /// Minor units.
    pub amount: i128,
    /// Minor units.
    pub fee: i128,
}

/// Refused attempts of batch items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureCount {
    /// The paying account; 0 if not broken down by account.
    pub account: i64,
    /// The currency.
    pub asset: AssetId,
    /// When, in whole [`QUARTER`]s since 1970.
    pub quarter: i64,
    /// How many.
    pub count: i64,
}

/// A quarter of an hour in microseconds: days begin on full quarters in every time zone.
pub const QUARTER: i64 = 15 * 60 * 1_000_000;
/// Amounts are split at this number.
const BILLION: i128 = 1_000_000_000;

/// The statements of this noun are assembled from parts.
pub const CATALOGUE: &[Named] = named![];

macro_rules! sums {
    () => {
        "COUNT(*), CAST(SUM(t.amount / 1000000000) AS BIGINT), CAST(SUM(t.amount % 1000000000) AS BIGINT),
         CAST(SUM(t.fee / 1000000000) AS BIGINT), CAST(SUM(t.fee % 1000000000) AS BIGINT)"
    };
}

/// The kinds of transfers by which customers send money.
const SENT: &str =
    sql!("(", [TransferKind::Single], ", ", [TransferKind::Item], ", ", [TransferKind::Withdrawal], ")");

fn whole(cells: &mut Cells<'_>) -> Result<i128, StoreError> {
    Ok(i128::from(cells.i64()?) * BILLION + i128::from(cells.i64()?))
}

/// Totals by group, currency and outcome: single transfers, withdrawals and settled items.
pub async fn sums(tx: &mut Tx, group: Group, range: Range) -> Result<Vec<Sums>, StoreError> {
    let key = match group {
        Group::None => "CAST(0 AS BIGINT)",
        Group::Day => "t.value_date",
        Group::Account => "t.source",
    };
    let mut text = format!(
        "SELECT {key}, a.asset, t.status, {} FROM transfer t JOIN account a ON a.id = t.source
         WHERE t.kind IN {SENT} AND t.value_date BETWEEN $1 AND $2",
        sums!()
    );
    let mut args: Vec<Value> = vec![range.from.into(), range.to.into()];
    narrow(&mut text, &mut args, range, "a.asset", "t.source");
    text += match group {
        Group::None => " GROUP BY a.asset, t.status",
        Group::Day => " GROUP BY t.value_date, a.asset, t.status",
        Group::Account => " GROUP BY t.source, a.asset, t.status",
    };
    let rows = tx.fetch_text(text, args).await?;
    let read = |row: Row<'_>| {
        let mut cells = row.cells();
        Ok(Sums {
            group: cells.i64()?,
            asset: Field::read(&mut cells)?,
            completed: cells.i64()? == TransferStatus::Completed.number(),
            count: cells.i64()?,
            amount: whole(&mut cells)?,
            fee: whole(&mut cells)?,
        })
    };
    rows.iter().map(read).collect()
}

fn narrow(text: &mut String, args: &mut Vec<Value>, range: Range, asset: &str, account: &str) {
    for (column, number) in [(asset, range.asset.map(|id| id.0)), (account, range.account.map(|id| id.0))] {
        if let Some(number) = number {
            args.push(number.into());
            *text += &format!(" AND {column} = ${}", args.len());
        }
    }
}

/// Refused attempts of batch items from one time up to another (microseconds UTC), by quarter of an hour.
/// Ignores the range's dates.
pub async fn failures(
    tx: &mut Tx,
    by_account: bool,
    range: Range,
    from: i64,
    before: i64,
) -> Result<Vec<FailureCount>, StoreError> {
    let account = if by_account { "i.source" } else { "CAST(0 AS BIGINT)" };
    let items = by_account || range.account.is_some();
    let join = if items { " JOIN item i ON i.number = f.item" } else { "" };
    let mut text = format!(
        "SELECT {account}, b.asset, f.at / {QUARTER}, COUNT(*) FROM item_failure f
         JOIN batch b ON b.id = f.batch{join} WHERE f.code < 100 AND f.at >= $1 AND f.at < $2"
    );
    let mut args: Vec<Value> = vec![from.into(), before.into()];
    narrow(&mut text, &mut args, range, "b.asset", "i.source");
    text += &format!(" GROUP BY {}b.asset, f.at / {QUARTER}", if by_account { "i.source, " } else { "" });
    let rows = tx.fetch_text(text, args).await?;
    let read = |row: Row<'_>| {
        let (account, asset, (quarter, count)) = row.read()?;
        Ok(FailureCount { account, asset, quarter, count })
    };
    rows.iter().map(read).collect()
}
