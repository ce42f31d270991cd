//! One chunk: lock and read, decide in memory, write, commit, answer.
//!
//! Nothing is written until everything is decided, so a refusal has nothing to undo. A slice whose items
//! changed since they were read is taken out and the rest of the chunk is done again.

mod decide;

use self::decide::Decider;
use crate::calendar;
use crate::clock::Clock;
use crate::context::Context;
use crate::crash;
use crate::digest::ChunkDigest;
use crate::door::{Envelope, Reply};
use crate::request::{Outcome, Party, Run, RunOutcome, Single};
use domain::batch::{BatchIntent, BatchState};
use domain::id::{PostingId, TransferId};
use domain::item::ItemState;
use domain::limit::Calendar;
use domain::posting::{Book, Posting};
use hashbrown::HashMap;
use serde_json::json;
use store::audit::Audit;
use store::batch::Batch;
use store::counter::{self, Counter};
use store::item::Failure;
use store::operation::Operation;
use store::transfer::{Exchange, Transfer};
use store::{Store, StoreError, Tx};

/// Single requests that share one audit row.
#[derive(Debug)]
pub struct Bulk {
    /// The requests.
    pub singles: Vec<Single>,
}

/// Rows about rolled back chunks that wait for the next commit, at most.
const ROLLED_BACK_MAX: usize = 1_000;

/// Works a chunk to its end and answers everyone in it. Says whether the process must end. A chunk that is
/// rolled back leaves its audit row in `rolled_back`, for the next one to write.
pub(crate) async fn process(
    store: &Store,
    clock: &dyn Clock,
    context: &mut Option<Context>,
    rolled_back: &mut Vec<Audit>,
    chunk: Vec<Envelope>,
) -> bool {
    let mut work = Work::sort(chunk);
    loop {
        match attempt(store, clock.now(), context, rolled_back, &work).await {
            Ok(Attempt::Done(answers)) => {
                rolled_back.clear();
                work.answer(answers);
                return false;
            }
            Ok(Attempt::Stale(place)) => work.take_out(place),
            // The database refused something that was decided: a defect of one request, which must not
            // harm its neighbours. Each is done alone.
            Err(StoreError::Constraint(_) | StoreError::Duplicate(_)) if work.len() > 1 => {
                let alone = work.apart();
                for one in alone {
                    if Box::pin(process(store, clock, context, rolled_back, one)).await {
                        return true;
                    }
                }
                return false;
            }
            Err(error) => {
                let fatal = matches!(error, StoreError::Fatal(_));
                tracing::error!(%error, "chunk failed");
                let room = ROLLED_BACK_MAX.saturating_sub(rolled_back.len());
                rolled_back.extend(work.rolled_back(clock.now(), &error).into_iter().take(room));
                work.fail(&error);
                return fatal;
            }
        }
    }
}

/// A chunk's requests by sort.
#[derive(Default)]
struct Work {
    singles: Vec<(Single, Reply<Outcome>)>,
    bulks: Vec<(Bulk, Reply<Vec<Outcome>>)>,
    runs: Vec<(Run, Reply<RunOutcome>)>,
}

struct Answers {
    singles: Vec<Outcome>,
    bulks: Vec<Vec<Outcome>>,
    runs: Vec<RunOutcome>,
}

enum Attempt {
    Done(Answers),
    Stale(usize),
}

impl Work {
    fn sort(chunk: Vec<Envelope>) -> Self {
        let mut work = Self::default();
        for envelope in chunk {
            match envelope {
                Envelope::Single(single, reply) => work.singles.push((*single, reply)),
                Envelope::Bulk(bulk, reply) => work.bulks.push((bulk, reply)),
                Envelope::Run(run, reply) => work.runs.push((run, reply)),
            }
        }
        work
    }

    fn answer(self, answers: Answers) {
        // A caller that has gone away takes no answer; what was committed stands.
        for ((_, reply), answer) in self.singles.into_iter().zip(answers.singles) {
            drop(reply.send(Ok(answer)));
        }
        for ((_, reply), answer) in self.bulks.into_iter().zip(answers.bulks) {
            drop(reply.send(Ok(answer)));
        }
        for ((_, reply), answer) in self.runs.into_iter().zip(answers.runs) {
            drop(reply.send(Ok(answer)));
        }
    }

    fn fail(self, error: &StoreError) {
        self.singles.into_iter().for_each(|(_, reply)| drop(reply.send(Err(error.clone()))));
        self.bulks.into_iter().for_each(|(_, reply)| drop(reply.send(Err(error.clone()))));
        self.runs.into_iter().for_each(|(_, reply)| drop(reply.send(Err(error.clone()))));
    }

