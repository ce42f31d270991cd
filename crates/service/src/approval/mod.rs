//! Approvals: who must agree to a batch before it is executed (contract: "People, approvals, second factor").
//!
//! What a batch needs is frozen in a round when it is submitted (`round`). `decide` approves and rejects; a batch
//! whose levels are filled is approved. Whatever makes approvals void (repricing, a withdrawal, expiry) begins
//! another round. `gate` is asked before money moves. `makers` records who made a batch: nobody decides about
//! their own.
//!
//! To make something else void the approvals of a batch: a cause in [`domain::approval::RoundCause`] and a call
//! of `round::renew` in the verb's transaction.

mod back;
pub(crate) mod decide;
mod expiry;
pub(crate) mod gate;
mod influence;
pub(crate) mod makers;
mod queue;
pub(crate) mod round;
mod standing;
mod withdraw;

pub use back::{recall, reopen};
pub use decide::{BatchDecision, DECISIONS_MAX, DecidedBatch, Decision, approve, decide, reject};
pub use expiry::expire_due;
pub use gate::check_run;
pub use influence::{ApproverSponsor, LoosenedPolicy};
pub use queue::{QueuePart, Queued, QueuedBatches, queue};
pub use standing::{ApprovalStanding, LevelStanding, foreseen, of_batch, standing_of};
pub use store::approval::Approval;
pub use withdraw::withdraw;
