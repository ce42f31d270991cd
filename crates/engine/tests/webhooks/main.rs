//! Webhooks from end to end: events that were committed reach receivers that fail, stop and come back.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod arrival;
mod keys;
mod receiver;
#[path = "../still_clock/mod.rs"]
mod still_clock;
mod world;
