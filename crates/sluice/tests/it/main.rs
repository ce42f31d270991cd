//! The built binary, run as users and scripts run it.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod accounts;
mod backup;
mod bad_files;
mod commands;
mod copy;
mod damage;
mod files;
mod language;
mod life;
mod lists;
mod mark;
mod master_key;
mod payroll;
mod people;
mod planted;
mod rewritten;
mod same_payments;
mod second_factor;
mod server;
mod support;
mod tampered;
mod texts;
mod twins;
mod two_processes;
mod walk;
