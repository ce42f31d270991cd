//! The decisions of a chunk, and how they are written: set by set, in the transaction that holds the locks.

use crate::digest::ChunkDigest;
use crate::meter::Moved;
use domain::batch::BatchTally;
use domain::code::Code;
use domain::id::TransferId;
use domain::item::ItemState;
use domain::limit::Calendar;
use domain::posting::{Book, Posted, Posting};
use store::audit::Audit;
use store::batch::Batch;
use store::chunk::Span;
use store::item::{Failure, Item};
use store::item_extent::{self, Extent};
use store::script::{Answers, Asked};
use store::transfer::{Exchange, Transfer};
use store::{Script, StoreError, Tx};

/// The decisions of a chunk, before they are written.
pub(super) struct Decided {
    pub now: i64,
    pub chunk: i64,
    pub today: Calendar,
    pub transfers: Vec<Transfer>,
    pub exchanges: Vec<(TransferId, Exchange)>,
    /// The vouchers of transfers, as JSON arrays.
    pub vouchers: Vec<(TransferId, String)>,
    pub postings: Vec<Posting>,
    pub value_dates: Vec<i64>,
    pub audits: Vec<Audit>,
    pub slices: Vec<DecidedSlice>,
}

/// A decided slice of a batch.
pub(super) struct DecidedSlice {
    /// Its place among the chunk's requests.
    pub place: usize,
    /// The batch with its new counters.
    pub batch: Batch,
    /// The completed items, as ranges of consecutive ids.
    pub completed: Vec<Extent>,
    pub completed_count: u64,
    pub failures: Vec<Failure>,
    chunk: i64,
}

impl DecidedSlice {
    /// A slice before its first item.
    pub(super) const fn new(place: usize, batch: Batch, chunk: i64) -> Self {
        Self { place, batch, completed: Vec::new(), completed_count: 0, failures: Vec::new(), chunk }
    }

    /// Adds a decided item.
    pub(super) fn settle(&mut self, item: TransferId, amount: i64, result: Result<Posted, Code>) {
        let tally = &mut self.batch.tally;
        match result {
            Ok(posted) => {
                tally.success_count += 1;
                tally.success_amount += amount;
                tally.fee_amount += posted.fee;
                item_extent::extend(&mut self.completed, item.0);
                self.completed_count += 1;
            }
            Err(code) => {
                tally.failed_count += 1;
                tally.failed_amount += amount;
                self.failures.push(Failure { item, code, amount, chunk: self.chunk });
            }
        }
    }

    /// Aborts an atomic batch after a refusal: that item keeps its code, all others fail with
    /// `ATOMIC_ABORTED`. The counters start again from those before the slice.
    pub(super) fn abort(&mut self, items: &[Item], before: BatchTally) {
        let refused = self.failures.last().copied();
        self.completed.clear();
        self.completed_count = 0;
        self.failures.clear();
        self.batch.tally = before;
        for item in items {
            let code = match refused {
                Some(failure) if failure.item == item.number => failure.code,
                _ => Code::AtomicAborted,
            };
            self.settle(item.number, item.amount, Err(code));
        }
    }
}

impl Decided {
    pub(super) const fn new(now: i64, chunk: i64, today: Calendar) -> Self {
        Self {
            now,
            chunk,
            today,
            transfers: Vec::new(),
            exchanges: Vec::new(),
            vouchers: Vec::new(),
            postings: Vec::new(),
            value_dates: Vec::new(),
            audits: Vec::new(),
            slices: Vec::new(),
        }
    }

    /// Its contents, to be counted once it is committed.
    pub(super) fn moved(&self) -> Moved {
        let items = self.slices.iter().map(|slice| slice.completed_count).sum();
        let mut moved = Moved { items, postings: self.postings.len() as u64, ..Moved::default() };
        let done = self.transfers.iter().filter(|transfer| transfer.code.is_none()).count() as u64;
        moved.singles = done.saturating_sub(items);
        let refused = self.transfers.iter().filter_map(|transfer| transfer.code);
        let failed = self.slices.iter().flat_map(|slice| &slice.failures).map(|failure| failure.code);
        refused.chain(failed).for_each(|code| *moved.refusals.entry(code).or_default() += 1);
        moved
    }

