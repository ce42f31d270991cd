//! `sluice serve` as a process: start and stop, recovery after a kill, logs, metrics and settings.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod alike;
mod backup;
mod counts;
mod failover;
mod full;
mod journal;
mod kill;
mod logs;
mod mail;
mod places;
mod secrets;
mod server;
mod settings;
mod stop;
mod task_kills;
mod traces;
