//! One chunk: lock and read, decide in memory, write, commit, answer.
//!
//! Nothing is written until everything is decided, so a refusal has nothing to undo. A slice whose items
//! changed since they were read is taken out and the rest of the chunk is done again.

use crate::calendar;
use crate::clock::Clock;
use crate::context::Context;
use crate::crash;
use crate::door::{Envelope, Reply};
use crate::request::{Outcome, Party, Run, RunOutcome, Single};
use domain::account::AccountKind;
use domain::batch::{BatchIntent, BatchMode, BatchState};
use domain::code::Code;
use domain::id::{AccountId, PostingId, TransferId};
use domain::item::ItemState;
use domain::limit::Calendar;
use domain::posting::{Book, Posted, Posting, Request};
use domain::transfer::TransferKind;
use hashbrown::HashMap;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::audit::Audit;
use store::batch::Batch;
use store::counter::{self, Counter};
use store::item::{Failure, Item};
use store::operation::Operation;
use store::transfer::{Exchange, Transfer};
use store::{Store, StoreError, Tx};

/// Single requests that share one audit row.
#[derive(Debug)]
pub struct Bulk {
    /// The requests.
    pub singles: Vec<Single>,
}

/// Works a chunk to its end and answers everyone in it. Says whether the process must end.
pub(crate) async fn process(
    store: &Store,
    clock: &dyn Clock,
    context: &mut Option<Context>,
    chunk: Vec<Envelope>,
) -> bool {
    let mut work = Work::sort(chunk);
    loop {
        match attempt(store, clock.now(), context, &work).await {
            Ok(Attempt::Done(answers)) => {
                work.answer(answers);
                return false;
            }
            Ok(Attempt::Stale(place)) => work.take_out(place),
            Err(error) => {
                let fatal = matches!(error, StoreError::Fatal(_));
                tracing::error!(%error, "chunk failed");
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

    fn take_out(&mut self, place: usize) {
        if place < self.runs.len() {
            let (_, reply) = self.runs.remove(place);
            drop(reply.send(Ok(RunOutcome::Stale)));
        }
    }

    fn is_empty(&self) -> bool {
        self.singles.is_empty() && self.bulks.is_empty() && self.runs.is_empty()
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

/// The digest of a chunk: all its postings in order, then all failed tries in the order of writing.
/// `verify` computes it again from what is stored.
#[derive(Debug)]
pub struct ChunkDigest(Sha256);

impl Default for ChunkDigest {
    fn default() -> Self {
        Self::new()
    }
}

impl ChunkDigest {
    /// An empty digest.
    #[must_use]
    pub fn new() -> Self {
        Self(Sha256::new())
    }

    /// Takes a posting in.
    pub fn posting(&mut self, p: &Posting) {
        let numbers = [
            p.id.0,
            p.transfer.0,
            p.kind.number(),
            p.debit.0,
            p.credit.0,
            p.amount,
            p.debit_after,
            p.credit_after,
        ];
        let mut bytes = [0_u8; 64];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        self.0.update(bytes);
    }

    /// Takes a failed try in.
    pub fn failure(&mut self, item: i64, code: i64, amount: i64) {
        [item, code, amount].iter().for_each(|number| self.0.update(number.to_le_bytes()));
    }

    /// The digest, hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// Bytes as hexadecimal text.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The fold over a chunk's requests.
struct Decider<'a> {
    context: &'a Context,
    book: &'a mut Book,
    decided: &'a mut Decided,
    known: HashMap<String, (String, Outcome)>,
    next: i64,
}

impl Decider<'_> {
    fn decide(&mut self, work: &Work, runs: Vec<Result<Batch, RunOutcome>>) -> Answers {
        let singles = work.singles.iter().map(|(single, _)| self.single(single, true)).collect();
        let bulks = work.bulks.iter().map(|(bulk, _)| self.bulk(bulk)).collect();
        let mut outcomes = Vec::with_capacity(runs.len());
        for (place, ((run, _), check)) in work.runs.iter().zip(runs).enumerate() {
            outcomes.push(match check {
                Ok(batch) => self.run(place, run, batch),
                Err(outcome) => outcome,
            });
        }
        self.audit_runs(work);
        Answers { singles, bulks, runs: outcomes }
    }

    fn single(&mut self, single: &Single, audited: bool) -> Outcome {
        if let Some(operation) = &single.operation
            && let Some((fingerprint, outcome)) = self.known.get(&operation.id)
        {
            let same = *fingerprint == operation.fingerprint;
            let outcome = Outcome { replayed: true, ..outcome.clone() };
            return if same { outcome } else { self.conflict(single, &operation.id) };
        }
        let number = TransferId(self.next);
        self.next += 1;
        let (source, target) = (self.party(single.source), self.party(single.target));
        let exchanged = single.exchange.as_ref().map(|e| e.target_amount);
        let request =
            Request { transfer: number, kind: single.kind, source, target, amount: single.amount, exchanged };
        let result = self.post(&request, single.value_date.unwrap_or(self.decided.today.day));
        if let (Ok(_), Some(exchange)) = (&result, &single.exchange) {
            self.decided.exchanges.push((number, exchange.clone()));
        }
        let outcome = Outcome {
            transfer: Some(number),
            code: result.err(),
            fee: result.map_or(0, |posted| posted.fee),
            replayed: false,
        };
        self.record(single, &request, result);
        if audited {
            self.decided.audits.push(audit_single(single, &request, &outcome, self.book));
        }
        if let Some(operation) = &single.operation {
            self.keep_operation(operation.id.clone(), operation.fingerprint.clone(), &outcome);
        }
        outcome
    }

    fn keep_operation(&mut self, id: String, fingerprint: String, outcome: &Outcome) {
        let transfer = outcome.transfer.map_or(0, |t| t.0);
        self.known.insert(id.clone(), (fingerprint.clone(), outcome.clone()));
        self.decided.operations.push(Operation { id, fingerprint, transfer });
    }

    fn conflict(&mut self, single: &Single, operation: &str) -> Outcome {
        let code = Code::OperationConflict;
        self.decided.audits.push(Audit {
            actor: single.actor.clone(),
            action: "transfer.refuse",
            subject: "operation",
            subject_id: None,
            result: code.name(),
            detail: json!({ "operation": operation, "amount": single.amount }).to_string(),
            digest: None,
        });
        Outcome { transfer: None, code: Some(code), fee: 0, replayed: false }
    }

    fn party(&self, party: Party) -> AccountId {
        match party {
            Party::Account(id) => id,
            // A currency that is not enabled has no such account; the fold then says "not found".
            Party::World(asset) => {
                self.context.system.get(&(asset, AccountKind::World)).copied().unwrap_or(AccountId(0))
            }
        }
    }

    fn post(&mut self, request: &Request, value_date: i64) -> Result<Posted, Code> {
        let (decided, policies) = (&mut *self.decided, &self.context.policies);
        let posted = self.book.post(request, policies, decided.today, &mut decided.postings)?;
        decided.value_dates.resize(decided.postings.len(), value_date);
        Ok(posted)
    }

    fn record(&mut self, single: &Single, request: &Request, result: Result<Posted, Code>) {
        let (now, today) = (self.decided.now, self.decided.today.day);
        let date = single.value_date.unwrap_or(today);
        self.decided.transfers.push(transfer(request, result, date, now, single.memo.clone()));
    }

    fn bulk(&mut self, bulk: &Bulk) -> Vec<Outcome> {
        let outcomes: Vec<Outcome> = bulk.singles.iter().map(|single| self.single(single, false)).collect();
        if let Some(first) = bulk.singles.first() {
            let refused = outcomes.iter().filter(|o| o.code.is_some()).count();
            let sum: i128 = bulk.singles.iter().map(|s| i128::from(s.amount)).sum();
            let detail = json!({ "chunk": self.decided.chunk, "count": outcomes.len(), "refused": refused,
                                 "amount": sum.to_string(), "kind": first.kind.name() });
            self.decided.audits.push(Audit {
                actor: first.actor.clone(),
                action: "transfer.bulk",
                subject: "transfer",
                subject_id: outcomes.first().and_then(|o| o.transfer).map(|t| t.0),
                result: if refused == 0 { "ok" } else { "partial" },
                detail: detail.to_string(),
                digest: None,
            });
        }
        outcomes
    }

    fn run(&mut self, place: usize, run: &Run, mut batch: Batch) -> RunOutcome {
        let before = (self.decided.postings.len(), self.decided.transfers.len());
        let saved = (batch.mode == BatchMode::Atomic).then(|| self.book.clone());
        let mut slice =
            Slice { place, completed: None, completed_count: 0, failures: Vec::new(), batch: batch.clone() };
        let mut stopped = false;
        for item in &run.items {
            let failed = self.item(item, &mut batch, &mut slice);
            if failed && batch.mode != BatchMode::Continue {
                stopped = true;
                break;
            }
        }
        if stopped && let Some(book) = saved {
            *self.book = book;
            self.decided.postings.truncate(before.0);
            self.decided.value_dates.truncate(before.0);
            self.decided.transfers.truncate(before.1);
            abort_all(run, &mut batch, &mut slice);
        }
        let (completed, failed) =
            (usize::try_from(slice.completed_count).unwrap_or(usize::MAX), slice.failures.len());
        slice.batch = batch;
        slice.failures.iter_mut().for_each(|failure| failure.chunk = self.decided.chunk);
        self.decided.slices.push(slice);
        RunOutcome::Done { completed, failed, stopped }
    }

    /// Decides an item; says whether it failed.
    fn item(&mut self, item: &Item, batch: &mut Batch, slice: &mut Slice) -> bool {
        let request = Request {
            transfer: item.number,
            kind: TransferKind::Item,
            source: item.source,
            target: item.target,
            amount: item.amount,
            exchanged: None,
        };
        let today = self.decided.today.day;
        match self.post(&request, today) {
            Ok(posted) => {
                let now = self.decided.now;
                self.decided.transfers.push(transfer(&request, Ok(posted), today, now, None));
                batch.tally.success_count += 1;
                batch.tally.success_amount += item.amount;
                batch.tally.fee_amount += posted.fee;
                let first = slice.completed.map_or(item.number.0, |(first, _)| first);
                slice.completed = Some((first, item.number.0));
                slice.completed_count += 1;
                false
            }
            Err(code) => {
                batch.tally.failed_count += 1;
                batch.tally.failed_amount += item.amount;
                slice.failures.push(Failure { item: item.number, code, amount: item.amount, chunk: 0 });
                true
            }
        }
    }

    /// One audit row a slice; the digest covers the whole chunk.
    fn audit_runs(&mut self, work: &Work) {
        if self.decided.slices.is_empty() {
            return;
        }
        let digest = self.decided.digest();
        for slice in &self.decided.slices {
            let Some((run, _)) = work.runs.get(slice.place) else { continue };
            let numbers = (run.items.first().map(|i| i.number.0), run.items.last().map(|i| i.number.0));
            let detail = json!({ "chunk": self.decided.chunk, "epoch": run.epoch, "first": numbers.0,
                                 "last": numbers.1, "completed": slice.completed_count,
                                 "failed": slice.failures.len() });
            self.decided.audits.push(Audit {
                actor: run.actor.clone(),
                action: "batch.chunk",
                subject: "batch",
                subject_id: Some(run.batch.0),
                result: "ok",
                detail: detail.to_string(),
                digest: Some(digest.clone()),
            });
        }
    }
}

/// An atomic batch with one refusal: that item keeps its code, all others say that they were not moved.
fn abort_all(run: &Run, batch: &mut Batch, slice: &mut Slice) {
    let refused = slice.failures.last().copied();
    slice.completed = None;
    slice.completed_count = 0;
    batch.tally = slice.batch.tally;
    slice.failures = run
        .items
        .iter()
        .map(|item| match refused {
            Some(failure) if failure.item == item.number => failure,
            _ => Failure { item: item.number, code: Code::AtomicAborted, amount: item.amount, chunk: 0 },
        })
        .collect();
    for failure in &slice.failures {
        batch.tally.failed_count += 1;
        batch.tally.failed_amount += failure.amount;
    }
}

fn transfer(
    request: &Request,
    result: Result<Posted, Code>,
    value_date: i64,
    created_at: i64,
    memo: Option<String>,
) -> Transfer {
    let posted = result.ok();
    Transfer {
        number: request.transfer,
        kind: request.kind,
        code: result.err(),
        source: request.source,
        target: request.target,
        amount: request.amount,
        fee: posted.map_or(0, |p| p.fee),
        first_posting: posted.map(|p| p.first),
        posting_count: posted.map_or(0, |p| p.count),
        value_date,
        created_at,
        memo,
    }
}

/// The row of a single request: accounts, amounts, and for a refusal the state that led to it.
fn audit_single(single: &Single, request: &Request, outcome: &Outcome, book: &Book) -> Audit {
    let state = |id: AccountId| {
        let account = book.get(id)?;
        Some(json!({ "account": id.0, "status": account.status.name(), "balance": account.balance }))
    };
    let detail = json!({
        "kind": single.kind.name(),
        "amount": single.amount,
        "fee": outcome.fee,
        "source": state(request.source),
        "target": state(request.target),
        "operation": single.operation.as_ref().map(|o| &o.id),
        "value_date": single.value_date,
    });
    Audit {
        actor: single.actor.clone(),
        action: "transfer.create",
        subject: "transfer",
        subject_id: outcome.transfer.map(|t| t.0),
        result: outcome.code.map_or("ok", Code::name),
        detail: detail.to_string(),
        digest: None,
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
