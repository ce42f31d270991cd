//! Writing an account's statement to a file.

use super::TaskKind;
use crate::engine::Engine;
use domain::task::export_statement::ExportStatementInput;
use domain::task::made::MadeFile;
use service::task::{self, Job, TaskFailed};

/// [`domain::task::TaskType::ExportStatement`].
pub(super) struct ExportStatement;

impl TaskKind for ExportStatement {
    type Input = ExportStatementInput;
    type Output = MadeFile;

    async fn run(engine: &Engine, job: &Job, input: ExportStatementInput) -> Result<MadeFile, TaskFailed> {
        job.counts.step("writing", engine.service.now());
        Ok(task::export_statement(&engine.service, job, input).await?)
    }
}
