//! The built binary, run as people and scripts run it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod accounts;
mod bad_files;
mod copy;
mod life;
mod payroll;
mod people;
mod support;
mod two_processes;
