//! Database outages: the server is stopped without warning in the middle of chunks, and connections are cut
//! before and after COMMIT. Nothing is lost, nothing is paid twice, callers get an error soon, and the node
//! recovers by itself.
//!
//! `SLUICE_ROUNDS` sets the number of rounds (5 by default; 50 in the long run); there are four times as many
//! cuts.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod cuts;
mod fixture;
mod stops;

/// How often each fault is injected.
fn rounds() -> usize {
    usize::try_from(testkit::draw::number("SLUICE_ROUNDS", 5)).unwrap()
}
