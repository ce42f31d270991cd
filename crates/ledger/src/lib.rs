//! The door: collect -> lock -> read -> decide -> write -> publish.
//!
//! Everything that changes a balance is a request to [`Door`]. Callers hand requests over and await
//! outcomes; the door takes what has gathered, makes one chunk of it, decides it in memory by
//! `domain::posting`, writes it in one transaction, commits durably and only then answers. A hundred
//! concurrent single transfers cost one commit.
//!
//! Lock order, the same in every chunk: operation ids sorted, leases by batch, batches by id, accounts by
//! id, at the end `ledger_head`.

pub mod calendar;
mod chunk;
pub mod clock;
mod context;
pub use store::crash;
pub mod digest;
pub mod door;
mod meter;
pub mod rates;
pub mod request;

pub use clock::Clock;
pub use door::{Door, DoorOptions};
pub use request::{Outcome, Party, Run, RunOutcome, Single, Written};
