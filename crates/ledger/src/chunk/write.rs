//! The decisions of a chunk, and how they are written: set by set, in the transaction that holds the locks.

use crate::digest::{ChunkDigest, SingleDigest, Times};
use crate::meter::Moved;
use domain::batch::BatchTally;
use domain::code::Code;
use domain::id::TransferId;
use domain::limit::Calendar;
use domain::posting::{Book, Posted, Posting, PostingKind};
use store::audit::Audit;
use store::batch::Batch;
use store::head::{Advanced, Versions};
use store::item::{DueItem, Failure};
use store::item_extent::Extent;
use store::item_run;
use store::script::Asked;
use store::transfer::{Exchange, Transfer};
use store::written_chunk::{Span, WrittenChunk};
use store::{Script, StoreError, Tx};

/// The decisions of a chunk, before they are written.
pub(super) struct Decided {
    pub now: i64,
    pub chunk: i64,
    pub today: Calendar,
    /// Under which its transfers and failures are added to the kept totals.
    pub stripe: i64,
    pub transfers: Vec<Transfer>,
    pub exchanges: Vec<(TransferId, Exchange)>,
    /// The vouchers of transfers, as JSON arrays.
    pub vouchers: Vec<(TransferId, String)>,
    pub postings: Vec<Posting>,
    pub value_dates: Vec<i64>,
    pub audits: Vec<Audit>,
    pub slices: Vec<DecidedSlice>,
    digest: ChunkDigest,
}

/// How much was decided at a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct DecidedSize {
    pub postings: usize,
    transfers: usize,
    exchanges: usize,
    vouchers: usize,
}

/// A decided slice of a batch.
pub(super) struct DecidedSlice {
    /// Its place among the chunk's requests.
    pub place: usize,
    /// The batch with its new counters.
    pub batch: Batch,
    /// The completed items, as runs of consecutive numbers.
    pub completed: Vec<Extent>,
    pub completed_count: u64,
    pub failures: Vec<Failure>,
    /// Whether a failure ends the run.
    pub stopped: bool,
    chunk: i64,
}

impl DecidedSlice {
    /// A slice before its first item.
    pub(super) const fn new(place: usize, batch: Batch, chunk: i64) -> Self {
        Self {
            place,
            batch,
            completed: Vec::new(),
            completed_count: 0,
            failures: Vec::new(),
            stopped: false,
            chunk,
        }
    }

