//! Totals of what customers sent. By day and currency they are kept (`day_sum`, `failure_count`), so a report
//! costs what it shows. What one account sent is found by its history, if there is little of it, and in the
//! chunks that the history does not contain. Otherwise the transfers of all chunks that may contain any of
//! these days are summed, so a report costs what was sent on them.

use crate::bulk::{Named, named};
use crate::chunk::{self, SpanFilter};
use crate::day_sum::whole;
use crate::error::StoreError;
use crate::failure_count::{NOT_ATTEMPTED, QUARTER};
use crate::history;
use crate::listing::Window;
use crate::record::Field;
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Row, Value};
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

/// Chunks at most this many transfer numbers apart are scanned together.
const GAP: i64 = 1_000;
/// The most entries of an account that are looked up one by one.
const LOOKED_UP: i64 = 10_000;
/// Transfers whose first posting is not an entry of the payer's history.
pub(crate) const NOT_IN_HISTORY: &str = " AND NOT EXISTS (SELECT 1 FROM history h WHERE h.account = t.source
    AND h.value_date = t.value_date AND h.posting = t.first_posting)";

/// The statements of this noun are assembled from parts.
pub const CATALOGUE: &[Named] = named![];

/// The kinds of transfers by which customers send money.
const SENT: &str =
    sql!("(", [TransferKind::Single], ", ", [TransferKind::Item], ", ", [TransferKind::Withdrawal], ")");

/// Totals by group, currency and outcome: single transfers, withdrawals and settled items. A group may have
/// several totals.
pub async fn sums(tx: &mut Tx, group: Group, range: Range) -> Result<Vec<Sums>, StoreError> {
    let mut spans =
        SpanFilter { from_date: range.from, to_date: range.to, refused: 0, after_commit: i64::MAX };
    let (mut sums, mut and) = (Vec::new(), "");
    match range.account {
        None if group != Group::Account => return read(tx, kept(group, range)).await,
        Some(account) if is_looked_up(tx, account, range).await? => {
            sums = read(tx, looked_up(group, range, account)).await?;
            // Refused transfers have no entries.
            (spans.refused, spans.after_commit) = (1, history::mark(tx).await?);
            and = NOT_IN_HISTORY;
        }
        Some(_) | None => {}
    }
    let all = Window { first: 1, last: i64::MAX };
    for window in chunk::spans(tx, all, &spans, GAP).await? {
        sums.extend(read(tx, in_window(group, range, window, and)).await?);
    }
    Ok(sums)
}

/// Whether few enough of an account's entries are in the range.
async fn is_looked_up(tx: &mut Tx, account: AccountId, range: Range) -> Result<bool, StoreError> {
    let days = (range.from, range.to);
    Ok(history::count_between(tx, account, days, LOOKED_UP + 1).await? <= LOOKED_UP)
}

/// A text and its arguments.
type SumsQuery = (String, Vec<Value>);

/// Totals of what the history knows that an account sent: transfers whose first posting is an entry.
pub(crate) fn looked_up(group: Group, range: Range, account: AccountId) -> SumsQuery {
    let (key, by) = key(group);
    let mut args: Vec<Value> = vec![account.0.into(), range.from.into(), range.to.into()];
    let mut text = format!(
        "SELECT {key}, a.asset, t.status, COUNT(*),
                CAST(SUM(t.amount / 1000000000) AS BIGINT), CAST(SUM(t.amount % 1000000000) AS BIGINT),
                CAST(SUM(t.fee / 1000000000) AS BIGINT), CAST(SUM(t.fee % 1000000000) AS BIGINT)
         FROM history h JOIN posting p ON p.id = h.posting JOIN transfer t ON t.number = p.transfer
         JOIN account a ON a.id = t.source
         WHERE h.account = $1 AND h.value_date BETWEEN $2 AND $3
           AND t.source = h.account AND t.first_posting = h.posting AND t.kind IN {SENT}"
    );
    narrow(&mut text, &mut args, "a.asset", range.asset.map(|id| id.0));
    text += &format!(" GROUP BY {by}a.asset, t.status");
    (text, args)
}

/// The kept totals.
pub(crate) fn kept(group: Group, range: Range) -> SumsQuery {
    let (key, by) = if group == Group::Day { ("s.value_date", "s.value_date, ") } else { (NO_KEY, "") };
    let mut args: Vec<Value> = vec![range.from.into(), range.to.into()];
    let mut text = format!(
        "SELECT {key}, s.asset, s.status, CAST(SUM(s.transfers) AS BIGINT),
                CAST(SUM(s.amount_billions) AS BIGINT), CAST(SUM(s.amount_rest) AS BIGINT),
                CAST(SUM(s.fee_billions) AS BIGINT), CAST(SUM(s.fee_rest) AS BIGINT)
         FROM day_sum s WHERE s.kind IN {SENT} AND s.value_date BETWEEN $1 AND $2"
    );
    narrow(&mut text, &mut args, "s.asset", range.asset.map(|id| id.0));
    text += &format!(" GROUP BY {by}s.asset, s.status");
    (text, args)
}

