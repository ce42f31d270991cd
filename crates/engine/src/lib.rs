//! Use cases in time. The runner executes batches in chunks at its own pace and survives a kill at any
//! line: what it knows is in the database, and what is in its memory can be thrown away.

pub mod runner;

pub use runner::{Engine, EngineOptions, Progress};
