//! One chunk: lock and read, decide in memory, write, commit, answer.
//!
//! Nothing is written until everything is decided, so a refusal has nothing to undo. A slice whose items
//! changed since they were read is dropped, and the chunk is retried without it. A chunk that lost a lock
//! conflict or its connection is retried as a whole, within a time limit; if the COMMIT got no answer, the
//! chunk is first looked up by its number. If the database refuses a write, the request at fault is isolated
//! and fails alone ([`isolate`]).

mod decide;
mod isolate;
mod patience;
mod work;
mod write;

use self::decide::Decider;
use self::work::Work;
use self::write::{Decided, Slice, Void, write};
use crate::calendar;
use crate::clock::Clock;
use crate::context::Context;
use crate::crash;
use crate::door::Envelope;
use crate::meter;
use crate::rates::Rates;
use crate::request::{Outcome, Party, Run, RunOutcome, Single};
use domain::batch::{BatchIntent, BatchState};
use domain::id::{BatchId, PostingId, TransferId};
use domain::posting::Book;
use hashbrown::HashMap;
use std::time::Instant;
use store::audit::Audit;
use store::batch::Batch;
use store::counter::{self, Counter};
use store::operation::Operation;
use store::transfer::Transfer;
use store::{Store, StoreError, Tx};

pub(crate) use patience::Patience;

/// Single requests that share one audit row.
#[derive(Debug)]
pub struct Bulk {
    /// The requests.
    pub singles: Vec<Single>,
}

/// The most audit rows of rolled-back chunks that are held for the next commit.
const ROLLED_BACK_MAX: usize = 1_000;

/// The door's state between chunks.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Policies, rates and system accounts, valid while their version is unchanged.
    pub context: Option<Context>,
    /// Audit rows of rolled-back chunks, to be written with the next chunk.
    pub rolled_back: Vec<Audit>,
    /// The retry budget.
    pub patience: Patience,
    /// Items of the current slice that the database has refused.
    pub refused: Vec<TransferId>,
}

/// Processes a chunk and answers all its requests. Returns whether the process must end. The audit row of a
/// rolled-back chunk is kept in memory and written with the next chunk.
pub(crate) async fn process(
    store: &Store,
    clock: &dyn Clock,
    memory: &mut Memory,
    chunk: Vec<Envelope>,
) -> bool {
    let mut work = Work::sort(chunk);
    memory.patience.begin();
    loop {
        match attempt(store, clock.now(), memory, &work).await {
            Ok(Attempt::Done(answers)) => {
                memory.rolled_back.clear();
                memory.patience.end();
                work.answer(answers);
                return false;
            }
            Ok(Attempt::Stale(place)) => work.take_out(place),
            // The context changed meanwhile: the next attempt reloads it.
            Ok(Attempt::Again) => {}
            // The database refused a decided write: a defect of one request that must not affect the others,
            // so each is processed alone.
            Err(StoreError::Constraint(_) | StoreError::Duplicate(_)) if work.len() > 1 => {
                for one in work.apart() {
                    if Box::pin(process(store, clock, memory, one)).await {
                        return true;
                    }
                }
                return false;
            }
            Err(error @ (StoreError::Constraint(_) | StoreError::Duplicate(_))) if work.is_one_run() => {
                match work.runs.pop() {
                    Some(one) => return isolate::isolate(store, clock, memory, one, error).await,
                    None => return false,
                }
            }
            Err(error) if memory.patience.allows(&error) => {
                tracing::info!(%error, "retrying chunk");
                memory.patience.pause().await;
            }
            Err(error) => {
                let fatal = matches!(error, StoreError::Fatal(_));
                meter::failed();
                tracing::error!(%error, "chunk failed");
                if !matches!(error, StoreError::InDoubt(_)) {
                    let room = ROLLED_BACK_MAX.saturating_sub(memory.rolled_back.len());
                    memory.rolled_back.extend(work.rolled_back(clock.now(), &error).into_iter().take(room));
                }
                work.fail(&error);
                return fatal;
            }
        }
    }
}

struct Answers {
    singles: Vec<Outcome>,
    bulks: Vec<Vec<Outcome>>,
    runs: Vec<RunOutcome>,
}

enum Attempt {
    Done(Answers),
    Stale(usize),
    Again,
}

async fn attempt(store: &Store, now: i64, memory: &mut Memory, work: &Work) -> Result<Attempt, StoreError> {
    prepare(store, now, memory, work, true).await
}

