//! Fault injection into the real binary: SIGKILL at random moments and at named points, a full disk, a failed
//! sync. `SLUICE_KILLS` sets the number of kills of a run (20 by default), which fall evenly on its five points
//! and on random moments; the points of the mark and of a rotation have as many each. So 120 are 20 at each
//! point. `SLUICE_BIN` names a binary built with the feature `failpoints`; without it kills fall at random
//! moments only, and the tests in `mark`, `notices`, `rotation`, `tasks` and `webhook`
//! are filtered (`.config/nextest.toml`).
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod disk;
mod kill;
mod ledger;
mod mark;
mod notices;
mod rotation;
mod tasks;
mod webhook;

/// How often the tests that kill twice at each of their points do so.
fn rounds() -> u64 {
    (testkit::draw::number("SLUICE_KILLS", 20) / 12).max(1)
}
