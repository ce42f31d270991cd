//! Writing the audit log to a file.

use super::TaskKind;
use crate::engine::Engine;
use domain::task::export_audit::ExportAuditInput;
use domain::task::made::MadeFile;
use domain::upload::FileKind;
use service::audit::{self, AuditExport, AuditFilter, AuditQuery};
use service::task::{Job, TaskFailed};
use service::upload::Making;

/// [`domain::task::TaskType::ExportAudit`].
pub(super) struct ExportAudit;

impl TaskKind for ExportAudit {
    type Input = ExportAuditInput;
    type Output = MadeFile;

    async fn run(engine: &Engine, job: &Job, input: ExportAuditInput) -> Result<MadeFile, TaskFailed> {
        let (service, options) = (&engine.service, input.options);
        let filter = AuditFilter {
            actor: options.actor,
            action: options.action,
            subject: options.subject,
            subject_id: options.subject_id,
            ..AuditFilter::default()
        };
        let query = AuditQuery { filter, from: options.from, to: options.to, ..AuditQuery::default() };
        job.counts.expect(audit::count(service, &query).await?);
        job.counts.step("writing", service.now());
        let (mut export, mut written) = (AuditExport::new(service.clone(), query), 0);
        let mut making = Making::begin(service).await?;
        while let Some(lines) = export.next().await? {
            making.append(&lines).await?;
            job.counts.add(export.rows() - written);
            written = export.rows();
        }
        let rows = Some(export.rows());
        Ok(making.finish(service, job, "audit.jsonl", FileKind::Text, rows).await?)
    }
}
