//! The foundation of the tests: a place for a ledger on the engine chosen for the run ([`mod@place`]), a real
//! PostgreSQL server ([`postgres`]), a proxy that cuts connections to it at the moment of a commit
//! ([`proxy`]), the binary to start ([`mod@binary`]), requests that wait for a lock ([`waiting()`]), and TLS
//! ([`use_ring()`]). Only a dev-dependency, except for `xtask`, which starts the server shared by a whole test run.
//!
//! To add a helper, add a module here with a header like this one, and a test in `tests/it`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test support may panic")]

pub mod binary;
pub mod draw;
pub mod place;
pub mod postgres;
pub mod proxy;
mod tls;
mod waiting;

pub use binary::binary;
pub use place::{Place, place};
pub use tls::use_ring;
pub use waiting::waiting;
