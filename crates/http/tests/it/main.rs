//! The API over real connections: a server on loopback with a worker beside it, and a client that is no
//! browser. Each noun of the API has its file.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod basics;
mod raw;
mod world;
