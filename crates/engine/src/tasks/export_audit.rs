//! Writing the audit log to a file.

use super::TaskKind;
use crate::engine::Engine;
use domain::task::export_audit::ExportAuditInput;
use domain::task::made::MadeFile;
use service::task::{self, Job, TaskFailed};

/// [`domain::task::TaskType::ExportAudit`].
pub(super) struct ExportAudit;

impl TaskKind for ExportAudit {
    type Input = ExportAuditInput;
    type Output = MadeFile;

    async fn run(engine: &Engine, job: &Job, input: ExportAuditInput) -> Result<MadeFile, TaskFailed> {
        job.counts.step("writing", engine.service.now());
        Ok(task::export_audit(&engine.service, job, input).await?)
    }
}
