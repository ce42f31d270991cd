//! Lists of accounts in a chosen order.

use crate::account::{AccountView, TABLES};
use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::listing::{CursorKey, Listing, PageRequest, Window};
use crate::tx::Tx;
use crate::value::{Row, Value};
use domain::account::{AccountKind, AccountStatus};
use domain::id::{AccountId, AssetId, HolderId};

static IDS: Sql = Sql::new("SELECT COALESCE(MIN(id), 1), COALESCE(MAX(id), 0) FROM account");
static OPENED_AT: Sql = Sql::new("SELECT opened_at FROM account WHERE id <= $1 ORDER BY id DESC LIMIT 1");

/// The statements of this noun.
pub const CATALOGUE: &[Named] = named![&IDS, &OPENED_AT];

/// Which accounts a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Part of the number, or of the holder's name, e-mail address or uid.
    pub text: Option<String>,
    /// Only this currency.
    pub asset: Option<AssetId>,
    /// Only this status.
    pub status: Option<AccountStatus>,
    /// Include the ledger's own accounts.
    pub with_system: bool,
    /// Only with a holder of this e-mail address, lower case.
    pub email: Option<String>,
    /// Only with a holder of this uid.
    pub uid: Option<String>,
    /// Only of this holder.
    pub holder: Option<HolderId>,
    /// Only with at least this balance, in minor units.
    pub balance_min: Option<i64>,
    /// Only with at most this balance.
    pub balance_max: Option<i64>,
}

/// What a list of accounts is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AccountSort {
    /// By id.
    #[default]
    Id,
    /// By number.
    Number,
    /// By balance.
    Balance,
    /// By opening time.
    OpenedAt,
}

impl AccountSort {
    pub(crate) const fn column(self) -> &'static str {
        match self {
            Self::Id => "a.id",
            Self::Number => "a.number",
            Self::Balance => "b.balance",
            Self::OpenedAt => "a.opened_at",
        }
    }

    /// An account's cursor in a list with this sort order.
    #[must_use]
    pub fn place(self, account: &AccountView) -> CursorKey {
        let value = match self {
            Self::Id => account.id.0.into(),
            Self::Number => account.number.as_str().into(),
            Self::Balance => account.balance.into(),
            Self::OpenedAt => account.opened_at.into(),
        };
        CursorKey { value, key: account.id.0 }
    }

    fn rank(self, row: Row<'_>) -> Result<CursorKey, StoreError> {
        let value = match self {
            Self::Number => row.text(0)?.into(),
            Self::Id | Self::Balance | Self::OpenedAt => row.i64(0)?.into(),
        };
        Ok(CursorKey { value, key: row.i64(1)? })
    }
}

pub(crate) fn listing(filter: &AccountFilter) -> Listing {
    let mut listing = Listing::over(TABLES);
    if let Some(part) = &filter.text {
        listing.contains(&["a.number", "h.name", "h.email", "h.uid"], part);
    }
    if let Some(asset) = filter.asset {
        listing.and("a.asset = ?", asset.0);
    }
    if let Some(status) = filter.status {
        listing.and("a.status = ?", status.number());
    }
    if !filter.with_system {
        listing.and("a.kind = ?", AccountKind::Customer.number());
    }
    if let Some(email) = &filter.email {
        listing.and("h.email = ?", email.as_str());
    }
    if let Some(uid) = &filter.uid {
        listing.and("h.uid = ?", uid.as_str());
    }
    if let Some(holder) = filter.holder {
        listing.and("a.holder = ?", holder.0);
    }
    if let Some(least) = filter.balance_min {
        listing.and("b.balance >= ?", least);
    }
    if let Some(most) = filter.balance_max {
        listing.and("b.balance <= ?", most);
    }
    listing
}

/// A page of accounts in a chosen order.
pub async fn page(
    tx: &mut Tx,
    filter: &AccountFilter,
    sort: AccountSort,
    slice: PageRequest,
) -> Result<Vec<AccountView>, StoreError> {
    let (text, args) = listing(filter).page(AccountView::COLUMNS, sort.column(), "a.id", slice);
    tx.fetch_text(text, args).await?.iter().map(Row::read).collect()
}

/// How many accounts match a filter; with a bound, counting stops there.
pub async fn count(tx: &mut Tx, filter: &AccountFilter, most: Option<i64>) -> Result<i64, StoreError> {
    let (text, args) = listing(filter).count(most);
    tx.fetch_text(text, args).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// What a page of accounts is sorted by, with their ids.
pub async fn ranks(
    tx: &mut Tx,
    filter: &AccountFilter,
    sort: AccountSort,
    slice: PageRequest,
) -> Result<Vec<CursorKey>, StoreError> {
    let (text, args) = by_rank(filter, sort, slice);
    tx.fetch_text(text, args).await?.iter().map(|row| sort.rank(row)).collect()
}

pub(crate) fn by_rank(filter: &AccountFilter, sort: AccountSort, slice: PageRequest) -> (String, Vec<Value>) {
    let columns = format!("{}, a.id", sort.column());
    listing(filter).page(&columns, sort.column(), "a.id", slice)
}

/// How many accounts with ids in a window match a filter; counting stops at a bound.
pub async fn count_within(
    tx: &mut Tx,
    filter: &AccountFilter,
    window: Window,
    most: i64,
) -> Result<i64, StoreError> {
    let mut listing = listing(filter);
    listing.within("a.id", window);
    let (text, args) = listing.count(Some(most));
    tx.fetch_text(text, args).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// The ids of a page of accounts, ordered by id.
pub async fn page_of_ids(
    tx: &mut Tx,
    filter: &AccountFilter,
    slice: PageRequest,
) -> Result<Vec<i64>, StoreError> {
    let (text, args) = listing(filter).page("a.id", "a.id", "a.id", slice);
    tx.fetch_text(text, args).await?.iter().map(|row| row.i64(0)).collect()
}

/// The lowest and the highest id.
pub async fn ids(tx: &mut Tx) -> Result<(i64, i64), StoreError> {
    tx.fetch(&IDS, args![]).await?.first().map_or(Ok((1, 0)), |row| Ok((row.i64(0)?, row.i64(1)?)))
}

/// When the account with this id, or the last one before it, was opened.
pub async fn opened_at(tx: &mut Tx, id: AccountId) -> Result<Option<i64>, StoreError> {
    tx.fetch(&OPENED_AT, args![id.0]).await?.first().map(|row| row.i64(0)).transpose()
}
