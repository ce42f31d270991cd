//! Tasks: what takes long is started here, and done by the engine. A verb only writes rows.
//!
//! The right that a task needs is asked when it is started, when a node takes it, and when its result is downloaded.

mod aside;
mod cancel;
mod end;
mod export_audit;
mod export_batch;
mod failed;
pub(crate) mod hold;
mod import_batch;
pub(crate) mod job;
mod list;
mod right;
mod sees;
mod start;
mod take;

pub use cancel::cancel;
pub use end::{Outcome, end, give_back, note};
pub use export_audit::export_audit;
pub use export_batch::export_batch;
pub use failed::TaskFailed;
pub use hold::TaskHold;
pub use import_batch::{FileImport, read_import};
pub use job::{Counts, Job, TaskStep};
pub use list::{TaskPage, TaskQuery, cancelled, list, of_ids, problems, show, waiting};
pub use right::still_allowed;
pub use start::{start, started};
pub use store::task::{Task, TaskFilter};
pub use take::{Taken, take_in};
