//! Lists of batches, items and history: filtered, sorted and paged, with the names of what they refer to.

use super::described::{Described, DescribedItem, describe, describe_items, described, tell_times};
use super::lookup::find;
use crate::{Error, Service};
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::item::ItemState;
use store::Tx;
use store::batch::{Batch, BatchFilter, BatchSort};
use store::batch_history::Event;
use store::import_problem::ImportProblem;
use store::item::ItemFilter;

/// A page of a list.
#[derive(Debug, Clone, Copy)]
pub struct OffsetPage {
    /// Maximum number of rows.
    pub limit: i64,
    /// Rows to skip.
    pub offset: i64,
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

/// Batches by filter, sort and page, and the total.
pub async fn search(
    service: &Service,
    filter: &BatchFilter,
    sort: BatchSort,
    part: OffsetPage,
) -> Result<(Vec<Described>, i64), Error> {
    crate::date::check_range(filter.from, filter.until)?;
    let mut tx = service.store.read().await?;
    let total = store::batch::count(&mut tx, filter).await?;
    let batches = store::batch::list(&mut tx, filter, sort, part.limit, part.offset).await?;
    Ok((describe(&mut tx, batches).await?, total))
}

/// How many batches match a filter.
pub async fn count(service: &Service, filter: &BatchFilter) -> Result<i64, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::batch::count(&mut tx, filter).await?)
}

/// Which items of a batch a list shows.
#[derive(Debug, Clone, Default)]
pub struct ItemQuery {
    /// Only these states; empty: all.
    pub states: Vec<ItemState>,
    /// Only failed items with this code.
    pub code: Option<Code>,
    /// After this number.
    pub after: Option<i64>,
    /// From the item on this line on, or the first behind it.
    pub from_line: Option<i64>,
}

/// Items of a batch after a number, in the given states or in any.
pub async fn item_list(
    service: &Service,
    batch: BatchRef,
    states: &[ItemState],
    after: Option<i64>,
    part: OffsetPage,
) -> Result<ItemList, Error> {
    let query = ItemQuery { states: states.to_vec(), after, ..ItemQuery::default() };
    item_search(service, batch, &query, part).await
}

/// The items of a batch that match a query.
pub async fn item_search(
    service: &Service,
    batch: BatchRef,
    query: &ItemQuery,
    part: OffsetPage,
) -> Result<ItemList, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    item_list_in(&mut tx, batch, query, part).await
}

/// The same for a batch that was read in this transaction.
pub(crate) async fn item_list_in(
    tx: &mut Tx,
    batch: Batch,
    query: &ItemQuery,
    part: OffsetPage,
) -> Result<ItemList, Error> {
    let first = batch.first_number - 1;
    let (last, states, codes) = (batch.last_number, query.states.clone(), query.code.into_iter().collect());
    let whole = ItemFilter { batch: batch.id, after: first, last, states, codes };
    let total = match query.code {
        Some(_) => store::item::count(tx, &whole).await?,
        None => counted(&batch, &query.states),
    };
    let from = match query.from_line {
        // Behind the last line there is nothing.
        Some(line) => store::item::from_line(tx, batch.id, line).await?.map_or(last, |number| number - 1),
        None => first,
    };
    let filter = ItemFilter { after: query.after.unwrap_or(first).max(first).max(from), ..whole };
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
