//! What a chunk reads before it is decided, in the order that all writers lock: operation ids, leases,
//! batches, accounts.

use super::carried::{Carried, continues};
use super::pending::are_pending;
use super::requests::ChunkRequests;
use crate::context::Context;
use crate::rates::Rates;
use crate::request::{Outcome, Party, Slice, SliceOutcome};
use domain::account::Account;
use domain::id::{AccountId, BatchId, TransferId};
use domain::posting::Book;
use hashbrown::HashMap;
use store::balance_owner::BalanceOwner;
use store::batch::Batch;
use store::counter::{self, Counter};
use store::operation::Operation;
use store::transfer::Transfer;
use store::{Script, Store, StoreError, Tx};

/// What was read and locked for a chunk, and the numbers drawn for it.
pub(super) struct Locked {
    /// The number of the first request without a number of its own.
    pub first: i64,
    /// The stored answers by operation id, with the fingerprints of their requests.
    pub known: HashMap<String, (String, Outcome)>,
    /// The batches of the slices that may be executed, in the order of the slices.
    pub checked: Vec<Result<Batch, SliceOutcome>>,
    /// The rates of batches with kept rates.
    pub kept: HashMap<BatchId, Rates>,
    /// Every account that may be touched and was not in the book.
    pub accounts: Vec<Account>,
    /// The chunk's number.
    pub chunk: i64,
    /// The version of the accounts.
    pub accounts_version: i64,
    /// Who owns the balances, with several nodes: this node or nobody.
    pub owner: Option<BalanceOwner>,
}

/// How locking ended.
pub(super) enum Locking {
    /// Everything is locked.
    Done(Box<Locked>),
    /// The cached context or what was carried is no longer valid.
    Outdated,
    /// Another node owns the balances.
    Owned(BalanceOwner),
}

/// Locks and reads in one script, which is one hop on a file. Accounts in the carried book are not read again:
/// nobody else has moved their money.
/// Operation ids cost a hop more, because their rows name the transfers, whose numbers must be drawn first;
/// so do stored answers, and kept rates.
pub(super) async fn lock(
    tx: &mut Tx,
    requests: &ChunkRequests,
    context: &Context,
    (store, carried): (&Store, Option<&Carried>),
    now: i64,
) -> Result<Locking, StoreError> {
    let count = i64::try_from(requests.numbered().count()).unwrap_or(i64::MAX);
    let mut first = if count == 0 { Some(0) } else { None };
    let mut wanted = Vec::new();
    if requests.numbered().any(|request| request.effects.operation.is_some()) {
        let drawn = counter::take(tx, Counter::Number, count).await?;
        (first, wanted) = (Some(drawn), requests.operations(drawn));
    }
    let mut script = Script::new();
    let versions = store::head::versions_later(&mut script);
    let owner = (!store.is_sole_writer()).then(|| store::balance_owner::lock_later(&mut script));
    // Claims the operation ids. If another transaction is claiming one of them, this one waits for it.
    store::operation::reserve_later(&mut script, &wanted, now);
    let ids = wanted.iter().map(|operation| operation.id.clone()).collect();
    let operations = store::operation::find_later(&mut script, ids);
    let leases = store::lease::lock_later(&mut script, batch_ids(requests));
    let batches = store::batch::lock_many_later(&mut script, batch_ids(requests));
    let accounts = store::balance::lock_later(
        &mut script,
        unknown_ids(requests, context, carried.map(|carried| &carried.book)),
    );
    // Drawn only after every account is locked, so that posting ids increase within each account.
    let chunk = counter::take_later(&mut script, Counter::Chunk, 1);
    let drawn = first.is_none().then(|| counter::take_later(&mut script, Counter::Number, count));
    let mut answers = tx.run(script).await?;
    let versions = answers.take(versions)?;
    let owner = owner.map(|owner| answers.take(owner)).transpose()?;
    if let Some(other) = owner.as_ref().filter(|own| !own.node.is_empty() && own.node != store.node()) {
        return Ok(Locking::Owned(other.clone()));
    }
    let epoch = owner.as_ref().and_then(BalanceOwner::owned_in);
    let is_outdated =
        carried.is_some_and(|own| own.accounts_version != versions.accounts || own.owned_in != epoch);
    if versions.policies != context.policies.version || is_outdated {
        return Ok(Locking::Outdated);
    }
    let (chunk, accounts) = (answers.take(chunk)?, accounts.take(&mut answers)?);
    let first = match drawn {
        Some(drawn) => answers.take(drawn)?,
        None => first.unwrap_or_default(),
    };
    let batches = answers.take(batches)?;
    let mut checked = check_slices(requests, &answers.take(leases)?, &batches);
    let operations = answers.take(operations)?;
    drop(answers);
    readmit(tx, requests, &batches, &mut checked).await?;
    let known = known_operations(tx, &wanted, operations).await?;
    let kept = kept_rates(tx, context, &checked).await?;
    let accounts_version = versions.accounts;
    let locked = Locked { first, known, checked, kept, accounts, chunk, accounts_version, owner };
    Ok(Locking::Done(Box::new(locked)))
}

