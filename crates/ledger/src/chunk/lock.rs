//! What a chunk reads before it is decided, in the order that all writers lock: operation ids, leases,
//! batches, accounts.

use super::requests::ChunkRequests;
use crate::context::Context;
use crate::rates::Rates;
use crate::request::{Outcome, Party, Slice, SliceOutcome};
use domain::batch::{BatchIntent, BatchState};
use domain::id::{BatchId, TransferId};
use hashbrown::HashMap;
use store::batch::Batch;
use store::operation::Operation;
use store::transfer::Transfer;
use store::{StoreError, Tx};

/// The cached context, loaded again if it is no longer valid.
pub(super) async fn refresh<'a>(
    tx: &mut Tx,
    node: &str,
    context: &'a mut Option<Context>,
) -> Result<&'a Context, StoreError> {
    let version = store::head::policy_version(tx).await?;
    let fresh = match context.take() {
        Some(context) if context.policies.version == version => context,
        _ => Context::load(tx, node).await?,
    };
    Ok(context.insert(fresh))
}

/// Claims the operation ids of this chunk and returns the stored answers of those that were claimed earlier.
/// If another transaction is claiming an id, this one waits for it.
pub(super) async fn known_operations(
    tx: &mut Tx,
    wanted: Vec<Operation>,
    now: i64,
) -> Result<HashMap<String, (String, Outcome)>, StoreError> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    store::operation::reserve(tx, &wanted, now).await.map(|_| ())?;
    let found = store::operation::find(tx, wanted.iter().map(|o| o.id.clone()).collect()).await?;
    let mut operations = found;
    operations.retain(|found| {
        wanted.binary_search_by(|own| own.id.cmp(&found.id)).ok().and_then(|at| wanted.get(at)) != Some(found)
    });
    let numbers = operations.iter().map(|o| o.transfer).collect();
    let transfers = store::transfer::by_numbers(tx, numbers).await?;
    let by_number: HashMap<i64, &Transfer> = transfers.iter().map(|t| (t.number.0, t)).collect();
    let answer = |operation: &Operation| {
        let transfer = by_number.get(&operation.transfer);
        Outcome {
            transfer: Some(TransferId(operation.transfer)),
            code: transfer.and_then(|t| t.code),
            fee: transfer.map_or(0, |t| t.fee),
            replayed: true,
            written: None,
        }
    };
    Ok(operations.into_iter().map(|o| (o.id.clone(), (o.fingerprint.clone(), answer(&o)))).collect())
}

/// Locks leases and batches in id order and decides which slices may be executed, in the order of the slices.
pub(super) async fn check_slices(
    tx: &mut Tx,
    requests: &ChunkRequests,
) -> Result<Vec<Result<Batch, SliceOutcome>>, StoreError> {
    let mut ids: Vec<i64> = requests.slices().map(|slice| slice.batch.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let leases = store::lease::lock(tx, ids.clone()).await?;
    let batches = store::batch::lock_many(tx, ids).await?;
    let check = |slice: &Slice| {
        let lease = leases.iter().find(|(batch, _)| *batch == slice.batch);
        let batch = batches.iter().find(|batch| batch.id == slice.batch);
        match (lease, batch) {
            (Some((_, epoch)), Some(batch)) if *epoch == slice.epoch => {
                let continues = batch.state == BatchState::Processing && batch.intent == BatchIntent::Run;
                if continues { Ok(batch.clone()) } else { Err(SliceOutcome::Halted) }
            }
            _ => Err(SliceOutcome::Fenced),
        }
    };
    Ok(requests.slices().map(check).collect())
}

/// The rates of batches with kept rates; the others are converted at the stored rates.
pub(super) async fn kept_rates(
    tx: &mut Tx,
    context: &Context,
    slices: &[Result<Batch, SliceOutcome>],
) -> Result<HashMap<BatchId, Rates>, StoreError> {
    let keeping = slices.iter().flatten().filter(|batch| batch.convert && !batch.follows_rates);
    let mut ids: Vec<i64> = keeping.map(|batch| batch.id.0).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    ids.sort_unstable();
    ids.dedup();
    let kept = store::batch_rate::of_many(tx, ids.clone()).await?;
    let rates = |id: i64| {
        let own = kept.iter().filter(|kept| kept.batch.0 == id);
        Ok((BatchId(id), context.rates.keeping(own)?))
    };
    ids.into_iter().map(rates).collect()
}

/// Every account the chunk may touch, sorted: all writers lock in this order.
pub(super) fn account_ids(requests: &ChunkRequests, context: &Context) -> Vec<i64> {
    let mut ids: Vec<i64> = context.system_ids().collect();
    for request in requests.numbered() {
        for party in [request.source, request.target] {
            if let Party::Account(id) = party {
                ids.push(id.0);
            }
        }
    }
    for slice in requests.slices() {
        ids.extend(slice.items.iter().flat_map(|item| [item.source.0, item.target.0]));
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}
