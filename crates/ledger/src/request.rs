//! The door's requests and their outcomes.
//!
//! There is one kind of request, [`PostingRequest`]. A single is one of them, a bulk is a list of them under
//! one audit row, and a slice is a run of batch items under one lease, each of which the door turns into a
//! request when its turn comes.

use domain::batch::BatchType;
use domain::code::Code;
use domain::id::{AccountId, AssetId, BatchId, TransferId};
use domain::transfer::TransferKind;
use std::sync::Arc;
use store::StoreError;
use store::audit::Actor;
use store::item::DueItem;
use store::posting::Booked;
use store::transfer::{Exchange, Transfer};
use tokio::sync::oneshot;

/// One side of a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// An account.
    Account(AccountId),
    /// Outside the ledger, in a currency.
    World(AssetId),
}

/// A caller's key for a request, permanently unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationKey {
    /// The caller's id.
    pub id: String,
    /// SHA-256 of the request's content, in hexadecimal.
    pub fingerprint: String,
}

/// What the audit log records about a transfer's rate, in addition to the rate itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The stored rate, if there is one.
    pub stored: Option<String>,
    /// The reason for using a rate that is out of bounds, if it was overridden.
    pub reason: Option<String>,
}

/// A request to move money.
#[derive(Debug, Clone)]
pub struct PostingRequest {
    /// What kind of movement it is.
    pub kind: TransferKind,
    /// The payer.
    pub source: Party,
    /// The payee.
    pub target: Party,
    /// In minor units of the source's currency.
    pub amount: i64,
    /// The conversion, if the currencies differ; or why it failed: that code replaces `CURRENCY_MISMATCH`.
    pub exchange: Result<Option<Exchange>, Code>,
    /// What to record about the requested rate, if the currencies differ.
    pub quote: Option<Quote>,
    /// The value date; today if none.
    pub value_date: Option<i64>,
    /// The user's memo.
    pub memo: Option<String>,
    /// A refusal decided before the door; it is still recorded.
    pub refused: Option<Code>,
    /// What commits together with it.
    pub effects: Effects,
}

/// What commits together with a request, each at most once. The list is closed, so that no callback runs in
/// the transaction (ADR 35).
///
/// To add an effect: a field here, its rows in `Decided`, its lines in `Decider::take_effects` (which does
/// not compile until the field is named there), one call in `write`, and its file in `store`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effects {
    /// Stores the outcome under the caller's operation id.
    pub(crate) operation: Option<OperationKey>,
    /// Settles or fails an item. Only slices have it, because it needs the lease of the item's batch.
    pub(crate) item: Option<SettledItem>,
    /// Stores vouchers, as a JSON array.
    pub(crate) vouchers: Option<String>,
}

/// The item that a request settles or fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SettledItem {
    /// Its batch.
    pub batch: BatchId,
    /// Its number, which is also the number of its transfer.
    pub number: TransferId,
}

impl Effects {
    /// The effects of a caller's request.
    #[must_use]
    pub const fn of(operation: Option<OperationKey>, vouchers: Option<String>) -> Self {
        Self { operation, item: None, vouchers }
    }
}

impl PostingRequest {
    /// The request of an item. It is built on the stack when the item is decided, and copies no text.
    pub(crate) fn of_item(
        (batch, kind): (BatchId, BatchType),
        item: &DueItem,
        exchange: Result<Option<Exchange>, Code>,
    ) -> Self {
        Self {
            kind: kind.transfer_kind(),
            source: Party::Account(item.source),
            target: Party::Account(item.target),
            amount: item.amount,
            exchange,
            quote: None,
            value_date: None,
            memo: None,
            refused: None,
            effects: Effects {
                operation: None,
                item: Some(SettledItem { batch, number: item.number }),
                vouchers: None,
            },
        }
    }
}

/// The outcome of a request. The first outcome under an operation id is permanent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The id of the transfer or of the recorded refusal; none if nothing was recorded (the operation id was
    /// used for something else).
    pub transfer: Option<TransferId>,
    /// Why it was refused, if it was.
    pub code: Option<Code>,
    /// The fee on top of the amount, in minor units.
    pub fee: i64,
    /// Whether this is the stored answer of an earlier request with the same operation id.
    pub replayed: bool,
    /// What was written for it; none for a stored answer and for requests that share an audit row.
    pub written: Option<Arc<Written>>,
}

/// What was written for a single request, so that its caller need not read it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The transfer, or the recorded refusal.
    pub transfer: Transfer,
    /// Its postings, in order.
    pub postings: Vec<Booked>,
}

/// A slice of a batch, in id order: all its pending items from the first to the last.
#[derive(Debug, Clone)]
pub struct Slice {
    /// The batch.
    pub batch: BatchId,
    /// The epoch under which the runner holds the lease.
    pub epoch: i64,
    /// The edition of the batch's items, read no later than the items.
    pub edition: i64,
    /// The items; shared, because a slice may be submitted to the door again.
    pub items: Arc<[DueItem]>,
}

/// The outcome of a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliceOutcome {
    /// It was decided and written.
    Done {
        /// Items completed.
        completed: usize,
        /// Items failed.
        failed: usize,
        /// Whether a failure ends the run (`stop_on_failure`, `atomic`).
        stopped: bool,
    },
    /// Another worker holds the lease; nothing was written.
    Fenced,
    /// The batch was paused, interrupted or ended; nothing was written.
    Halted,
    /// Items changed since they were read (a skip, a retry); nothing was written, read them again.
    Stale,
}

/// What a caller hands over in one call: it gets one answer and, if the database refuses it, fails alone.
#[derive(Debug)]
pub(crate) enum Requests {
    /// One request, with its own audit row.
    Single(Box<PostingRequest>),
    /// Several requests under one audit row.
    Bulk(Vec<PostingRequest>),
    /// The requests of a slice's items, under one audit row.
    Slice(Slice),
}

/// The answer to one call, of the same variant as its requests.
#[derive(Debug)]
pub(crate) enum Answer {
    Single(Outcome),
    Bulk(Vec<Outcome>),
    Slice(SliceOutcome),
}

/// The channel for an answer.
pub(crate) type Reply = oneshot::Sender<Result<Answer, StoreError>>;

/// One call in the door's queue.
#[derive(Debug)]
pub(crate) struct QueuedRequest {
    /// The actor that it is recorded under.
    pub actor: Actor,
    pub requests: Requests,
    pub reply: Reply,
}

impl QueuedRequest {
    pub(crate) const fn is_single(&self) -> bool {
        matches!(self.requests, Requests::Single(_))
    }

    /// How many of its requests are items of a batch.
    pub(crate) fn item_count(&self) -> usize {
        if let Requests::Slice(slice) = &self.requests { slice.items.len() } else { 0 }
    }

    /// How many requests it consists of.
    pub(crate) fn size(&self) -> usize {
        match &self.requests {
            Requests::Single(_) => 1,
            Requests::Bulk(requests) => requests.len(),
            Requests::Slice(slice) => slice.items.len(),
        }
    }
}
