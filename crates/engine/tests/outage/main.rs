//! A server that goes away: stopped without warning in the middle of chunks, connections that are cut before
//! and after COMMIT. Nothing is lost, nothing is doubled, callers learn soon what is wrong, and the node goes
//! on by itself.
//!
//! `SLUICE_ROUNDS` says how often (5 by default; 50 in the long run, and each cut four times as often).
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod cuts;
mod fixture;
mod stops;

/// How often a fault is tried.
fn rounds() -> usize {
    usize::try_from(testkit::draw::number("SLUICE_ROUNDS", 5)).unwrap()
}
