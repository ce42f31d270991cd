//! Fault injection into the real binary: SIGKILL at random moments and at named points, a full disk, a failed
//! sync. `SLUICE_KILLS` sets the number of kills (20 by default). `SLUICE_BIN` names a binary built with the
//! feature `failpoints`; without it kills fall at random moments only, and the tests in `mark`, `rotation` and `webhook` are filtered
//! (`.config/nextest.toml`).
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod disk;
mod kill;
mod ledger;
mod mark;
mod rotation;
mod webhook;
