//! Batches and items with the names of what they refer to.

use crate::Error;
use domain::asset::Asset;
use domain::batch::ContactType;
use domain::id::{AssetId, BatchId, TransferId};
use domain::item::ItemState;
use hashbrown::HashMap;
use store::Tx;
use store::batch::Batch;
use store::batch_rate::KeptRate;
use store::item::Item;
use store::transfer::Transfer;

/// A batch with the names of what it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The batch.
    pub batch: Batch,
    /// Its currency.
    pub asset: Asset,
    /// Its single account's number.
    pub account: Option<String>,
    /// The rates that it keeps.
    pub rates: Vec<DescribedRate>,
}

/// A rate that a batch keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedRate {
    /// The payer's currency.
    pub source: String,
    /// The payee's currency.
    pub target: String,
    /// Major units of the target per major unit of the source.
    pub rate: String,
    /// When the batch took it, microseconds UTC.
    pub kept_at: i64,
}

/// An item with the names of its accounts and what settled it.
#[derive(Debug, Clone)]
pub struct DescribedItem {
    /// The item.
    pub item: Item,
    /// The payer's account number.
    pub source: String,
    /// The payee's account number.
    pub target: String,
    /// The name of the payer's holder; none for the ledger's own accounts.
    pub source_holder: Option<String>,
    /// The name of the payee's holder.
    pub target_holder: Option<String>,
    /// The transfer that settled it.
    pub transfer: Option<Transfer>,
    /// How the row named its own side, if not by the account number.
    pub contact: Option<(ContactType, String)>,
    /// When it was added to the batch, microseconds UTC; none if it was created with the batch.
    pub created_at: Option<i64>,
    /// When it was last paid, refused, retried or skipped; none if never.
    pub updated_at: Option<i64>,
}

/// Batches, described, in the same order.
pub(crate) async fn describe(tx: &mut Tx, batches: Vec<Batch>) -> Result<Vec<Described>, Error> {
    let assets: HashMap<_, Asset> =
        store::asset::all(tx).await?.into_iter().map(|asset| (asset.id, asset)).collect();
    let mut ids: Vec<i64> = batches.iter().filter_map(|batch| batch.account.map(|id| id.0)).collect();
    ids.sort_unstable();
    ids.dedup();
    let numbers: HashMap<i64, String> = store::account::numbers(tx, ids).await?.into_iter().collect();
    let mut rates = kept_rates(tx, &batches, &assets).await?;
    let one = |batch: Batch| {
        let rates = rates.remove(&batch.id).unwrap_or_default();
        let account = batch.account.and_then(|id| numbers.get(&id.0).cloned());
        let asset = assets.get(&batch.asset).cloned();
        let asset = asset.ok_or_else(|| store::StoreError::Corrupt(format!("batch {}", batch.id)))?;
        Ok(Described { batch, asset, account, rates })
    };
    batches.into_iter().map(one).collect()
}

/// The rates kept by the batches that convert.
async fn kept_rates(
    tx: &mut Tx,
    batches: &[Batch],
    assets: &HashMap<AssetId, Asset>,
) -> Result<HashMap<BatchId, Vec<DescribedRate>>, Error> {
    let mut ids: Vec<i64> = batches.iter().filter(|batch| batch.convert).map(|batch| batch.id.0).collect();
    let mut rates: HashMap<BatchId, Vec<DescribedRate>> = HashMap::new();
    if ids.is_empty() {
        return Ok(rates);
    }
    ids.sort_unstable();
    ids.dedup();
    let code = |id: AssetId| assets.get(&id).map_or_else(String::new, |asset| asset.code.clone());
    for KeptRate { batch, rate, kept_at } in store::batch_rate::of_many(tx, ids).await? {
        let (source, target) = (code(rate.source), code(rate.target));
        rates.entry(batch).or_default().push(DescribedRate { source, target, rate: rate.rate, kept_at });
    }
    Ok(rates)
}

/// One batch, described.
pub(crate) async fn described(tx: &mut Tx, batch: Batch) -> Result<Described, Error> {
    let mut all = describe(tx, vec![batch]).await?;
    all.pop().ok_or_else(|| Error::from(domain::code::Code::BatchNotFound))
}

/// Items, described, in the same order.
pub(crate) async fn describe_items(tx: &mut Tx, mut items: Vec<Item>) -> Result<Vec<DescribedItem>, Error> {
    if items.iter().any(|item| item.number.0 != 0) {
        store::external_id::fill(tx, &mut items).await?;
    }
    let mut ids: Vec<i64> = items.iter().flat_map(|item| [item.source.0, item.target.0]).collect();
    ids.sort_unstable();
    ids.dedup();
    let owners = store::account::owners(tx, ids).await?;
    let owners: HashMap<i64, (String, Option<String>)> =
        owners.into_iter().map(|(id, number, holder)| (id, (number, holder))).collect();
    let settled = items.iter().filter(|item| item.state == ItemState::Completed).map(|item| item.number.0);
    let transfers = store::transfer::by_numbers(tx, settled.collect()).await?;
    let mut transfers: HashMap<i64, Transfer> = transfers.into_iter().map(|t| (t.number.0, t)).collect();
    let written = store::item_contact::by_items(tx, items.iter().map(|item| item.number.0).collect()).await?;
    let mut contacts: HashMap<TransferId, (ContactType, String)> =
        written.into_iter().map(|(item, kind, text)| (item, (kind, text))).collect();
    let owner = |id: i64| owners.get(&id).cloned().unwrap_or_else(|| (format!("#{id}"), None));
    let mut described = Vec::with_capacity(items.len());
    for item in items {
        let (source, source_holder) = owner(item.source.0);
        let (target, target_holder) = owner(item.target.0);
        let (transfer, contact) = (transfers.remove(&item.number.0), contacts.remove(&item.number));
        let (created_at, updated_at) = (None, transfer.as_ref().map(|transfer| transfer.created_at));
        described.push(DescribedItem {
            item,
            source,
            target,
            source_holder,
            target_holder,
            transfer,
            contact,
            created_at,
            updated_at,
        });
    }
    Ok(described)
}

/// Derives when items were added and when they last changed from the batch's history and the failed attempts,
/// so that nothing has to be stored for it. An edit's line in the history names the first item that it added.
pub(crate) async fn tell_times(
    tx: &mut Tx,
    batch: BatchId,
    items: &mut [DescribedItem],
) -> Result<(), Error> {
    let Some(last) = items.last().map(|item| item.item.number.0) else { return Ok(()) };
    let events = store::batch_history::of_items(tx, batch, last).await?;
    let failed = items.iter().filter(|item| item.item.state == ItemState::Failed);
    let failed = failed.map(|item| item.item.number.0).collect();
    let failures: HashMap<i64, i64> = store::item::failed_at(tx, failed).await?.into_iter().collect();
    let (edits, others): (Vec<_>, Vec<_>) = events.into_iter().partition(|event| event.is_edit);
    let mut moved: HashMap<i64, i64> = HashMap::new();
    for event in others {
        moved.insert(event.item, event.at);
    }
    for item in items {
        let number = item.item.number.0;
        let known = [moved.get(&number).copied(), failures.get(&number).copied(), item.updated_at];
        item.updated_at = known.into_iter().flatten().max();
        item.created_at = edits.iter().filter(|edit| edit.item <= number).map(|edit| edit.at).max();
    }
    Ok(())
}
