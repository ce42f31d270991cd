//! Tasks: what each kind does, how one is cancelled, who may start and see it, and that it continues after its node ended.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod accounts;
mod cancel;
mod exports;
mod kinds;
mod originals;
mod rights;
#[path = "../still_clock/mod.rs"]
mod still_clock;
mod takeover;
mod uploads;
mod world;
