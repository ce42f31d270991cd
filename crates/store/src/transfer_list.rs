//! Lists of transfers, newest first or in a chosen order: the numbers on a page. The usual page is a walk
//! down the primary key. Details are looked up afterwards, only for the transfers on the page.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::listing::{CursorKey, Listing, PageRequest};
use crate::transfer::Transfer;
use crate::tx::Tx;
use crate::value::{Row, Value};
use domain::id::{AccountId, AssetId};
use domain::transfer::{TransferKind, TransferStatus};

/// Which transfers a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransferFilter {
    /// Only transfers from or to this account.
    pub account: Option<AccountId>,
    /// Only completed transfers, or only refused ones.
    pub completed: Option<bool>,
    /// Only of this kind.
    pub kind: Option<TransferKind>,
    /// Only transfers between accounts of one holder, or only the others.
    pub internal: Option<bool>,
    /// Only transfers with this currency on either side.
    pub asset: Option<AssetId>,
    /// Only value dates on or after this one: days since 1970-01-01.
    pub from_date: Option<i64>,
    /// Only value dates on or before this one.
    pub to_date: Option<i64>,
    /// Part of the memo.
    pub text: Option<String>,
}

/// What a list of transfers is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TransferSort {
    /// By number, which increases with booking time.
    #[default]
    Number,
    /// By value date.
    ValueDate,
    /// By the amount in minor units.
    Amount,
}

impl TransferSort {
    pub(crate) const fn column(self) -> &'static str {
        match self {
            Self::Number => "t.number",
            Self::ValueDate => "t.value_date",
            Self::Amount => "t.amount",
        }
    }

    /// A transfer's cursor in a list with this sort order.
    #[must_use]
    pub fn place(self, transfer: &Transfer) -> CursorKey {
        let value = match self {
            Self::Number => transfer.number.0,
            Self::ValueDate => transfer.value_date,
            Self::Amount => transfer.amount,
        };
        CursorKey { value: value.into(), key: transfer.number.0 }
    }
}

/// Only the tables that the filter needs, so that a count reads nothing else.
fn tables(filter: &TransferFilter, transfers: &str) -> String {
    let mut tables = transfers.to_owned();
    if filter.asset.is_some() || filter.internal.is_some() {
        tables += " LEFT JOIN account s ON s.id = t.source LEFT JOIN account g ON g.id = t.target";
    }
    if filter.text.is_some() {
        tables += " LEFT JOIN item i ON i.number = t.number";
    }
    tables
}

pub(crate) fn listing(filter: &TransferFilter) -> Listing {
    listing_over("transfer t", filter)
}

fn listing_over(transfers: &str, filter: &TransferFilter) -> Listing {
    let mut listing = Listing::over(&tables(filter, transfers));
    if let Some(account) = filter.account {
        listing.and("(t.source = ? OR t.target = ?)", account.0);
    }
    if let Some(completed) = filter.completed {
        let status = if completed { TransferStatus::Completed } else { TransferStatus::Refused };
        listing.and("t.status = ?", status.number());
    }
    if let Some(kind) = filter.kind {
        listing.and("t.kind = ?", kind.number());
    }
    if let Some(internal) = filter.internal {
        // Both accounts have the same holder.
        let is_internal = "CASE WHEN s.holder = g.holder THEN 1 ELSE 0 END = ?";
        listing.and(is_internal, i64::from(internal));
    }
    if let Some(asset) = filter.asset {
        listing.and("(s.asset = ? OR g.asset = ?)", asset.0);
    }
    if let Some(day) = filter.from_date {
        listing.and("t.value_date >= ?", day);
    }
    if let Some(day) = filter.to_date {
        listing.and("t.value_date <= ?", day);
    }
    if let Some(part) = &filter.text {
        listing.contains(&["COALESCE(t.memo, i.memo)"], part);
    }
    listing
}

/// The numbers of a page of transfers, in a chosen order.
pub async fn page(
    tx: &mut Tx,
    filter: &TransferFilter,
    sort: TransferSort,
    slice: PageRequest,
) -> Result<Vec<i64>, StoreError> {
    let (text, args) = listing(filter).page("t.number", sort.column(), "t.number", slice);
    tx.fetch_text(text, args).await?.iter().map(|row| row.i64(0)).collect()
}

