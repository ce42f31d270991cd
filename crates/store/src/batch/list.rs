//! Lists of batches: by filter, sort and page.

use crate::args;
use crate::bulk::Sql;
use crate::error::StoreError;
use crate::listing::{CursorKey, Listing, Order, PageRequest, Window};
use crate::tx::Tx;
use crate::value::{Row, Value};
use domain::batch::{BatchState, BatchType};

pub(super) static IDS: Sql = Sql::new("SELECT COALESCE(MIN(id), 1), COALESCE(MAX(id), 0) FROM batch");
pub(super) static CREATED_AT: Sql =
    Sql::new("SELECT created_at FROM batch WHERE id <= $1 ORDER BY id DESC LIMIT 1");

/// Which batches a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchFilter {
    /// Only these states; empty: all.
    pub states: Vec<BatchState>,
    /// Only this type.
    pub kind: Option<BatchType>,
    /// Part of the name, ignoring case.
    pub text: Option<String>,
    /// Created at or after this time, microseconds UTC.
    pub from: Option<i64>,
    /// Created before this time.
    pub until: Option<i64>,
}

/// The sort order of a list. Ties are listed newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BatchSort {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// By name.
    Name,
    /// By name, descending.
    NameBackwards,
    /// Smallest total first, regardless of currency.
    Smallest,
    /// Largest total first.
    Largest,
}

impl BatchSort {
    /// Whether batches are listed in the order of their ids, forwards or backwards.
    #[must_use]
    pub const fn is_by_id(self) -> bool {
        matches!(self, Self::Newest | Self::Oldest)
    }

    /// The direction.
    #[must_use]
    pub const fn order(self) -> Order {
        match self {
            Self::Oldest | Self::Name | Self::Smallest => Order::Ascending,
            Self::Newest | Self::NameBackwards | Self::Largest => Order::Descending,
        }
    }

    const fn column(self) -> &'static str {
        match self {
            Self::Newest | Self::Oldest => "id",
            Self::Name | Self::NameBackwards => "name",
            Self::Smallest | Self::Largest => "total_amount",
        }
    }

    fn rank(self, row: Row<'_>) -> Result<CursorKey, StoreError> {
        let value = match self {
            Self::Name | Self::NameBackwards => row.text(0)?.into(),
            Self::Newest | Self::Oldest | Self::Smallest | Self::Largest => row.i64(0)?.into(),
        };
        Ok(CursorKey { value, key: row.i64(1)? })
    }
}

fn listing(filter: &BatchFilter) -> Listing {
    let mut listing = Listing::over("batch");
    listing.and("ready = ?", 1);
    if !filter.states.is_empty() {
        let numbers: Vec<_> = filter.states.iter().map(|state| state.number().to_string()).collect();
        listing.one_of("state", &numbers);
    }
    if let Some(part) = &filter.text {
        listing.contains(&["name"], part);
    }
    if let Some(kind) = filter.kind {
        listing.and("kind = ?", kind.number());
    }
    if let Some(from) = filter.from {
        listing.and("created_at >= ?", from);
    }
    if let Some(until) = filter.until {
        listing.and("created_at < ?", until);
    }
    listing
}

pub(crate) fn by_rank(filter: &BatchFilter, sort: BatchSort, slice: PageRequest) -> (String, Vec<Value>) {
    let columns = format!("{}, id", sort.column());
    let slice = PageRequest { order: sort.order(), ..slice };
    listing(filter).page_with_ties(&columns, (sort.column(), "id"), Order::Descending, slice)
}

/// What a page of batches is sorted by, with their ids; the order of the page is that of the list.
pub async fn ranks(
    tx: &mut Tx,
    filter: &BatchFilter,
    sort: BatchSort,
    slice: PageRequest,
) -> Result<Vec<CursorKey>, StoreError> {
    let (text, args) = by_rank(filter, sort, slice);
    tx.fetch_text(text, args).await?.iter().map(|row| sort.rank(row)).collect()
}

/// The number of batches in a list; with a bound, counting stops there.
pub async fn count(tx: &mut Tx, filter: &BatchFilter, most: Option<i64>) -> Result<i64, StoreError> {
    let (text, args) = listing(filter).count(most);
    tx.fetch_text(text, args).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// The same of those with ids in a window.
pub async fn count_within(
    tx: &mut Tx,
    filter: &BatchFilter,
    window: Window,
    most: i64,
) -> Result<i64, StoreError> {
    let mut listing = listing(filter);
    listing.within("id", window);
    let (text, args) = listing.count(Some(most));
    tx.fetch_text(text, args).await?.first().map_or(Ok(0), |row| row.i64(0))
}

/// The lowest and the highest id.
pub async fn ids(tx: &mut Tx) -> Result<(i64, i64), StoreError> {
    tx.fetch(&IDS, args![]).await?.first().map_or(Ok((1, 0)), |row| Ok((row.i64(0)?, row.i64(1)?)))
}

/// When the batch with this id, or the last one before it, was created, microseconds UTC.
pub async fn created_at(tx: &mut Tx, id: i64) -> Result<Option<i64>, StoreError> {
    tx.fetch(&CREATED_AT, args![id]).await?.first().map(|row| row.i64(0)).transpose()
}
