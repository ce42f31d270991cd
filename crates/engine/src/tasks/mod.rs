//! What each kind of task does.
//!
//! To add a kind: a file in this folder with a type that implements [`TaskKind`], its `mod`, and its line in `registry!`.
//! Its input and its output are in `domain::task`.
//!
//! A kind does its work in steps between which it awaits: dropping its future, at any await, is how it is cancelled. It
//! counts what it has done in [`Job::counts`]; the file `run` writes that down. What it makes it makes under
//! the task's lease ([`service::task::TaskHold`]), and only once, however often it is taken up again.

mod annotate_original;
mod evidence;
mod export_accounts;
mod export_audit;
mod export_batch;
mod export_statement;
mod export_statistics;
mod export_transfers;
mod import_accounts;
mod import_batch;
mod measured;
mod preview;
pub(crate) mod run;
mod verify;

use crate::engine::Engine;
use crate::task_runner::RunningTask;
use domain::task::{TaskInput, TaskOutput};
use futures_util::FutureExt;
use service::task::{Job, TaskFailed};

/// A kind of task.
pub(crate) trait TaskKind {
    /// What it is to do.
    type Input: Send;
    /// What it did.
    type Output;

    /// Does it.
    fn run(
        engine: &Engine,
        job: &Job,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, TaskFailed>> + Send;
}

macro_rules! registry {
    ($($variant:ident => $kind:ty;)+) => {
        /// Does a task of any kind.
        async fn perform(engine: &Engine, job: &Job, input: TaskInput) -> Result<TaskOutput, TaskFailed> {
            match input {
                $(TaskInput::$variant(input) => {
                    <$kind as TaskKind>::run(engine, job, input).await.map(TaskOutput::$variant)
                })+
            }
        }
    };
}

/// Does a task as shipped.
#[must_use]
pub fn run_as_shipped(engine: Engine, job: Job, input: TaskInput) -> RunningTask {
    async move { perform(&engine, &job, input).await }.boxed()
}

registry! {
    ImportBatch => import_batch::ImportBatch;
    ImportAccounts => import_accounts::ImportAccounts;
    ExportBatch => export_batch::ExportBatch;
    ExportAccounts => export_accounts::ExportAccounts;
    ExportStatement => export_statement::ExportStatement;
    ExportTransfers => export_transfers::ExportTransfers;
    ExportStatistics => export_statistics::ExportStatistics;
    ExportAudit => export_audit::ExportAudit;
    Evidence => evidence::EvidencePack;
    Verify => verify::Verify;
    Preview => preview::PreviewFile;
    AnnotateOriginal => annotate_original::AnnotateOriginal;
}