/// Amounts and numbers of a page of transfers, sorted by amount and then by number.
pub async fn amounts(
    tx: &mut Tx,
    filter: &TransferFilter,
    slice: PageRequest,
) -> Result<Vec<CursorKey>, StoreError> {
    let (text, args) = by_amount(filter, slice);
    tx.fetch_text(text, args).await?.iter().map(rank).collect()
}

pub(crate) fn by_amount(filter: &TransferFilter, slice: PageRequest) -> (String, Vec<Value>) {
    listing(filter).page("t.amount, t.number", TransferSort::Amount.column(), "t.number", slice)
}

/// Like [`page`], limited to what an account's history holds: each entry is looked up, so this is for
/// accounts with few. Transfers that were refused, or that the history does not hold yet, are missing.
pub async fn page_of_account(
    tx: &mut Tx,
    account: AccountId,
    filter: &TransferFilter,
    slice: PageRequest,
) -> Result<Vec<i64>, StoreError> {
    let (text, args) = of_account(account, filter, TransferSort::Number, slice);
    tx.fetch_text(text, args).await?.iter().map(|row| row.i64(0)).collect()
}

/// Like [`amounts`], limited like [`page_of_account`].
pub async fn amounts_of_account(
    tx: &mut Tx,
    account: AccountId,
    filter: &TransferFilter,
    slice: PageRequest,
) -> Result<Vec<CursorKey>, StoreError> {
    let (text, args) = of_account(account, filter, TransferSort::Amount, slice);
    tx.fetch_text(text, args).await?.iter().map(rank).collect()
}

fn rank(row: Row<'_>) -> Result<CursorKey, StoreError> {
    Ok(CursorKey { value: row.i64(0)?.into(), key: row.i64(1)? })
}

pub(crate) fn of_account(
    account: AccountId,
    filter: &TransferFilter,
    sort: TransferSort,
    slice: PageRequest,
) -> (String, Vec<Value>) {
    let tables = "history h JOIN posting p ON p.id = h.posting JOIN transfer t ON t.number = p.transfer";
    let mut listing = listing_over(tables, filter);
    listing.and("h.account = ?", account.0);
    // Entries are ordered by value date.
    if let Some(day) = filter.from_date {
        listing.and("h.value_date >= ?", day);
    }
    if let Some(day) = filter.to_date {
        listing.and("h.value_date <= ?", day);
    }
    let columns = match sort {
        TransferSort::Number => "DISTINCT t.number",
        TransferSort::ValueDate => "DISTINCT t.value_date, t.number",
        TransferSort::Amount => "DISTINCT t.amount, t.number",
    };
    listing.page(columns, sort.column(), "t.number", slice)
}

/// How many transfers match a filter; with a bound, counting stops there.
pub async fn count(tx: &mut Tx, filter: &TransferFilter, most: Option<i64>) -> Result<i64, StoreError> {
    let (text, args) = listing(filter).count(most);
    tx.fetch_text(text, args).await?.first().map_or(Ok(0), |row| row.i64(0))
}

static KEYS: Sql = Sql::new("SELECT COALESCE(MIN(number), 1), COALESCE(MAX(number), 0) FROM transfer");
static TIME: Sql = Sql::new("SELECT created_at FROM transfer WHERE number >= $1 ORDER BY number LIMIT 1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&KEYS, &TIME];

/// The lowest and the highest number.
pub async fn keys(tx: &mut Tx) -> Result<(i64, i64), StoreError> {
    tx.fetch(&KEYS, args![]).await?.first().map_or(Ok((1, 0)), |row| Ok((row.i64(0)?, row.i64(1)?)))
}

/// When the first transfer with this number or a higher one was booked, microseconds UTC.
pub async fn time(tx: &mut Tx, number: i64) -> Result<Option<i64>, StoreError> {
    tx.fetch(&TIME, args![number]).await?.first().map(|row| row.i64(0)).transpose()
}
