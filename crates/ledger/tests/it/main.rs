//! The door on a ledger that is made with the store alone.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hops;
mod on_file;
mod on_server;
mod world;