/// The stored answers of the operations that were claimed earlier.
async fn known_operations(
    tx: &mut Tx,
    wanted: &[Operation],
    mut found: Vec<Operation>,
) -> Result<HashMap<String, (String, Outcome)>, StoreError> {
    found.retain(|found| {
        wanted.binary_search_by(|own| own.id.cmp(&found.id)).ok().and_then(|at| wanted.get(at)) != Some(found)
    });
    let numbers = found.iter().map(|operation| operation.transfer).collect();
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
    Ok(found.into_iter().map(|o| (o.id.clone(), (o.fingerprint.clone(), answer(&o)))).collect())
}

/// The batches of the slices, sorted.
pub(super) fn batch_ids(requests: &ChunkRequests) -> Vec<i64> {
    let mut ids: Vec<i64> = requests.slices().map(|slice| slice.batch.0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Decides which slices may be executed, in the order of the slices.
fn check_slices(
    requests: &ChunkRequests,
    leases: &[(BatchId, i64)],
    batches: &[(Batch, i64)],
) -> Vec<Result<Batch, SliceOutcome>> {
    let check = |slice: &Slice| {
        let lease = leases.iter().find(|(batch, _)| *batch == slice.batch);
        let batch = batches.iter().find(|(batch, _)| batch.id == slice.batch);
        match (lease, batch) {
            (Some((_, epoch)), Some((batch, edition))) if *epoch == slice.epoch => {
                if !continues(batch) {
                    Err(SliceOutcome::Halted)
                } else if *edition == slice.edition {
                    Ok(batch.clone())
                } else {
                    Err(SliceOutcome::Stale)
                }
            }
            _ => Err(SliceOutcome::Fenced),
        }
    };
    requests.slices().map(check).collect()
}

/// Executes slices of another edition after all, if the change did not concern their items: while users skip or
/// retry items one by one, every slice would be stale.
async fn readmit(
    tx: &mut Tx,
    requests: &ChunkRequests,
    batches: &[(Batch, i64)],
    checked: &mut [Result<Batch, SliceOutcome>],
) -> Result<(), StoreError> {
    for (slice, checked) in requests.slices().zip(checked) {
        if matches!(checked, Err(SliceOutcome::Stale))
            && let Some((batch, _)) = batches.iter().find(|(batch, _)| batch.id == slice.batch)
            && are_pending(tx, slice).await?
        {
            *checked = Ok(batch.clone());
        }
    }
    Ok(())
}

/// The rates of batches with kept rates; the others are converted at the stored rates.
async fn kept_rates(
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

/// Every account the chunk may touch that is not in the book, sorted: all writers lock in this order.
pub(super) fn unknown_ids(requests: &ChunkRequests, context: &Context, book: Option<&Book>) -> Vec<i64> {
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
    if let Some(book) = book {
        ids.retain(|id| !book.contains(AccountId(*id)));
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}
