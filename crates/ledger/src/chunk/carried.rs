//! What is carried from one chunk to the next, so that it need not be read again.
//!
//! Only the sole writer of a ledger, or the owner of its balances, carries anything: elsewhere another node may have
//! moved the same money meanwhile. What others can change is compared in the chunk's own transaction: policies and
//! everything of an account but its balance by version, a batch by what its run depends on. A chunk that is not
//! committed leaves nothing, because the book has its movements already.

use super::requests::ChunkRequests;
use super::write::DecidedSlice;
use crate::rates::Rates;
use domain::account::Account;
use domain::batch::{BatchIntent, BatchState};
use domain::id::{BatchId, PostingId};
use domain::posting::Book;
use hashbrown::HashMap;
use store::batch::Batch;

/// The most accounts that are carried, at about 150 bytes each: a million payees and the accounts they are paid from.
const ACCOUNTS_MAX: usize = 1 << 20;
/// The most batches that are carried; a process runs far fewer at a time.
const BATCHES_MAX: usize = 64;

/// What the last chunk left.
#[derive(Debug)]
pub(crate) struct Carried {
    /// The accounts that chunks have touched, with their balances after the last one.
    pub book: Book,
    /// The version of the accounts in the book.
    pub accounts_version: i64,
    /// The epoch of this node's ownership; none if the ledger has a sole writer.
    pub owned_in: Option<i64>,
    /// The number of the last chunk.
    pub chunk: i64,
    /// The batches that are being paid.
    pub batches: HashMap<BatchId, CarriedBatch>,
    /// The rates of those that keep their own.
    pub rates: HashMap<BatchId, Rates>,
}

/// A batch after its last slice.
#[derive(Debug, Clone)]
pub(crate) struct CarriedBatch {
    pub batch: Batch,
    /// The epoch of the run.
    pub epoch: i64,
}

impl Carried {
    /// Nothing yet.
    pub(super) fn empty() -> Self {
        let (batches, rates) = Default::default();
        let book = Book::new(Vec::new(), PostingId(0));
        Self { book, accounts_version: 0, owned_in: None, chunk: 0, batches, rates }
    }

    /// Adds accounts to the book as they were read.
    pub(super) fn add(&mut self, accounts: Vec<Account>) {
        self.book.reserve(accounts.len());
        accounts.into_iter().for_each(|account| self.book.add(account));
    }

    /// Whether it is small enough to be carried on, with further accounts.
    pub(super) const fn fits(&self, further: usize) -> bool {
        self.book.len().saturating_add(further) <= ACCOUNTS_MAX
    }

    /// Takes over the batches of a decided chunk, as it leaves them. A batch whose run ends here is forgotten.
    pub(super) fn take_over(&mut self, requests: &ChunkRequests, slices: &[DecidedSlice]) {
        if self.batches.len() > BATCHES_MAX {
            (self.batches, self.rates) = Default::default();
        }
        for decided in slices {
            let batch = decided.batch.clone();
            match requests.slices().find(|slice| slice.batch == batch.id) {
                Some(slice) if !decided.stopped => {
                    self.batches.insert(batch.id, CarriedBatch { epoch: slice.epoch, batch });
                }
                _ => drop(self.batches.remove(&batch.id)),
            }
        }
    }

    /// The batch of a run as the last chunk left it, if it was carried in this epoch.
    pub(super) fn batch(&self, batch: BatchId, epoch: i64) -> Option<&Batch> {
        self.batches.get(&batch).filter(|carried| carried.epoch == epoch).map(|carried| &carried.batch)
    }
}

/// Whether a batch as read under lock may go on being paid.
pub(super) fn continues(batch: &Batch) -> bool {
    batch.state == BatchState::Processing && batch.intent == BatchIntent::Run
}