    /// SHA-256 over every posting and every failed attempt of the chunk: version 1 of the covered bytes.
    pub(super) fn digest(&self) -> String {
        let mut digest = ChunkDigest::new();
        self.postings.iter().for_each(|posting| digest.posting(posting));
        let failures = self.slices.iter().flat_map(|slice| &slice.failures);
        failures.for_each(|f| digest.failure(f.item.0, f.code.number(), f.amount));
        digest.finish()
    }
}

/// The reason why the written chunk must not be committed.
pub(super) enum Rollback {
    /// Items of the slice at this index changed since they were read.
    Stale(usize),
    /// The cached context changed since it was read.
    Policy,
}

/// Writes the decisions made under the given policy version, in one hop. The head row comes last, because
/// every chunk locks it.
pub(super) async fn write(
    tx: &mut Tx,
    book: &Book,
    decided: Decided,
    policy_version: i64,
) -> Result<Option<Rollback>, StoreError> {
    let now = decided.now;
    let postings = i64::try_from(decided.postings.len()).unwrap_or(i64::MAX);
    let mut script = Script::new();
    store::transfer::insert_later(&mut script, &decided.transfers);
    store::posting::insert_later(&mut script, &decided.postings, decided.value_dates, now);
    store::transfer::insert_exchanges_later(&mut script, &decided.exchanges);
    store::voucher::insert_later(&mut script, decided.vouchers);
    store::balance::write_later(&mut script, book.unspent());
    store::balance::write_spent_later(&mut script, book.spent());
    let slices: Vec<_> = decided.slices.iter().map(|slice| write_slice(&mut script, slice, now)).collect();
    store::audit::append_later(&mut script, decided.audits, now);
    let head = store::head::advance_later(&mut script);
    store::chunk::insert_later(&mut script, decided.chunk, postings, Span::of(&decided.transfers));
    let mut answers = tx.run(script).await?;
    for (slice, written) in decided.slices.iter().zip(slices) {
        if !is_as_read(slice, written, &mut answers)? {
            return Ok(Some(Rollback::Stale(slice.place)));
        }
    }
    let head = answers.take(head)?.allowed(tx).await?;
    Ok((head.policy_version != policy_version).then_some(Rollback::Policy))
}

/// What shows whether a slice's items were still as they had been read.
struct WrittenSlice {
    states: Asked<Vec<(i64, i64, ItemState)>>,
    failed: Asked<u64>,
    completed: Vec<Asked<u64>>,
}

/// Writes the failed items first, by id, then the completed ones by range. Only pending items are updated, so
/// a count that differs means that an item was changed since it was read.
fn write_slice(script: &mut Script, slice: &DecidedSlice, now: i64) -> WrittenSlice {
    let batch = slice.batch.id;
    let states = store::item::states_later(script, slice.failures.iter().map(|f| f.item.0).collect());
    let failed = store::item::fail_later(script, &slice.failures);
    store::item::insert_failures_later(script, batch, &slice.failures, now);
    let (from, to) = (ItemState::Pending, ItemState::Completed);
    let complete = |range: &Extent| store::item::set_range_later(script, batch, *range, from, to);
    let completed = slice.completed.iter().map(complete).collect();
    store::batch::set_tally_later(script, batch, &slice.batch.tally);
    WrittenSlice { states, failed, completed }
}

fn is_as_read(
    slice: &DecidedSlice,
    written: WrittenSlice,
    answers: &mut Answers,
) -> Result<bool, StoreError> {
    let batch = slice.batch.id.0;
    let states = answers.take(written.states)?;
    let mut completed = 0;
    for asked in written.completed {
        completed += answers.take(asked)?;
    }
    Ok(states.iter().all(|(_, owner, state)| *owner == batch && *state == ItemState::Pending)
        && answers.take(written.failed)? == slice.failures.len() as u64
        && completed == slice.completed_count)
}
