//! One chunk: lock and read, decide in memory, write, commit, answer.
//!
//! Nothing is written until everything is decided, so a refusal has nothing to undo. A slice whose items
//! changed since they were read is not decided (`pending`). A chunk that lost a lock
//! conflict or its connection is retried as a whole, within a time limit; if the COMMIT got no answer, the
//! chunk is first looked up by its number. If the database refuses a write, the request at fault is isolated
//! and fails alone ([`isolate`]).
//!
//! A chunk waits for its database in few places, whatever its size, because each of these hops costs two
//! thread switches on a file and a round trip on a server. `tests/it/hops.rs` counts them:
//!
//! | hop | file | server |
//! | --- | --- | --- |
//! | the numbers of requests with operation ids, whose rows name them (`lock`) | 1 | 1 |
//! | begin, policy version, operation ids, leases, batches, accounts, all other numbers (`lock`) | 1 | 2 |
//! | the transfers of stored answers, and kept rates, if there are any (`lock`) | 1 each | 1 each |
//! | everything that is written, with the head row and the chunk's row (`write`) | 1 | 1 |
//! | commit (`attempt`) | 1 | 1 |
//!
//! A server draws numbers on a connection of its own, so they are a round trip; claiming operation ids writes,
//! so there the begin is another one. From a thousand rows on, transfers, postings and exchanges are written by
//! COPY, which takes two for each of them.
//!
//! The sole writer of a ledger, or the node that owns the balances ([`ownership`]), carries the accounts and the
//! running batches of a chunk to the next, which then reads only what it does not know ([`carried`]), and decides
//! a chunk of slices while the one before is being written ([`ahead`]).
//!
//! The files, from the bottom up: `requests`, `carried`, `ownership` and `memory` are what an attempt gets; `lock`
//! reads under lock, with `pending` for slices whose batch has another edition than they; `decide` folds, `write`
//! writes; `attempt` is these three in one transaction, with retries; `isolate` and `process` make of it an answer
//! for each request; `ahead` is the other way to the same answers.

mod ahead;
mod attempt;
mod audit;
mod carried;
mod decide;
mod isolate;
mod lock;
mod memory;
mod ownership;
mod pending;
mod process;
mod requests;
mod retry_budget;
mod write;

pub(crate) use ahead::{Ahead, Flight, Landing, decide_ahead};
pub(crate) use memory::Memory;
pub(crate) use process::process;
