//! Many processes on one ledger: workers that are killed and frozen at random while batches run on shared
//! accounts. Every item is settled once, nothing is left behind, and `verify` is clean.
//!
//! `SLUICE_ROUNDS` says how many rounds (5 by default, 50 in the long run), `SLUICE_SEED` replays one,
//! `SLUICE_BIN` names a release binary.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod chaos;
mod cluster;
mod grants;
mod takeover;
