//! The server and the proxy, used as tests use them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod place;
mod postgres;
mod proxy;
mod tls;
mod waiting;
