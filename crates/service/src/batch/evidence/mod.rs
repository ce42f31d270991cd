//! The evidence pack of a batch: one zip from which anybody can confirm, without Sluice, what was to be paid, who
//! approved it, what was paid and what the audit log says (ADR 50).
//!
//! `pack` puts the files together; `frame` has what they share; every other file is one file of the pack. To add one:
//! a file here, its member in `pack`, its lines in `README.txt` and, if it can contradict another, in `check.py`.

mod approvals;
mod chain;
mod content;
mod frame;
mod log;
mod manifest;
mod pack;
mod postings;
mod results;

pub use pack::{Evidence, evidence};
