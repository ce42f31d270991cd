//! Lists of batches, items and history: filtered, sorted and paged, with the names of what they refer to.

use super::described::{Described, DescribedItem, describe, describe_items, described, tell_times};
use super::lookup::find;
use crate::listing::{Counting, Total};
use crate::place::{NextPage, SearchPlace};
use crate::ranked::{self, RankedList, RankedRequest, RankedResult, Ranking};
use crate::search::{Search, SearchLimits, SearchScope};
use crate::{Error, Service};
use domain::batch_ref::BatchRef;
use domain::item::ItemState;
use store::Tx;
use store::batch::{Batch, BatchFilter, BatchSort};
use store::batch_history::Event;
use store::import_problem::ImportProblem;
use store::item::ItemFilter;
use store::listing::{CursorKey, Order, PageRequest, Window};

/// A page of a list.
#[derive(Debug, Clone, Copy)]
pub struct OffsetPage {
    /// Maximum number of rows.
    pub limit: i64,
    /// Rows to skip.
    pub offset: i64,
}

/// A query for a list of batches.
#[derive(Debug, Clone, Default)]
pub struct BatchQuery {
    /// The filter.
    pub filter: BatchFilter,
    /// The sort order.
    pub sort: BatchSort,
    /// Which page is wanted; its order is that of `sort`.
    pub slice: PageRequest,
    /// The unfinished search for that page, if one is continued.
    pub resumed: Option<SearchPlace>,
    /// Whether to count the whole list.
    pub counting: Counting,
}

/// A page of a list of batches.
#[derive(Debug, Clone)]
pub struct BatchPage {
    /// The batches.
    pub batches: Vec<Described>,
    /// The total, if it was counted.
    pub total: Option<Total>,
    /// Where the next page begins; none on the last page.
    pub next: Option<NextPage>,
    /// Creation time of the last batch a search reached before its budget ran out, microseconds UTC; none if it
    /// reached the end of the list or filled the page.
    pub searched_until: Option<i64>,
}

impl BatchPage {
    /// The page of a list that must be empty.
    #[must_use]
    pub fn empty(counting: Counting) -> Self {
        let total = (counting != Counting::No).then_some(Total { rows: 0, is_least: false });
        Self { batches: Vec::new(), total, next: None, searched_until: None }
    }
}

/// Items of a batch.
#[derive(Debug, Clone)]
pub struct ItemList {
    /// The batch.
    pub batch: Described,
    /// The items.
    pub items: Vec<DescribedItem>,
    /// The length of the whole list.
    pub total: i64,
}

/// A batch by its id or number, described.
pub async fn show(service: &Service, batch: BatchRef) -> Result<Described, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    described(&mut tx, batch).await
}

/// A page of the list of batches, searched within the time budget: along the ids, or, sorted by something else, all of
/// them for the ones that come first.
pub async fn search(service: &Service, query: &BatchQuery) -> Result<BatchPage, Error> {
    let limits = service.search_limits();
    let BatchQuery { filter, sort, counting, .. } = query;
    crate::date::check_range(filter.from, filter.until)?;
    let mut tx = service.store.read().await?;
    let mut found = match sort.is_by_id() {
        true => searched(&mut tx, query, limits).await?,
        false => ranked(&mut tx, query, limits).await?,
    };
    if *counting == Counting::Whole {
        let rows = store::batch::count(&mut tx, filter, None).await?;
        found.total = Some(Total { rows, is_least: false });
    }
    let searched_until = match found.until {
        Some(id) => store::batch::created_at(&mut tx, id).await?,
        None => None,
    };
    let batches = store::batch::by_ids(&mut tx, found.keys).await?;
    let batches = describe(&mut tx, batches).await?;
    Ok(BatchPage { batches, total: found.total, next: found.next, searched_until })
}

/// What is counted while searching: a whole count is made by itself.
fn counting(query: &BatchQuery) -> Counting {
    if query.counting == Counting::Whole { Counting::No } else { query.counting }
}

