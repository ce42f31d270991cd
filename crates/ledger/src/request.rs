//! The door's requests and their outcomes.

use domain::code::Code;
use domain::id::{AccountId, AssetId, BatchId, TransferId};
use domain::transfer::TransferKind;
use std::sync::Arc;
use store::audit::Actor;
use store::item::Item;
use store::posting::Booked;
use store::transfer::{Exchange, Transfer};

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

/// A single movement of money.
#[derive(Debug, Clone)]
pub struct Single {
    /// The requesting actor.
    pub actor: Actor,
    /// Its operation key, if the request may be repeated.
    pub operation: Option<OperationKey>,
    /// What kind of movement it is.
    pub kind: TransferKind,
    /// The payer.
    pub source: Party,
    /// The payee.
    pub target: Party,
    /// In minor units of the source's currency.
    pub amount: i64,
    /// The conversion, if the currencies differ.
    pub exchange: Option<Exchange>,
    /// What to record about the requested rate, if the currencies differ.
    pub quote: Option<Quote>,
    /// The value date; today if none.
    pub value_date: Option<i64>,
    /// The user's memo.
    pub memo: Option<String>,
    /// Its vouchers, as a JSON array.
    pub vouchers: Option<String>,
    /// A refusal decided before the door; it is still recorded as a refused transfer.
    pub refused: Option<Code>,
}

/// The outcome of a single request. The first outcome under an operation id is permanent.
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
#[derive(Debug)]
pub struct Run {
    /// The actor that the run is recorded under.
    pub actor: Actor,
    /// The batch.
    pub batch: BatchId,
    /// The epoch under which the runner holds the lease.
    pub epoch: i64,
    /// The items; shared, because a slice may be submitted to the door again.
    pub items: Arc<[Item]>,
}

/// The outcome of a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunOutcome {
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
