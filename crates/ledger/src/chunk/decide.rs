//! Decides a chunk in memory: a fold over its requests, in the order they were taken.
//!
//! [`Decider::decide`] is the one function that decides a request. A single, a bulk and a slice are ways to
//! make requests, and differ in what they record around them.

use super::audit;
use super::requests::ChunkRequests;
use super::write::{Decided, DecidedSlice};
use crate::context::Context;
use crate::rates::{Rates, post_exchanged};
use crate::request::{
    Answer, Effects, Outcome, Party, PostingRequest, Requests, Slice, SliceOutcome, Written,
};
use domain::account::AccountKind;
use domain::batch::{BatchMode, BatchType};
use domain::code::Code;
use domain::id::{AccountId, BatchId, TransferId};
use domain::posting::{Book, Posted, Posting, Request};
use hashbrown::HashMap;
use std::borrow::Cow;
use std::sync::Arc;
use store::audit::Actor;
use store::batch::Batch;
use store::item::DueItem;
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
    /// The stored answers by operation id, with the fingerprints of their requests.
    pub known: HashMap<String, (String, Outcome)>,
    /// The number of the next request that has none of its own.
    pub next: i64,
}

impl Decider<'_> {
    /// Decides all requests; `checked` has the batches of the slices, in order.
    pub(super) fn decide_all(
        &mut self,
        requests: &ChunkRequests,
        checked: Vec<Result<Batch, SliceOutcome>>,
    ) -> Vec<Answer> {
        let mut checked = checked.into_iter();
        let mut answers = Vec::with_capacity(requests.list.len());
        for (place, queued) in requests.list.iter().enumerate() {
            answers.push(match &queued.requests {
                Requests::Single(request) => Answer::Single(self.single(&queued.actor, request)),
                Requests::Bulk(requests) => Answer::Bulk(self.bulk(&queued.actor, requests)),
                Requests::Slice(slice) => Answer::Slice(match checked.next() {
                    Some(Ok(batch)) => match self.newest(batch) {
                        Some(batch) => self.slice(place, slice, batch),
                        None => SliceOutcome::Halted,
                    },
                    Some(Err(outcome)) => outcome,
                    // Nothing is written for a slice whose lease was not checked.
                    None => SliceOutcome::Fenced,
                }),
            });
        }
        self.decided.hash();
        audit::slices(self.decided, requests);
        answers
    }

    /// Decides one request: its money, its transfer, and what commits with it. An item's request is handed
    /// over, with its exchange; a queued one is borrowed, because its chunk may have to be repeated.
    fn decide(
        &mut self,
        number: TransferId,
        request: Cow<'_, PostingRequest>,
        slice: Option<&mut DecidedSlice>,
    ) -> (Request, Result<Posted, Code>) {
        let (source, target) = (self.party(request.source), self.party(request.target));
        let (kind, amount) = (request.kind, request.amount);
        let value_date = request.value_date.unwrap_or(self.decided.today.day);
        let mut posting = Request { transfer: number, kind, source, target, amount, exchanged: None };
        let result = match request.refused {
            Some(code) => Err(code),
            // A batch has its approvals; its items are checked as a whole, before it runs.
            None if request.effects.item.is_none() && self.needs_approval(&posting) => {
                Err(Code::ApprovalRequired)
            }
            None => post_exchanged(&request.exchange, |exchanged| {
                posting.exchanged = exchanged;
                self.post(&posting, value_date)
            }),
        };
        self.take_effects(&posting, &request.effects, result, slice);
        // A failed item is recorded as a failed attempt. Any other refusal is recorded as a transfer with a
        // code, and keeps the attempted rate and target amount.
        if result.is_ok() || request.effects.item.is_none() {
            let memo = request.memo.clone();
            let transfer = transfer(&posting, result, value_date, self.decided.now, memo);
            self.decided.transfers.push(transfer);
            let exchange = match request {
                Cow::Borrowed(request) => request.exchange.clone(),
                Cow::Owned(request) => request.exchange,
            };
            self.decided.exchanges.extend(exchange.ok().flatten().map(|exchange| (number, exchange)));
        }
        (posting, result)
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

    /// Whether the amount reaches the lowest approval band of the payer's currency. The policies are those of this
    /// chunk's transaction, so no change of theirs can be raced.
    fn needs_approval(&self, request: &Request) -> bool {
        let payer = self.book.get(request.source);
        payer.is_some_and(|payer| self.context.policies.needs_approval(payer.asset, request.amount))
    }

    fn post(&mut self, request: &Request, value_date: i64) -> Result<Posted, Code> {
        let (decided, policies) = (&mut *self.decided, &self.context.policies);
        let posted = self.book.post(request, policies, decided.today, &mut decided.postings)?;
        decided.value_dates.resize(decided.postings.len(), value_date);
        Ok(posted)
    }

    /// Records what commits with a decided request.
    fn take_effects(
        &mut self,
        posting: &Request,
        effects: &Effects,
        result: Result<Posted, Code>,
        slice: Option<&mut DecidedSlice>,
    ) {
        let Effects { operation, item, vouchers } = effects;
        if let Some(key) = operation {
            let outcome = Outcome { replayed: true, ..outcome(posting, result) };
            self.known.insert(key.id.clone(), (key.fingerprint.clone(), outcome));
        }
        if let (Some(item), Some(slice)) = (item, slice)
            && slice.batch.id == item.batch
        {
            slice.settle(item.number, posting.amount, result);
        }
        if let Some(urls) = vouchers {
            self.decided.vouchers.push((posting.transfer, urls.clone()));
        }
    }

    fn single(&mut self, actor: &Actor, request: &PostingRequest) -> Outcome {
        let before = self.decided.size();
        let (posting, outcome) = self.numbered(actor, request);
        let Some(posting) = posting else { return outcome };
        let digest = self.decided.singles_since(before);
        self.decided.audits.push(audit::single(actor, request, &posting, &outcome, self.book, digest));
        Outcome { written: self.written(before.postings), ..outcome }
    }

    /// Decides a request under the next number; no posting request if its operation id is known.
    fn numbered(&mut self, actor: &Actor, request: &PostingRequest) -> (Option<Request>, Outcome) {
        // Every request uses up a number, because its operation may be stored under it.
        let number = TransferId(self.next);
        self.next += 1;
        if let Some(key) = &request.effects.operation
            && let Some((fingerprint, outcome)) = self.known.get(&key.id)
        {
            if *fingerprint == key.fingerprint {
                return (None, outcome.clone());
            }
            self.decided.audits.push(audit::conflict(actor, request, &key.id));
            let code = Some(Code::OperationConflict);
            return (None, Outcome { transfer: None, code, fee: 0, replayed: false, written: None });
        }
        let (posting, result) = self.decide(number, Cow::Borrowed(request), None);
        let outcome = outcome(&posting, result);
        (Some(posting), outcome)
    }

    /// The newest transfer with its postings, which start at index `from`.
    fn written(&self, from: usize) -> Option<Arc<Written>> {
        let transfer = self.decided.transfers.last()?.clone();
        let (value_date, created_at) = (transfer.value_date, self.decided.now);
        let booked = |posting: &Posting| Booked { posting: posting.clone(), value_date, created_at };
        let postings = self.decided.postings.iter().skip(from).map(booked).collect();
        Some(Arc::new(Written { transfer, postings }))
    }

    fn bulk(&mut self, actor: &Actor, requests: &[PostingRequest]) -> Vec<Outcome> {
        let (before, first) = (self.decided.size(), self.next);
        let outcomes: Vec<_> = requests.iter().map(|request| self.numbered(actor, request).1).collect();
        let written = audit::WrittenBulk {
            chunk: self.decided.chunk,
            numbers: (first, self.next - 1),
            digest: self.decided.singles_since(before),
        };
        self.decided.audits.extend(audit::bulk(actor, requests, &outcomes, written));
        outcomes
    }

    /// The batch as an earlier slice in this chunk leaves it; none if that slice ended its run.
    fn newest(&self, batch: Batch) -> Option<Batch> {
        match self.decided.slices.iter().rev().find(|earlier| earlier.batch.id == batch.id) {
            Some(earlier) => (!earlier.stopped).then(|| earlier.batch.clone()),
            None => Some(batch),
        }
    }

    fn slice(&mut self, place: usize, slice: &Slice, batch: Batch) -> SliceOutcome {
        let before = self.decided.size();
        let (mode, tally, of) = (batch.mode, batch.tally, (batch.id, batch.kind));
        if mode == BatchMode::Atomic {
            self.book.set_savepoint();
        }
        let (context, kept) = (self.context, self.kept);
        let rates = batch.convert.then(|| kept.get(&batch.id).unwrap_or(&context.rates));
        let mut decided = DecidedSlice::new(place, batch, self.decided.chunk);
        for item in slice.items.iter() {
            let request = self.request_of(of, item, rates);
            let (_, result) = self.decide(item.number, Cow::Owned(request), Some(&mut decided));
            if result.is_err() && mode != BatchMode::Continue {
                decided.stopped = true;
                break;
            }
        }
        let stopped = decided.stopped;
        if stopped && mode == BatchMode::Atomic {
            self.book.roll_back();
            self.decided.shrink(before);
            decided.abort(&slice.items, tally);
        }
        let completed = usize::try_from(decided.completed_count).unwrap_or(usize::MAX);
        let failed = decided.failures.len();
        self.decided.slices.push(decided);
        SliceOutcome::Done { completed, failed, stopped }
    }

    fn request_of(&self, of: (BatchId, BatchType), item: &DueItem, rates: Option<&Rates>) -> PostingRequest {
        if self.refused.contains(&item.number) {
            let refused = Some(Code::ServerFault);
            return PostingRequest { refused, ..PostingRequest::of_item(of, item, Ok(None)) };
        }
        PostingRequest::of_item(of, item, self.exchange(item, rates))
    }

    /// The conversion of an item, if its batch converts and the currencies of its accounts differ.
    fn exchange(&self, item: &DueItem, rates: Option<&Rates>) -> Result<Option<Exchange>, Code> {
        match (rates, self.book.get(item.source), self.book.get(item.target)) {
            (Some(rates), Some(source), Some(target)) => {
                rates.exchange(source.asset, target.asset, item.amount)
            }
            _ => Ok(None),
        }
    }
}

fn outcome(posting: &Request, result: Result<Posted, Code>) -> Outcome {
    Outcome {
        transfer: Some(posting.transfer),
        code: result.err(),
        fee: result.map_or(0, |posted| posted.fee),
        replayed: false,
        written: None,
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