async fn searched(tx: &mut Tx, query: &BatchQuery, limits: SearchLimits<'_>) -> Result<RankedResult, Error> {
    let slice = PageRequest { order: query.sort.order(), ..query.slice.clone() };
    let scope = SearchScope::whole(store::batch::ids(tx).await?);
    let mut search = Search::new(&slice, counting(query), scope, limits);
    while let Some(scan) = search.next().await {
        let rows = store::batch::ranks(tx, &query.filter, query.sort, scan.slice()).await?;
        search.found(scan, rows.iter().map(|row| row.key).collect());
    }
    Ok(search.result().into())
}

/// Batches by what no index keeps.
struct RankedBatches<'a>(&'a BatchQuery);

impl RankedList for RankedBatches<'_> {
    async fn rows(&self, tx: &mut Tx, slice: PageRequest) -> Result<Vec<CursorKey>, Error> {
        Ok(store::batch::ranks(tx, &self.0.filter, self.0.sort, slice).await?)
    }

    async fn count(&self, tx: &mut Tx, window: Window, most: i64) -> Result<i64, Error> {
        Ok(store::batch::count_within(tx, &self.0.filter, window, most).await?)
    }
}

async fn ranked(tx: &mut Tx, query: &BatchQuery, limits: SearchLimits<'_>) -> Result<RankedResult, Error> {
    let request = RankedRequest {
        slice: &query.slice,
        resumed: query.resumed.as_ref(),
        // Among equals the newest comes first.
        ranking: Ranking { values: query.sort.order(), ties: Order::Descending },
        counting: counting(query),
        keys: store::batch::ids(tx).await?,
    };
    ranked::search(tx, &RankedBatches(query), request, limits).await
}

/// Items of a batch after a number, in the given states or in any.
pub async fn item_list(
    service: &Service,
    batch: BatchRef,
    states: &[ItemState],
    after: Option<i64>,
    part: OffsetPage,
) -> Result<ItemList, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    item_list_in(&mut tx, batch, states, after, part).await
}

/// The same for a batch that was read in this transaction.
pub(crate) async fn item_list_in(
    tx: &mut Tx,
    batch: Batch,
    states: &[ItemState],
    after: Option<i64>,
    part: OffsetPage,
) -> Result<ItemList, Error> {
    let first = batch.first_number - 1;
    let (last, states_wanted) = (batch.last_number, states.to_vec());
    let whole = ItemFilter { batch: batch.id, after: first, last, states: states_wanted, codes: Vec::new() };
    let total = counted(&batch, states);
    let filter = ItemFilter { after: after.unwrap_or(first).max(first), ..whole };
    let items = store::item::list(tx, &filter, part.limit, part.offset).await?;
    let mut items = describe_items(tx, items).await?;
    tell_times(tx, batch.id, &mut items).await?;
    Ok(ItemList { batch: described(tx, batch).await?, items, total })
}

/// A page of a batch's history with the event ids, in order, and its total length.
pub async fn history(
    service: &Service,
    batch: BatchRef,
    part: OffsetPage,
) -> Result<(Batch, Vec<(i64, Event)>, i64), Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let total = store::batch_history::count(&mut tx, batch.id).await?;
    let events = store::batch_history::page(&mut tx, batch.id, part.limit, part.offset).await?;
    Ok((batch, events, total))
}

/// The problems of a batch's refused rows, in line order.
pub async fn problems(service: &Service, batch: BatchRef, limit: i64) -> Result<Vec<ImportProblem>, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    Ok(store::import_problem::list(&mut tx, batch.id, limit).await?)
}

/// The length of a list from the batch's counters, without reading a million items.
fn counted(batch: &Batch, states: &[ItemState]) -> i64 {
    let listed = |state: &ItemState| states.is_empty() || states.contains(state);
    ItemState::ALL.into_iter().filter(listed).map(|state| batch.tally.count_in(state)).sum()
}