/// What stands for the group without a breakdown.
const NO_KEY: &str = "CAST(0 AS BIGINT)";

/// The column of a group, as written after `SELECT` and after `GROUP BY`.
const fn key(group: Group) -> (&'static str, &'static str) {
    match group {
        Group::None => (NO_KEY, ""),
        Group::Day => ("t.value_date", "t.value_date, "),
        Group::Account => ("t.source", "t.source, "),
    }
}

/// Totals summed from the transfers in a window of numbers.
pub async fn scan(tx: &mut Tx, group: Group, range: Range, window: Window) -> Result<Vec<Sums>, StoreError> {
    read(tx, in_window(group, range, window, "")).await
}

/// The same, of transfers that meet one more condition.
pub(crate) fn in_window(group: Group, range: Range, window: Window, and: &str) -> SumsQuery {
    let (key, by) = key(group);
    let mut args: Vec<Value> =
        vec![window.first.into(), window.last.into(), range.from.into(), range.to.into()];
    // By payer first, so that each payer's currency is looked up once.
    let mut text = format!(
        "SELECT p.grouped_by, a.asset, p.status, p.transfers, CAST(p.amount_billions AS BIGINT),
                CAST(p.amount_rest AS BIGINT), CAST(p.fee_billions AS BIGINT), CAST(p.fee_rest AS BIGINT)
         FROM (SELECT {key} AS grouped_by, t.source, t.status, COUNT(*) AS transfers,
                      SUM(t.amount / 1000000000) AS amount_billions, SUM(t.amount % 1000000000) AS amount_rest,
                      SUM(t.fee / 1000000000) AS fee_billions, SUM(t.fee % 1000000000) AS fee_rest
               FROM transfer t
               WHERE t.number BETWEEN $1 AND $2 AND t.value_date BETWEEN $3 AND $4 AND t.kind IN {SENT}{and}"
    );
    narrow(&mut text, &mut args, "t.source", range.account.map(|id| id.0));
    let by = if group == Group::Day { by } else { "" };
    text += &format!(" GROUP BY {by}t.source, t.status) p JOIN account a ON a.id = p.source WHERE 1 = 1");
    narrow(&mut text, &mut args, "a.asset", range.asset.map(|id| id.0));
    (text, args)
}

async fn read(tx: &mut Tx, (text, args): SumsQuery) -> Result<Vec<Sums>, StoreError> {
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

fn narrow(text: &mut String, args: &mut Vec<Value>, column: &str, number: Option<i64>) {
    if let Some(number) = number {
        args.push(number.into());
        *text += &format!(" AND {column} = ${}", args.len());
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
    let is_kept = !by_account && range.account.is_none() && from % QUARTER == 0 && before % QUARTER == 0;
    if !is_kept {
        return scan_failures(tx, by_account, range, from, before).await;
    }
    let mut args: Vec<Value> = vec![(from / QUARTER).into(), (before / QUARTER).into()];
    let mut text = format!(
        "SELECT {NO_KEY}, c.asset, c.quarter, CAST(SUM(c.failures) AS BIGINT) FROM failure_count c
         WHERE c.quarter >= $1 AND c.quarter < $2"
    );
    narrow(&mut text, &mut args, "c.asset", range.asset.map(|id| id.0));
    text += " GROUP BY c.asset, c.quarter";
    read_failures(tx, text, args).await
}

/// The same, counted from the failed attempts themselves.
pub async fn scan_failures(
    tx: &mut Tx,
    by_account: bool,
    range: Range,
    from: i64,
    before: i64,
) -> Result<Vec<FailureCount>, StoreError> {
    let account = if by_account { "i.source" } else { NO_KEY };
    let items = by_account || range.account.is_some();
    let join = if items { " JOIN item i ON i.number = f.item" } else { "" };
    let mut text = format!(
        "SELECT {account}, b.asset, f.at / {QUARTER}, COUNT(*) FROM item_failure f
         JOIN batch b ON b.id = f.batch{join} WHERE f.code < {NOT_ATTEMPTED} AND f.at >= $1 AND f.at < $2"
    );
    let mut args: Vec<Value> = vec![from.into(), before.into()];
    narrow(&mut text, &mut args, "b.asset", range.asset.map(|id| id.0));
    narrow(&mut text, &mut args, "i.source", range.account.map(|id| id.0));
    text += &format!(" GROUP BY {}b.asset, f.at / {QUARTER}", if by_account { "i.source, " } else { "" });
    read_failures(tx, text, args).await
}

async fn read_failures(tx: &mut Tx, text: String, args: Vec<Value>) -> Result<Vec<FailureCount>, StoreError> {
    let rows = tx.fetch_text(text, args).await?;
    let read = |row: Row<'_>| {
        let (account, asset, (quarter, count)) = row.read()?;
        Ok(FailureCount { account, asset, quarter, count })
    };
    rows.iter().map(read).collect()
}
