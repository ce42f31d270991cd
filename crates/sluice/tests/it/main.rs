//! The built binary, run as people and scripts run it.

mod bad_files;
mod life;
mod payroll;
mod support;
mod two_processes;
