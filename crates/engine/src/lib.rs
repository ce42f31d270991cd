//! Background use cases. The runner executes batches in chunks at its own pace and survives a kill at any
//! line: its state is in the database, and what it holds in memory is disposable. A worker picks up batches
//! as one of any number of nodes; its heartbeat keeps the other nodes from taking them over. What a node does
//! by itself is a list of duties (`duties/mod.rs`).

mod back_off;
mod duties;
mod duty;
mod engine;
pub mod history;
mod imports;
pub mod lease;
mod mailer;
mod meter;
mod node;
mod progress;
pub mod pulse;
mod recovery;
mod rotation;
mod run_end;
mod runner;
mod slices;
mod spreading;
mod task_runner;
mod tasks;
mod webhook;
pub mod worker;

pub use engine::{Engine, EngineOptions};
pub use mailer::{Mailer, SmtpServer, SmtpTls};
pub use progress::Progress;
pub use pulse::Pulse;
pub use rotation::Rotation;
pub use task_runner::{RunningTask, TaskRunner};
pub use tasks::run_as_shipped;
