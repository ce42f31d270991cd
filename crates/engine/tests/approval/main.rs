//! Approvals on real databases: who may do what in which state, the ways around them that are refused, races, and
//! random sequences.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod attacks;
mod kill;
mod life;
mod notices;
mod property;
mod races;
mod sponsors;
mod table;
mod world;
