//! Care for a whole ledger, not for what is in it: verifying it, backing it up, copying it to another place,
//! sealing it, and accepting the loss of commits.
//!
//! Each is one function over a [`store::Store`]: `verify::run`, `backup::run`, `copy::run`, `seal::remove`,
//! `loss::accept`; and `checkpoint::Checkpoint::make`, which signs what the ledger is. None of them moves money.

pub mod backup;
pub mod checkpoint;
pub mod copy;
pub mod error;
pub mod loss;
pub mod seal;
pub mod verify;

pub use error::Error;
