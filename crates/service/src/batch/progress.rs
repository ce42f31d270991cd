//! The progress of batches, read from their counters (ADR 14).

use super::lookup::find;
use crate::{Error, Service};
use domain::batch_ref::BatchRef;
use domain::id::{AccountId, TransferId};
use domain::item::ItemState;
use std::collections::{HashMap, HashSet};
use store::Tx;
use store::batch::Batch;
use store::item::Item;

/// The progress of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchProgress {
    /// The batch, with its counters.
    pub batch: Batch,
    /// The item that was decided last; none if unknown.
    pub current: Option<DecidedItem>,
    /// Decimal places of the batch's currency.
    pub scale: u8,
    /// The ledger's last commit when this was read. Commit numbers increase across all nodes, so of two
    /// answers the one with the greater number is newer.
    pub seq: i64,
}

/// A decided item with its account numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedItem {
    /// The item.
    pub item: Item,
    /// The payer's account number.
    pub source: String,
    /// The payee's account number.
    pub target: String,
}

/// The progress of a batch, by id or number.
pub async fn progress(service: &Service, batch: BatchRef) -> Result<BatchProgress, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let seq = store::head::get(&mut tx).await?.commit_number;
    let mut all = complete(&mut tx, vec![batch], seq).await?;
    all.pop().ok_or_else(|| domain::code::Code::BatchNotFound.into())
}

/// The progress of several batches; missing ones are omitted. None if nothing was committed after
/// `since`: then only one row is read, however many batches are requested.
pub async fn progress_since(
    service: &Service,
    ids: Vec<i64>,
    since: i64,
) -> Result<Option<Vec<BatchProgress>>, Error> {
    let mut tx = service.store.read().await?;
    let seq = store::head::get(&mut tx).await?.commit_number;
    if seq <= since {
        return Ok(None);
    }
    let batches = store::batch::by_ids(&mut tx, ids).await?;
    Ok(Some(complete(&mut tx, batches, seq).await?))
}

/// Adds what the counters do not hold. Everything is read from one snapshot.
async fn complete(tx: &mut Tx, batches: Vec<Batch>, seq: i64) -> Result<Vec<BatchProgress>, Error> {
    let mut current = last_decided(tx, &batches).await?;
    let assets = store::asset::all(tx).await?;
    let scale = |batch: &Batch| assets.iter().find(|asset| asset.id == batch.asset).map_or(0, |a| a.scale);
    let complete = |batch: Batch| BatchProgress {
        scale: scale(&batch),
        current: candidate(&batch).and_then(|number| current.remove(&number)),
        seq,
        batch,
    };
    Ok(batches.into_iter().map(complete).collect())
}

/// The number of the item that was decided last, as far as the counters show: items are decided in number
/// order, except those that are retried.
fn candidate(batch: &Batch) -> Option<TransferId> {
    let decided = batch.tally.total_count - batch.tally.open_count();
    let number = batch.first_number + decided - 1;
    (batch.state.has_begun() && decided > 0 && number <= batch.last_number).then_some(TransferId(number))
}

/// The candidates that belong to their batch and are decided.
async fn last_decided(tx: &mut Tx, batches: &[Batch]) -> Result<HashMap<TransferId, DecidedItem>, Error> {
    let wanted: HashSet<(i64, i64)> =
        batches.iter().filter_map(|batch| Some((candidate(batch)?.0, batch.id.0))).collect();
    let mut numbers: Vec<i64> = wanted.iter().map(|(number, _)| *number).collect();
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    numbers.sort_unstable();
    let states = store::item::states(tx, numbers).await?;
    let is_decided = |state| matches!(state, ItemState::Completed | ItemState::Failed | ItemState::Skipped);
    let decided = states
        .into_iter()
        .filter(|(number, batch, state)| is_decided(*state) && wanted.contains(&(*number, *batch)));
    let items = store::item::by_numbers(tx, decided.map(|(number, ..)| number).collect()).await?;
    let mut accounts: Vec<i64> = items.iter().flat_map(|item| [item.source.0, item.target.0]).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let names: HashMap<i64, String> = store::account::numbers(tx, accounts).await?.into_iter().collect();
    let name = |account: AccountId| names.get(&account.0).cloned().unwrap_or_else(|| format!("#{account}"));
    let named = |item: Item| DecidedItem { source: name(item.source), target: name(item.target), item };
    Ok(items.into_iter().map(|item| (item.number, named(item))).collect())
}
