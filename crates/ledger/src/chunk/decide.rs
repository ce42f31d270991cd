//! Decides a chunk in memory: a fold over its requests, in the order they were taken.

use super::{Answers, Bulk, Decided, Slice, Work};
use crate::context::Context;
use crate::rates::{Rates, post_item};
use crate::request::{Outcome, Party, Run, RunOutcome, Single, Written};
use domain::account::AccountKind;
use domain::batch::BatchMode;
use domain::code::Code;
use domain::id::{AccountId, BatchId, TransferId};
use domain::posting::{Book, Posted, Posting, Request};
use hashbrown::HashMap;
use serde_json::json;
use std::sync::Arc;
use store::audit::Audit;
use store::batch::Batch;
use store::item::{Failure, Item};
use store::item_extent;
use store::posting::Booked;
use store::transfer::{Exchange, Transfer};

/// The fold over a chunk's requests.
pub(super) struct Decider<'a> {
    pub context: &'a Context,
    /// The rates of batches with kept rates.
    pub kept: &'a HashMap<BatchId, Rates>,
    /// Items the database has refused: they fail.
    pub refused: &'a [TransferId],
    pub book: &'a mut Book,
    pub decided: &'a mut Decided,
    pub known: HashMap<String, (String, Outcome)>,
    pub next: i64,
}

