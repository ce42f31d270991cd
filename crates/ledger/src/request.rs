//! What the door takes, and what it answers.

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

/// A caller's own name for a request, unique for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationKey {
    /// The caller's id.
    pub id: String,
    /// SHA-256 of the request's content, hexadecimal.
    pub fingerprint: String,
}

/// What the audit log says of a transfer's rate, beside the rate itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The stored rate, if there is one.
    pub stored: Option<String>,
    /// Why a rate out of bounds is to be taken, if somebody says so.
    pub reason: Option<String>,
}

/// A single movement of money.
#[derive(Debug, Clone)]
pub struct Single {
    /// Who asks.
    pub actor: Actor,
    /// Its name, if it may be repeated.
    pub operation: Option<OperationKey>,
    /// Why.
    pub kind: TransferKind,
    /// Who pays.
    pub source: Party,
    /// Who is paid.
    pub target: Party,
    /// Minor units of the source's currency.
    pub amount: i64,
    /// How it is exchanged, if the currencies differ.
    pub exchange: Option<Exchange>,
    /// The rates as they were asked for, if the currencies differ.
    pub quote: Option<Quote>,
    /// The day it counts for; today if none.
    pub value_date: Option<i64>,
    /// What people wrote.
    pub memo: Option<String>,
    /// Where its vouchers are, as a JSON array.
    pub vouchers: Option<String>,
    /// Why it cannot be done, if that was seen before it came here: the refusal is kept all the same.
    pub refused: Option<Code>,
}

/// How a single request ended. The first answer for an operation id is the answer for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The number of the transfer, or of the refusal that was kept; none if even that was refused (the
    /// operation id was used for something else).
    pub transfer: Option<TransferId>,
    /// Why it was refused.
    pub code: Option<Code>,
    /// Fee on top, in minor units.
    pub fee: i64,
    /// Whether this is the answer of an earlier request with the same operation id.
    pub replayed: bool,
    /// What was written for it now; none for an earlier answer, and for requests that share an audit row.
    pub written: Option<Arc<Written>>,
}

/// What was written for a single request, so that its caller needs not read it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The transfer, or the refusal that was kept.
    pub transfer: Transfer,
    /// Its postings, in order.
    pub postings: Vec<Booked>,
}

/// A slice of a batch, in the order of numbers: all its waiting items from the first to the last.
#[derive(Debug)]
pub struct Run {
    /// Who started the run.
    pub actor: Actor,
    /// The batch.
    pub batch: BatchId,
    /// The epoch under which the runner holds the lease.
    pub epoch: i64,
    /// The items; shared, because a slice may be handed over again.
    pub items: Arc<[Item]>,
}

/// What became of a slice.
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
    /// A person asked the run to stop; nothing was written.
    Halted,
    /// Items changed since they were read (a skip, a retry); nothing was written: read them again.
    Stale,
}
