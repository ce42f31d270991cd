//! What tests stand on: the place of a ledger on the engine that is chosen for the run ([`mod@place`]), a real
//! PostgreSQL server ([`postgres`]), and a proxy that cuts connections to it at the moment of a commit
//! ([`proxy`]). A dev-dependency only, apart from `xtask`, which starts the server that a whole test run
//! shares.
//!
//! To add a helper: a module here with a head like this one, and a test in `tests/it`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test support may panic")]

pub mod draw;
pub mod place;
pub mod postgres;
pub mod proxy;

pub use place::{Place, place};
