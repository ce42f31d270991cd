//! Tasks: what takes long is started here, and done by the engine. A verb only writes rows.
//!
//! The right that a task needs is asked when it is started, when a node takes it, and when its result is downloaded.

mod annotate_original;
mod aside;
mod cancel;
mod end;
mod export_accounts;
mod export_audit;
mod export_batch;
mod export_statement;
mod export_statistics;
mod export_transfers;
mod failed;
mod filter_text;
pub(crate) mod hold;
mod import_accounts;
pub(crate) mod import_batch;
mod import_options;
pub(crate) mod job;
mod list;
mod preview;
pub(crate) mod right;
mod sees;
pub(crate) mod so_far;
mod start;
mod take;

pub use annotate_original::annotate_original;
pub use cancel::cancel;
pub use end::{Outcome, end, give_back, note};
pub use export_accounts::export_accounts;
pub use export_audit::export_audit;
pub use export_batch::export_batch;
pub use export_statement::export_statement;
pub use export_statistics::export_statistics;
pub use export_transfers::export_transfers;
pub use failed::TaskFailed;
pub use hold::TaskHold;
pub use import_accounts::read_account_import;
pub use import_batch::{FileImport, read_import};
pub use job::{Counts, Job, TaskStep};
pub use list::{TaskPage, TaskQuery, cancelled, list, of_ids, problems, show, waiting};
pub use preview::preview;
pub use right::still_allowed;
pub use start::{start, started};
pub use store::task::{Task, TaskFilter};
pub use take::{Taken, take_in};
