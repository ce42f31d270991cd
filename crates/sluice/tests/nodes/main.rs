//! Many processes on one ledger: workers are killed and frozen at random while batches run on shared
//! accounts. Every item is settled once, every batch finishes, and `verify` finds nothing.
//!
//! `SLUICE_ROUNDS` sets the number of rounds (5 by default, 50 in the long run), `SLUICE_SEED` replays a run,
//! `SLUICE_BIN` names another binary to test, such as the one with kill points.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod chaos;
mod cluster;
mod grants;
mod takeover;
