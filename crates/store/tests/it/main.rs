//! The store against real databases: every statement runs, transactions are atomic, what is written stays,
//! the schema refuses what the domain never requests, and all engines behave the same.
//!
//! `SLUICE_TEST_ENGINE=file|memory|server` selects the engine; tests that need a server run only with
//! `server`.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod bulk;
mod extents;
mod fill;
mod locks;
mod migration;
mod nouns;
mod readers;
mod refusals;
mod rules;
mod schema;
mod scripts;
mod tls;
mod transactions;
mod truth;
mod values;
mod world;