    /// The row about this chunk: whose requests were undone, when, and why.
    fn rolled_back(&self, now: i64, error: &StoreError) -> Option<Audit> {
        let runs = self.runs.iter().map(|(run, _)| run);
        let actor = self.all_singles().map(|s| &s.actor).chain(runs.clone().map(|run| &run.actor)).next()?;
        let operations = self.all_singles().filter_map(|s| s.operation.as_ref().map(|o| &o.id));
        let detail = json!({ "error": error.to_string(), "at": now, "transfers": self.all_singles().count(),
                             "operations": operations.take(100).collect::<Vec<_>>(),
                             "batches": runs.map(|run| run.batch.0).collect::<Vec<_>>() });
        Some(Audit {
            actor: actor.clone(),
            action: "chunk.rollback",
            subject: "chunk",
            subject_id: None,
            result: "ROLLED_BACK",
            detail: detail.to_string(),
            digest: None,
        })
    }

    fn take_out(&mut self, place: usize) {
        if place < self.runs.len() {
            let (_, reply) = self.runs.remove(place);
            drop(reply.send(Ok(RunOutcome::Stale)));
        }
    }

    const fn len(&self) -> usize {
        self.singles.len() + self.bulks.len() + self.runs.len()
    }

    /// Each request as a chunk of its own, in the same order.
    fn apart(self) -> Vec<Vec<Envelope>> {
        let singles = self.singles.into_iter().map(|(s, reply)| Envelope::Single(Box::new(s), reply));
        let bulks = self.bulks.into_iter().map(|(bulk, reply)| Envelope::Bulk(bulk, reply));
        let runs = self.runs.into_iter().map(|(run, reply)| Envelope::Run(run, reply));
        singles.chain(bulks).chain(runs).map(|envelope| vec![envelope]).collect()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn all_singles(&self) -> impl Iterator<Item = &Single> {
        self.singles.iter().map(|(s, _)| s).chain(self.bulks.iter().flat_map(|(b, _)| &b.singles))
    }
}

/// What is decided and waits to be written.
struct Decided {
    now: i64,
    chunk: i64,
    today: Calendar,
    transfers: Vec<Transfer>,
    exchanges: Vec<(TransferId, Exchange)>,
    postings: Vec<Posting>,
    value_dates: Vec<i64>,
    operations: Vec<Operation>,
    audits: Vec<Audit>,
    slices: Vec<Slice>,
}

/// A slice of a batch that was decided.
struct Slice {
    place: usize,
    batch: Batch,
    /// From the first to the last completed item; none if no item completed.
    completed: Option<(i64, i64)>,
    completed_count: u64,
    failures: Vec<Failure>,
}

async fn attempt(
    store: &Store,
    now: i64,
    context: &mut Option<Context>,
    rolled_back: &[Audit],
    work: &Work,
) -> Result<Attempt, StoreError> {
    if work.is_empty() {
        return Ok(Attempt::Done(Answers { singles: vec![], bulks: vec![], runs: vec![] }));
    }
    let mut tx = store.write().await?;
    let context = refresh(&mut tx, context).await?;
    let known = known_operations(&mut tx, work).await?;
    let halted = check_runs(&mut tx, work).await?;
    let accounts = store::balance::lock(&mut tx, account_ids(work, context)).await?;
    let chunk = counter::take(&mut tx, Counter::Chunk, 1).await?;
    let count = i64::try_from(work.all_singles().count()).unwrap_or(i64::MAX);
    let first = counter::take(&mut tx, Counter::Number, count).await?;
    crash::point("chunk_begun");

    let mut decided = Decided::new(now, chunk, calendar::calendar(now, &context.zone));
    decided.audits.extend_from_slice(rolled_back);
    let mut book = Book::new(accounts, PostingId::first_of_chunk(chunk));
    let mut decider = Decider { context, book: &mut book, decided: &mut decided, known, next: first };
    let answers = decider.decide(work, halted);

    if let Some(stale) = write(&mut tx, &book, decided).await? {
        return Ok(Attempt::Stale(stale));
    }
    crash::point("before_commit");
    tx.commit().await?;
    crash::point("after_commit");
    Ok(Attempt::Done(answers))
}

async fn refresh<'a>(tx: &mut Tx, context: &'a mut Option<Context>) -> Result<&'a Context, StoreError> {
    let version = store::head::policy_version(tx).await?;
    let fresh = match context.take() {
        Some(context) if context.policies.version == version => context,
        _ => Context::load(tx).await?,
    };
    Ok(context.insert(fresh))
}

