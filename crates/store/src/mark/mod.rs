//! The mark of the head: what this machine knows of a ledger, in a small file apart from it. A ledger that
//! lacks what its mark knows has lost commits: an old copy was restored, its log was deleted, or a disk or a
//! standby acknowledged what it did not keep. Nothing is then written until an operator accepts the loss.
//!
//! `file` is the mark on disk. `begin` checks a ledger file before its first commit, `keeper` updates the
//! mark while there are writes, and `server` does both for a ledger on a server. Once a loss is accepted,
//! `leap` keeps lost numbers from being reissued.

mod begin;
pub(crate) mod behind;
mod file;
mod keeper;
mod leap;
mod numbers;
mod server;
mod state;

pub use begin::{LogFile, OpenMode, find_log};
pub use behind::Behind;
pub use file::{Mark, Witness, short_name};
pub use keeper::Keeper;
pub use leap::{LEAP, LEAP_OF_DAY, Leap, leap};
pub use numbers::Numbers;
pub use server::ServerKeeper;
pub use state::{State, compare, state};

use crate::bulk::{Named, named};

/// The statements of this noun.
pub const CATALOGUE: &[Named] =
    named![&state::STATE, &leap::RAISE, &leap::FLOOR, &leap::SET, &leap::RAISE_HEAD];
