//! What becomes of a batch's items when it is run.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod refused;
mod runs;
mod world;
