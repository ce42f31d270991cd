//! What only a server has: several writers at a time, settings, certificates, and a schema that is not ours alone.
//!
//! These tests run with `SLUICE_TEST_ENGINE=server`; elsewhere their module's name filters them out, and nextest counts
//! them as skipped (`.config/nextest.toml`).

mod accounts;
mod images;
mod locks;
mod migration;
mod refusals;
mod tls;
mod truth;