impl Decider<'_> {
    pub(super) fn decide(&mut self, work: &Work, runs: Vec<Result<Batch, RunOutcome>>) -> Answers {
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
        // Every request uses up a number, because its operation may be stored under it.
        let number = TransferId(self.next);
        self.next += 1;
        if let Some(operation) = &single.operation
            && let Some((fingerprint, outcome)) = self.known.get(&operation.id)
        {
            let same = *fingerprint == operation.fingerprint;
            let outcome = Outcome { replayed: true, written: None, ..outcome.clone() };
            return if same { outcome } else { self.conflict(single, &operation.id) };
        }
        let (source, target) = (self.party(single.source), self.party(single.target));
        let exchanged = single.exchange.as_ref().map(|e| e.target_amount);
        let request =
            Request { transfer: number, kind: single.kind, source, target, amount: single.amount, exchanged };
        let before = self.decided.postings.len();
        let value_date = single.value_date.unwrap_or(self.decided.today.day);
        let result = single.refused.map_or_else(|| self.post(&request, value_date), Err);
        // A refused transfer keeps the attempted rate and target amount.
        if let Some(exchange) = &single.exchange {
            self.decided.exchanges.push((number, exchange.clone()));
        }
        self.record(single, &request, result);
        let outcome = Outcome {
            transfer: Some(number),
            code: result.err(),
            fee: result.map_or(0, |posted| posted.fee),
            replayed: false,
            written: if audited { self.written(before) } else { None },
        };
        if audited {
            self.decided.audits.push(audit_single(single, &request, &outcome, self.book));
        }
        if let Some(operation) = &single.operation {
            let answer = (operation.fingerprint.clone(), outcome.clone());
            self.known.insert(operation.id.clone(), answer);
        }
        outcome
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
        Outcome { transfer: None, code: Some(code), fee: 0, replayed: false, written: None }
    }

    fn party(&self, party: Party) -> AccountId {
        match party {
            Party::Account(id) => id,
            // A currency that is not enabled has no such account; the fold then refuses it as not found.
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
        if let Some(urls) = &single.vouchers {
            self.decided.vouchers.push((request.transfer, urls.clone()));
        }
    }

    /// The newest transfer with its postings, which start at index `from`.
    fn written(&self, from: usize) -> Option<Arc<Written>> {
        let transfer = self.decided.transfers.last()?.clone();
        let (value_date, created_at) = (transfer.value_date, self.decided.now);
        let booked = |posting: &Posting| Booked { posting: posting.clone(), value_date, created_at };
        let postings = self.decided.postings.iter().skip(from).map(booked).collect();
        Some(Arc::new(Written { transfer, postings }))
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
        let before =
            (self.decided.postings.len(), self.decided.transfers.len(), self.decided.exchanges.len());
        let saved = (batch.mode == BatchMode::Atomic).then(|| self.book.clone());
        let mut slice = Slice {
            place,
            completed: Vec::new(),
            completed_count: 0,
            failures: Vec::new(),
            batch: batch.clone(),
        };
        let mut stopped = false;
        let (context, kept) = (self.context, self.kept);
        let rates = batch.convert.then(|| kept.get(&batch.id).unwrap_or(&context.rates));
        for item in run.items.iter() {
            let failed = self.item(item, rates, &mut batch, &mut slice);
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
            self.decided.exchanges.truncate(before.2);
            abort_all(run, &mut batch, &mut slice);
        }
        let (completed, failed) =
            (usize::try_from(slice.completed_count).unwrap_or(usize::MAX), slice.failures.len());
        slice.batch = batch;
        slice.failures.iter_mut().for_each(|failure| failure.chunk = self.decided.chunk);
        self.decided.slices.push(slice);
        RunOutcome::Done { completed, failed, stopped }
    }

    /// Decides an item; returns whether it failed.
    fn item(&mut self, item: &Item, rates: Option<&Rates>, batch: &mut Batch, slice: &mut Slice) -> bool {
        let mut request = Request::item(item.number, item.source, item.target, item.amount);
        let today = self.decided.today.day;
        let result = if self.refused.contains(&item.number) {
            Err(Code::ServerFault)
        } else {
            post_item(self.exchange(item, rates), |exchanged| {
                request.exchanged = exchanged;
                self.post(&request, today)
            })
        };
        match result {
            Ok((posted, exchange)) => {
                self.decided.exchanges.extend(exchange.map(|exchange| (item.number, exchange)));
                let now = self.decided.now;
                self.decided.transfers.push(transfer(&request, Ok(posted), today, now, None));
                batch.tally.success_count += 1;
                batch.tally.success_amount += item.amount;
                batch.tally.fee_amount += posted.fee;
                item_extent::extend(&mut slice.completed, item.number.0);
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

    /// The conversion of an item, if its batch converts and the currencies of its accounts differ.
    fn exchange(&self, item: &Item, rates: Option<&Rates>) -> Result<Option<Exchange>, Code> {
        match (rates, self.book.get(item.source), self.book.get(item.target)) {
            (Some(rates), Some(source), Some(target)) => {
                rates.exchange(source.asset, target.asset, item.amount)
            }
            _ => Ok(None),
        }
    }

    /// One audit row per slice; the digest covers the whole chunk.
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

/// Aborts an atomic batch after a refusal: that item keeps its code, all others fail with `ATOMIC_ABORTED`.
fn abort_all(run: &Run, batch: &mut Batch, slice: &mut Slice) {
    let refused = slice.failures.last().copied();
    slice.completed.clear();
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

/// The audit row of a single request: amounts, and the accounts with their status and balance.
fn audit_single(single: &Single, request: &Request, outcome: &Outcome, book: &Book) -> Audit {
    let state = |id: AccountId| {
        let account = book.get(id)?;
        Some(json!({ "account": id.0, "status": account.status.name(), "balance": account.balance }))
    };
    let mut detail = json!({
        "kind": single.kind.name(),
        "amount": single.amount,
        "fee": outcome.fee,
        "source": state(request.source),
        "target": state(request.target),
        "operation": single.operation.as_ref().map(|o| &o.id),
        "value_date": single.value_date,
        "rate": single.exchange.as_ref().map(|exchange| &exchange.rate),
        "target_amount": single.exchange.as_ref().map(|exchange| exchange.target_amount),
    });
    if let (Some(fields), Some(quote)) = (detail.as_object_mut(), &single.quote) {
        fields.insert("stored_rate".to_owned(), json!(quote.stored));
        fields.insert("rate_override".to_owned(), json!(quote.reason));
    }
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