/// Decides and writes a chunk. Without `commit` this is a dry run, which is rolled back.
async fn prepare(
    store: &Store,
    now: i64,
    memory: &mut Memory,
    work: &Work,
    commit: bool,
) -> Result<Attempt, StoreError> {
    if work.is_empty() {
        return Ok(Attempt::Done(Answers { singles: vec![], bulks: vec![], runs: vec![] }));
    }
    let begun = Instant::now();
    let mut tx = store.write().await?;
    let context = refresh(&mut tx, store.node(), &mut memory.context).await?;
    let count = i64::try_from(work.all_singles().count()).unwrap_or(i64::MAX);
    let first = match count {
        0 => 0,
        count => counter::take(&mut tx, Counter::Number, count).await?,
    };
    let known = known_operations(&mut tx, work.operations(first), now).await?;
    let runs = check_runs(&mut tx, work).await?;
    let kept = kept_rates(&mut tx, context, &runs).await?;
    let accounts = store::balance::lock(&mut tx, account_ids(work, context)).await?;
    // Drawn only after every account is locked, so that posting ids increase within each account.
    let chunk = counter::take(&mut tx, Counter::Chunk, 1).await?;
    crash::point("chunk_begun");

    let mut decided = Decided::new(now, chunk, calendar::calendar(now, &context.zone));
    decided.audits.extend_from_slice(&memory.rolled_back);
    let mut book = Book::new(accounts, PostingId::first_of_chunk(chunk));
    let (book_of, kept, refused) = (&mut book, &kept, memory.refused.as_slice());
    let mut decider =
        Decider { context, kept, refused, book: book_of, decided: &mut decided, known, next: first };
    let answers = decider.decide(work, runs);
    let moved = decided.moved();

    match write(&mut tx, &book, decided, context.policies.version).await? {
        Some(Void::Stale(place)) => return Ok(Attempt::Stale(place)),
        Some(Void::Policy) => return Ok(Attempt::Again),
        None => {}
    }
    if !commit {
        return Ok(Attempt::Done(answers));
    }
    crash::point("before_commit");
    let committing = Instant::now();
    let committed = match tx.commit().await {
        Err(StoreError::InDoubt(text)) => settle(store, chunk, &memory.patience, text).await?,
        other => other.map(|()| true)?,
    };
    crash::point("after_commit");
    if committed {
        moved.count(begun.elapsed(), committing.elapsed());
    }
    Ok(if committed { Attempt::Done(answers) } else { Attempt::Again })
}

/// Finds out whether a chunk whose COMMIT got no answer was committed, within the retry budget.
async fn settle(store: &Store, chunk: i64, patience: &Patience, why: String) -> Result<bool, StoreError> {
    tracing::warn!(chunk, why, "commit outcome unknown: the answer was lost");
    loop {
        match store::chunk::settle(store, chunk).await {
            Ok(committed) => return Ok(committed),
            Err(error) if patience.allows_doubt() => {
                tracing::info!(%error, chunk, "commit outcome still unknown, checking again");
                patience.pause().await;
            }
            Err(_) => return Err(StoreError::InDoubt(why)),
        }
    }
}

async fn refresh<'a>(
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
async fn known_operations(
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

/// Locks leases and batches in id order and decides which slices may be executed.
async fn check_runs(tx: &mut Tx, work: &Work) -> Result<Vec<Result<Batch, RunOutcome>>, StoreError> {
    let mut ids: Vec<i64> = work.runs.iter().map(|(run, _)| run.batch.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let leases = store::lease::lock(tx, ids.clone()).await?;
    let batches = store::batch::lock_many(tx, ids).await?;
    let check = |run: &Run| {
        let lease = leases.iter().find(|(batch, _)| *batch == run.batch);
        let batch = batches.iter().find(|batch| batch.id == run.batch);
        match (lease, batch) {
            (Some((_, epoch)), Some(batch)) if *epoch == run.epoch => {
                let goes_on = batch.state == BatchState::Processing && batch.intent == BatchIntent::Run;
                if goes_on { Ok(batch.clone()) } else { Err(RunOutcome::Halted) }
            }
            _ => Err(RunOutcome::Fenced),
        }
    };
    Ok(work.runs.iter().map(|(run, _)| check(run)).collect())
}

/// The rates of batches with kept rates; the others are converted at the stored rates.
async fn kept_rates(
    tx: &mut Tx,
    context: &Context,
    runs: &[Result<Batch, RunOutcome>],
) -> Result<HashMap<BatchId, Rates>, StoreError> {
    let keeping = runs.iter().flatten().filter(|batch| batch.convert && !batch.follows_rates);
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
fn account_ids(work: &Work, context: &Context) -> Vec<i64> {
    let mut ids: Vec<i64> = context.system_ids().collect();
    for single in work.all_singles() {
        for party in [single.source, single.target] {
            if let Party::Account(id) = party {
                ids.push(id.0);
            }
        }
    }
    for (run, _) in &work.runs {
        ids.extend(run.items.iter().flat_map(|item| [item.source.0, item.target.0]));
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}
