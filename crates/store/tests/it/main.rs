//! The store against real databases: every statement runs, transactions are atomic, what is written stays,
//! the schema refuses what the domain never requests, and all engines behave the same.
//!
//! `SLUICE_TEST_ENGINE=file|memory|server` selects the engine. A test that says something about some engines only is in
//! a module `on_server`, `on_file` or `on_disk` (all but memory), by which `.config/nextest.toml` filters it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod bulk;
mod chain;
mod extents;
mod fill;
mod fill_people;
mod migration;
mod nouns;
mod on_server;
mod readers;
mod rules;
mod runs;
mod schema;
mod scripts;
mod transactions;
mod truth;
mod values;
mod world;
