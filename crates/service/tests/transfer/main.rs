//! The 33 behaviours of a correct transfer: document 004, section 4, one named test each, in its seven
//! groups. Every test runs against its own real database, through the service and the ledger's door, and ends
//! by verifying the whole ledger.
//!
//! `SLUICE_TEST_ENGINE=file|memory|server` chooses the engine, `SLUICE_SCALE=small|medium|large` the size of
//! the world (document 004, section 6).
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod atomicity;
mod audit;
mod basic;
mod bulk;
mod concurrency;
mod fees;
mod history;
mod limits;
mod lists;
mod long_lists;
mod vouchers;
mod world;