/// Earlier answers for the operation ids of this chunk.
async fn known_operations(
    tx: &mut Tx,
    work: &Work,
) -> Result<HashMap<String, (String, Outcome)>, StoreError> {
    let mut ids: Vec<String> =
        work.all_singles().filter_map(|s| s.operation.as_ref().map(|o| o.id.clone())).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    ids.sort_unstable();
    ids.dedup();
    let operations = store::operation::find(tx, ids).await?;
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
        }
    };
    Ok(operations.into_iter().map(|o| (o.id.clone(), (o.fingerprint.clone(), answer(&o)))).collect())
}

/// Locks leases and batches in the order of ids and says which slices may not be executed.
async fn check_runs(tx: &mut Tx, work: &Work) -> Result<Vec<Result<Batch, RunOutcome>>, StoreError> {
    let mut ids: Vec<i64> = work.runs.iter().map(|(run, _)| run.batch.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let leases = store::lease::lock(tx, ids.clone()).await?;
    let batches = store::batch::lock_many(tx, ids).await?;
    let check = |run: &Run| {
        let lease = leases.iter().find(|lease| lease.batch == run.batch);
        let batch = batches.iter().find(|batch| batch.id == run.batch);
        match (lease, batch) {
            (Some(lease), Some(batch)) if lease.epoch == run.epoch => {
                let goes_on = batch.state == BatchState::Processing && batch.intent == BatchIntent::Run;
                if goes_on { Ok(batch.clone()) } else { Err(RunOutcome::Halted) }
            }
            _ => Err(RunOutcome::Fenced),
        }
    };
    Ok(work.runs.iter().map(|(run, _)| check(run)).collect())
}

/// Every account that the chunk may touch, sorted: the order in which all writers lock.
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

impl Decided {
    const fn new(now: i64, chunk: i64, today: Calendar) -> Self {
        Self {
            now,
            chunk,
            today,
            transfers: Vec::new(),
            exchanges: Vec::new(),
            postings: Vec::new(),
            value_dates: Vec::new(),
            operations: Vec::new(),
            audits: Vec::new(),
            slices: Vec::new(),
        }
    }

    /// SHA-256 over every posting of the chunk and every failed try: version 1 of the covered bytes.
    fn digest(&self) -> String {
        let mut digest = ChunkDigest::new();
        self.postings.iter().for_each(|posting| digest.posting(posting));
        let failures = self.slices.iter().flat_map(|slice| &slice.failures);
        failures.for_each(|f| digest.failure(f.item.0, f.code.number(), f.amount));
        digest.finish()
    }
}

/// Writes what was decided. Says which slice is stale if one is; then nothing may be committed.
async fn write(tx: &mut Tx, book: &Book, decided: Decided) -> Result<Option<usize>, StoreError> {
    let now = decided.now;
    store::transfer::insert(tx, &decided.transfers).await?;
    store::transfer::insert_exchanges(tx, &decided.exchanges).await?;
    store::posting::insert(tx, &decided.postings, decided.value_dates, now).await?;
    let changed: Vec<_> = book.changed().collect();
    store::balance::write(tx, changed.iter().copied()).await?;
    store::operation::insert(tx, &decided.operations, now).await?;
    for slice in &decided.slices {
        if !write_slice(tx, slice, now).await? {
            return Ok(Some(slice.place));
        }
    }
    store::audit::append(tx, decided.audits, now).await?;
    store::head::advance(tx).await?;
    Ok(None)
}

/// Failed items first, one by one; then the run of completed ones as one range. The range counts waiting
/// items only, so a count that differs means that a person changed one since it was read.
async fn write_slice(tx: &mut Tx, slice: &Slice, now: i64) -> Result<bool, StoreError> {
    let batch = slice.batch.id;
    let failed: Vec<_> = slice.failures.iter().map(|f| (f.item, Some(f.code))).collect();
    let numbers: Vec<i64> = failed.iter().map(|(number, _)| number.0).collect();
    let states = store::item::states(tx, numbers).await?;
    if states.iter().any(|(_, owner, state)| *owner != batch.0 || *state != ItemState::Pending) {
        return Ok(false);
    }
    if store::item::set_states(tx, &failed, ItemState::Failed).await? != slice.failures.len() as u64 {
        return Ok(false);
    }
    store::item::insert_failures(tx, batch, &slice.failures, now).await?;
    if let Some(range) = slice.completed {
        let (from, to) = (ItemState::Pending, ItemState::Completed);
        match store::item::set_range(tx, batch, range, from, to).await {
            Ok(changed) if changed == slice.completed_count => {}
            Ok(_) | Err(StoreError::Constraint(_)) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    store::batch::set_tally(tx, batch, &slice.batch.tally).await?;
    Ok(true)
}
