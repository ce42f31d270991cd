//! The door: collect -> lock -> read -> decide -> write -> publish.
//!
//! Everything that changes a balance is a request to [`Door`]. Callers hand over requests and await
//! outcomes. The door collects the waiting requests into one chunk, decides it in memory with
//! `domain::posting`, writes it in one transaction, commits durably and only then answers. A hundred
//! concurrent single transfers cost one commit.
//!
//! The lock order is the same in every chunk: operation ids sorted, leases by batch, batches by id, accounts
//! by id, and finally `ledger_head`.

pub mod calendar;
mod chunk;
pub mod clock;
pub mod content;
mod context;
pub use store::crash;
pub mod digest;
pub mod door;
mod meter;
pub mod rates;
pub mod request;
mod serve;

pub use clock::Clock;
pub use door::{Door, DoorOptions, SubmittedSlice};
pub use request::{Effects, Outcome, Party, PostingRequest, Slice, SliceOutcome, Written};
