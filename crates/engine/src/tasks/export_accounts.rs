//! Writing accounts to a file.

use super::TaskKind;
use crate::engine::Engine;
use domain::task::export_accounts::ExportAccountsInput;
use domain::task::made::MadeFile;
use service::task::{self, Job, TaskFailed};

/// [`domain::task::TaskType::ExportAccounts`].
pub(super) struct ExportAccounts;

impl TaskKind for ExportAccounts {
    type Input = ExportAccountsInput;
    type Output = MadeFile;

    async fn run(engine: &Engine, job: &Job, input: ExportAccountsInput) -> Result<MadeFile, TaskFailed> {
        job.counts.step("writing", engine.service.now());
        Ok(task::export_accounts(&engine.service, job, &input).await?)
    }
}
