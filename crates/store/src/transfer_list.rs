//! Lists of transfers, newest first or as people sort them. The usual page is a walk down the primary key; all
//! other tables hang on it by theirs.

use crate::error::StoreError;
use crate::listing::{Listing, Place, Slice};
use crate::transfer::{self, Transfer};
use crate::tx::Tx;
use crate::value::Row;
use domain::id::{AccountId, AssetId};
use domain::transfer::TransferKind;

/// Which transfers a list shows.
#[derive(Debug, Clone, Default)]
pub struct TransferFilter {
    /// Only those that this account paid or was paid.
    pub account: Option<AccountId>,
    /// Only carried out ones, or only refused ones.
    pub completed: Option<bool>,
    /// Only of this kind.
    pub kind: Option<TransferKind>,
    /// Only those with this currency on one of their sides.
    pub asset: Option<AssetId>,
    /// Only from this value date on: days since 1970-01-01.
    pub from_date: Option<i64>,
    /// Only up to this value date.
    pub to_date: Option<i64>,
    /// Part of the memo.
    pub text: Option<String>,
}

/// What a list of transfers is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TransferSort {
    /// By number, which rises with the time of booking.
    #[default]
    Number,
    /// By value date.
    ValueDate,
    /// By the amount in minor units.
    Amount,
}

impl TransferSort {
    const fn column(self) -> &'static str {
        match self {
            Self::Number => "t.number",
            Self::ValueDate => "t.value_date",
            Self::Amount => "t.amount",
        }
    }

    /// Where a transfer stands in a list that is sorted so.
    #[must_use]
    pub fn place(self, transfer: &Transfer) -> Place {
        let value = match self {
            Self::Number => transfer.number.0,
            Self::ValueDate => transfer.value_date,
            Self::Amount => transfer.amount,
        };
        Place { value: value.into(), key: transfer.number.0 }
    }
}

/// A side of a transfer in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSide {
    /// The account's number.
    pub number: String,
    /// Its currency.
    pub asset: AssetId,
    /// Its owner.
    pub holder: Option<i64>,
}

/// A transfer in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// As it is stored; with its item's memo if it has none of its own.
    pub transfer: Transfer,
    /// Who paid; none if the ledger knows no such account.
    pub source: Option<ListedSide>,
    /// Who was paid.
    pub target: Option<ListedSide>,
}

const COLUMNS: &str = "t.number, t.kind, t.code, t.source, t.target, t.amount, t.fee, t.first_posting,
    t.posting_count, t.value_date, t.created_at, COALESCE(t.memo, i.memo), s.number, s.asset, s.holder,
    g.number, g.asset, g.holder";
const TABLES: &str =
    "transfer t LEFT JOIN account s ON s.id = t.source LEFT JOIN account g ON g.id = t.target
    LEFT JOIN item i ON i.number = t.number";

fn listing(filter: &TransferFilter) -> Listing {
    let mut listing = Listing::over(TABLES);
    if let Some(account) = filter.account {
        listing.and("(t.source = ? OR t.target = ?)", account.0);
    }
    if let Some(completed) = filter.completed {
        listing.and("t.status = ?", if completed { 1_i64 } else { 2 });
    }
    if let Some(kind) = filter.kind {
        listing.and("t.kind = ?", kind.number());
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

fn side(row: &Row<'_>, place: usize) -> Result<Option<ListedSide>, StoreError> {
    match (row.opt_text(place)?, row.opt_i64(place + 1)?) {
        (Some(number), Some(asset)) => {
            Ok(Some(ListedSide { number, asset: AssetId(asset), holder: row.opt_i64(place + 2)? }))
        }
        _ => Ok(None),
    }
}

/// A part of the transfers in an order of choice.
pub async fn page(
    tx: &mut Tx,
    filter: &TransferFilter,
    sort: TransferSort,
    slice: Slice,
) -> Result<Vec<Listed>, StoreError> {
    let (text, args) = listing(filter).page(COLUMNS, sort.column(), "t.number", slice);
    let rows = tx.fetch_text(text, args).await?;
    let listed = |row: Row<'_>| {
        Ok(Listed { transfer: transfer::read(row)?, source: side(&row, 12)?, target: side(&row, 15)? })
    };
    rows.iter().map(listed).collect()
}

/// How many transfers a filter lets through.
pub async fn count(tx: &mut Tx, filter: &TransferFilter) -> Result<i64, StoreError> {
    let (text, args) = listing(filter).count();
    tx.fetch_text(text, args).await?.first().map_or(Ok(0), |row| row.i64(0))
}
