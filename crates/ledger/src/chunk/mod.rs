//! One chunk: lock and read, decide in memory, write, commit, answer.
//!
//! Nothing is written until everything is decided, so a refusal has nothing to undo. A slice whose items
//! changed since they were read is dropped, and the chunk is retried without it. A chunk that lost a lock
//! conflict or its connection is retried as a whole, within a time limit; if the COMMIT got no answer, the
//! chunk is first looked up by its number. If the database refuses a write, the request at fault is isolated
//! and fails alone ([`isolate`]).
//!
//! The files, from the bottom up: `requests` and `memory` are what an attempt gets; `lock` reads under lock,
//! `decide` folds, `write` writes; `attempt` is these three in one transaction, with retries; `isolate` and
//! `process` make of it an answer for each request.

mod attempt;
mod audit;
mod decide;
mod isolate;
mod lock;
mod memory;
mod process;
mod requests;
mod retry_budget;
mod write;

pub(crate) use memory::Memory;
pub(crate) use process::process;
