//! Batches, items and history for people: by filter, sort and page, with the names of what they refer to.

use super::find;
use crate::{Error, Service};
use domain::asset::Asset;
use domain::item::ItemState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::batch::{Batch, BatchFilter, BatchSort};
use store::batch_history::Event;
use store::item::{Item, ItemFilter};
use store::transfer::Transfer;

/// A batch with the names of what it refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// The batch.
    pub batch: Batch,
    /// Its currency.
    pub asset: Asset,
    /// Its single account's number.
    pub account: Option<String>,
}

/// Part of a list.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Rows at most.
    pub limit: i64,
    /// Rows before it.
    pub offset: i64,
}

/// An item with the names of its accounts and what settled it.
#[derive(Debug, Clone)]
pub struct DescribedItem {
    /// The item.
    pub item: Item,
    /// The paying account's number.
    pub source: String,
    /// The paid account's number.
    pub target: String,
    /// The transfer that settled it.
    pub transfer: Option<Transfer>,
}

/// Items of a batch.
#[derive(Debug, Clone)]
pub struct ItemList {
    /// The batch.
    pub batch: Described,
    /// The items.
    pub items: Vec<DescribedItem>,
    /// How many the whole list has.
    pub total: i64,
}

impl Service {
    /// A batch by its id or number, described.
    pub async fn batch_show(&self, name: &str) -> Result<Described, Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        described(&mut tx, batch).await
    }

    /// Batches by filter, sort and page, and how many there are in all.
    pub async fn batch_search(
        &self,
        filter: &BatchFilter,
        sort: BatchSort,
        part: Part,
    ) -> Result<(Vec<Described>, i64), Error> {
        let mut tx = self.store.read().await?;
        let total = store::batch::count(&mut tx, filter).await?;
        let batches = store::batch::list(&mut tx, filter, sort, part.limit, part.offset).await?;
        Ok((Self::describe(&mut tx, batches).await?, total))
    }

    /// How many batches a filter lets through.
    pub async fn batch_count(&self, filter: &BatchFilter) -> Result<i64, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::batch::count(&mut tx, filter).await?)
    }

    /// Items of a batch, of some states or of all, after a number.
    pub async fn batch_item_list(
        &self,
        name: &str,
        states: &[ItemState],
        after: Option<i64>,
        part: Part,
    ) -> Result<ItemList, Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        let first = batch.first_number - 1;
        let whole =
            ItemFilter { batch: batch.id, after: first, last: batch.last_number, states: states.to_vec() };
        let total = match counted(&batch, states) {
            Some(total) => total,
            None => store::item::count(&mut tx, &whole).await?,
        };
        let filter = ItemFilter { after: after.unwrap_or(first).max(first), ..whole };
        let items = store::item::list(&mut tx, &filter, part.limit, part.offset).await?;
        let items = describe_items(&mut tx, items).await?;
        Ok(ItemList { batch: described(&mut tx, batch).await?, items, total })
    }

    /// A page of a batch's history with the events' ids, and how long it is.
    pub async fn batch_history_page(
        &self,
        name: &str,
        part: Part,
    ) -> Result<(Batch, Vec<(i64, Event)>, i64), Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        let total = store::batch_history::count(&mut tx, batch.id).await?;
        let events = store::batch_history::page(&mut tx, batch.id, part.limit, part.offset).await?;
        Ok((batch, events, total))
    }

    pub(crate) async fn describe(tx: &mut Tx, batches: Vec<Batch>) -> Result<Vec<Described>, Error> {
        let assets: HashMap<_, Asset> =
            store::asset::all(tx).await?.into_iter().map(|asset| (asset.id, asset)).collect();
        let mut ids: Vec<i64> = batches.iter().filter_map(|batch| batch.account.map(|id| id.0)).collect();
        ids.sort_unstable();
        ids.dedup();
        let numbers: HashMap<i64, String> = store::account::numbers(tx, ids).await?.into_iter().collect();
        let one = |batch: Batch| {
            let account = batch.account.and_then(|id| numbers.get(&id.0).cloned());
            let asset = assets.get(&batch.asset).cloned();
            let asset = asset.ok_or_else(|| store::StoreError::Corrupt(format!("batch {}", batch.id)))?;
            Ok(Described { batch, asset, account })
        };
        batches.into_iter().map(one).collect()
    }
}

/// One batch, described.
pub(crate) async fn described(tx: &mut Tx, batch: Batch) -> Result<Described, Error> {
    let mut all = Service::describe(tx, vec![batch]).await?;
    all.pop().ok_or_else(|| Error::from(domain::code::Code::BatchNotFound))
}

pub(crate) async fn describe_items(tx: &mut Tx, items: Vec<Item>) -> Result<Vec<DescribedItem>, Error> {
    let mut ids: Vec<i64> = items.iter().flat_map(|item| [item.source.0, item.target.0]).collect();
    ids.sort_unstable();
    ids.dedup();
    let numbers: HashMap<i64, String> = store::account::numbers(tx, ids).await?.into_iter().collect();
    let settled = items.iter().filter(|item| item.state == ItemState::Completed).map(|item| item.number.0);
    let transfers = store::transfer::by_numbers(tx, settled.collect()).await?;
    let mut transfers: HashMap<i64, Transfer> = transfers.into_iter().map(|t| (t.number.0, t)).collect();
    let name = |id: i64| numbers.get(&id).cloned().unwrap_or_else(|| format!("#{id}"));
    let mut described = Vec::with_capacity(items.len());
    for item in items {
        let (source, target) = (name(item.source.0), name(item.target.0));
        let transfer = transfers.remove(&item.number.0);
        described.push(DescribedItem { item, source, target, transfer });
    }
    Ok(described)
}

/// What the batch's counters say of a list without looking at a million items.
fn counted(batch: &Batch, states: &[ItemState]) -> Option<i64> {
    let of = |state: &ItemState| match state {
        ItemState::Completed => Some(batch.tally.success_count),
        ItemState::Failed => Some(batch.tally.failed_count),
        ItemState::Skipped => Some(batch.tally.skipped_count),
        ItemState::Pending | ItemState::Processing | ItemState::Unknown => None,
    };
    if states.is_empty() { Some(batch.tally.total_count) } else { states.iter().map(of).sum() }
}