    /// Adds a decided item.
    pub(super) fn settle(&mut self, item: TransferId, amount: i64, result: Result<Posted, Code>) {
        let tally = &mut self.batch.tally;
        match result {
            Ok(posted) => {
                tally.success_count += 1;
                tally.success_amount += amount;
                tally.fee_amount += posted.fee;
                item_run::extend(&mut self.completed, item.0);
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
    pub(super) fn abort(&mut self, items: &[DueItem], before: BatchTally) {
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
    pub(super) fn new(now: i64, chunk: i64, today: Calendar, stripe: i64) -> Self {
        Self {
            now,
            chunk,
            today,
            stripe,
            transfers: Vec::new(),
            exchanges: Vec::new(),
            vouchers: Vec::new(),
            postings: Vec::new(),
            value_dates: Vec::new(),
            audits: Vec::new(),
            slices: Vec::new(),
            digest: ChunkDigest::new(),
        }
    }

    /// How much is decided now.
    pub(super) const fn size(&self) -> DecidedSize {
        DecidedSize {
            postings: self.postings.len(),
            transfers: self.transfers.len(),
            exchanges: self.exchanges.len(),
            vouchers: self.vouchers.len(),
        }
    }

    /// Forgets what a slice decided since a point.
    pub(super) fn shrink(&mut self, to: DecidedSize) {
        self.postings.truncate(to.postings);
        self.value_dates.truncate(to.postings);
        self.transfers.truncate(to.transfers);
        self.exchanges.truncate(to.exchanges);
    }

    /// The digest of the transfers that were decided since a point, none of which is an item.
    pub(super) fn singles_since(&self, from: DecidedSize) -> String {
        let mut exchanges = self.exchanges.iter().skip(from.exchanges).peekable();
        let mut vouchers = self.vouchers.iter().skip(from.vouchers).peekable();
        let mut digest = SingleDigest::default();
        for transfer in self.transfers.iter().skip(from.transfers) {
            let exchange = exchanges.next_if(|(number, _)| *number == transfer.number);
            let urls = vouchers.next_if(|(number, _)| *number == transfer.number);
            digest.add(transfer, exchange.map(|(_, exchange)| exchange), urls.map(|(_, urls)| urls.as_str()));
        }
        digest.finish()
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

    /// Hashes every posting and every failed attempt, once all requests are decided.
    pub(super) fn hash(&mut self) {
        let mut digest = ChunkDigest::new();
        self.postings.iter().for_each(|posting| digest.posting(posting));
        self.failures().for_each(|f| digest.failure(f.item.0, f.code.number(), f.amount));
        self.digest = digest;
    }

    fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.slices.iter().flat_map(|slice| &slice.failures)
    }

    /// The digest of the postings and failed attempts, for the audit rows of slices.
    pub(super) fn digest(&self) -> String {
        self.digest.clone().finish()
    }

    /// The digest of the whole chunk, for its row: exchanges and times as well.
    fn whole_digest(&self) -> String {
        let mut digest = self.digest.clone();
        let mut exchanges = self.exchanges.iter();
        // Both are in the order of the requests. What was refused has an exchange, but no posting.
        let out = self.postings.iter().filter(|posting| posting.kind == PostingKind::ExchangeOut);
        for posting in out.take(self.exchanges.len()) {
            if let Some((number, exchange)) = exchanges.find(|(number, _)| *number == posting.transfer) {
                digest.exchange(*number, exchange);
            }
        }
        let (mut postings, mut failures) = (Times::default(), Times::default());
        self.value_dates.iter().for_each(|date| postings.add(*date, self.now));
        self.failures().for_each(|_| failures.add(0, self.now));
        digest.times(&postings, &failures);
        digest.finish()
    }

    /// Its row.
    fn row(&self) -> WrittenChunk {
        WrittenChunk {
            number: self.chunk,
            postings: i64::try_from(self.postings.len()).unwrap_or(i64::MAX),
            span: Span::of(&self.transfers),
            digest: self.whole_digest(),
        }
    }
}

/// The reason why the written chunk must not be committed.
pub(super) enum Rollback {
    /// Items of the slice at this index changed since they were read.
    Stale(usize),
    /// What was cached changed since it was read.
    Outdated,
}

/// The statements that write a chunk's decisions.
pub(super) struct Writes {
    script: Script,
    head: Asked<Advanced>,
    slices: Vec<(DecidedSlice, Asked<u64>)>,
}

/// Turns decisions into statements, which hold everything they write. The head row comes last, because every
/// chunk locks it.
pub(super) fn compose(book: &Book, decided: Decided) -> Writes {
    let (now, chunk) = (decided.now, decided.row());
    let mut script = Script::new();
    store::transfer::insert_later(&mut script, &decided.transfers);
    store::posting::insert_later(&mut script, &decided.postings, decided.value_dates, now);
    store::transfer::insert_exchanges_later(&mut script, &decided.exchanges);
    store::voucher::insert_later(&mut script, decided.vouchers);
    store::balance::write_later(&mut script, book.unspent());
    store::balance::write_spent_later(&mut script, book.spent());
    add_sums(&mut script, book, &decided.transfers, &decided.slices, now, decided.stripe);
    let mut slices = Vec::with_capacity(decided.slices.len());
    for slice in decided.slices {
        let failed = write_slice(&mut script, &slice, now);
        slices.push((slice, failed));
    }
    let head = store::head::advance_chunk_later(&mut script, decided.audits, &chunk, now);
    Writes { script, head, slices }
}

impl Writes {
    /// Writes the decisions, which were made under these versions, in one hop.
    pub(super) async fn run(self, tx: &mut Tx, versions: Versions) -> Result<Option<Rollback>, StoreError> {
        let mut answers = tx.run(self.script).await?;
        for (slice, failed) in self.slices {
            // Fewer than decided were still pending. The edition rules that out, unless the slice itself was
            // committed before and the commit's outcome was never known.
            if answers.take(failed)? != slice.failures.len() as u64 {
                return Ok(Some(Rollback::Stale(slice.place)));
            }
        }
        let head = answers.take(self.head)?.allowed(tx).await?;
        Ok((head.versions != versions).then_some(Rollback::Outdated))
    }
}

/// Adds to the totals that reports read.
fn add_sums(
    script: &mut Script,
    book: &Book,
    transfers: &[Transfer],
    slices: &[DecidedSlice],
    now: i64,
    stripe: i64,
) {
    let asset = |account| book.get(account).map(|account| account.asset);
    store::day_sum::add_later(script, transfers, asset, stripe);
    let failed = slices.iter().map(|slice| (slice.batch.asset, slice.failures.as_slice()));
    store::failure_count::add_later(script, failed, now, stripe);
}

/// Writes the failed items by id, and the completed ones as runs; asks how many failed. Nothing else changes the
/// items meanwhile: the batch is locked, and its edition is the one that the slice was read under.
fn write_slice(script: &mut Script, slice: &DecidedSlice, now: i64) -> Asked<u64> {
    let batch = slice.batch.id;
    let failed = store::item::fail_later(script, &slice.failures);
    store::item::insert_failures_later(script, batch, &slice.failures, now);
    item_run::insert_later(script, batch, slice.chunk, &slice.completed);
    store::batch::set_tally_later(script, batch, &slice.batch.tally);
    failed
}
