//! Use cases in time. The runner executes batches in chunks at its own pace and survives a kill at any
//! line: what it knows is in the database, and what is in its memory can be thrown away. A worker takes
//! batches by itself, as one of any number of nodes; its pulse keeps the others from taking them away.

mod history;
mod meter;
pub mod pulse;
mod rest;
pub mod runner;
pub mod worker;

pub use pulse::Pulse;
pub use runner::{Engine, EngineOptions, Progress};
