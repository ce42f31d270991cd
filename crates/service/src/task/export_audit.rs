//! Writing the audit log to a file.

use super::aside;
use super::job::Job;
use crate::audit::{self, AuditExport, AuditFilter, AuditQuery};
use crate::upload::made::Making;
use crate::{Error, Service};
use domain::task::export_audit::{ExportAuditInput, ExportAuditOptions};
use domain::task::made::MadeFile;
use domain::upload::FileKind;

/// The file's name, without its ending.
const NAME: &str = "audit";

/// Writes the rows of the log: in a format as a table, without one as JSON lines with the entries of the API's list.
pub async fn export_audit(service: &Service, job: &Job, input: ExportAuditInput) -> Result<MadeFile, Error> {
    let query = query(input.options);
    job.counts.expect(audit::count(service, &query).await?);
    if input.format.is_none() {
        return entries(service, job, query).await;
    }
    let (options, of) = (aside::options(job, input.format, input.language, None), service.clone());
    aside::make(service, job, NAME, options, move |threads, options, to, told| {
        threads.block_on(audit::export_counted(&of, query, options, to, |rows| told.rows(rows)))
    })
    .await
}

fn query(options: ExportAuditOptions) -> AuditQuery {
    let filter = AuditFilter {
        actor: options.actor,
        action: options.action,
        subject: options.subject,
        subject_id: options.subject_id,
        ..AuditFilter::default()
    };
    AuditQuery { filter, from: options.from, to: options.to, ..AuditQuery::default() }
}

async fn entries(service: &Service, job: &Job, query: AuditQuery) -> Result<MadeFile, Error> {
    let (mut export, mut written) = (AuditExport::new(service.clone(), query), 0);
    let mut making = Making::begin(service).await?;
    while let Some(lines) = export.next().await? {
        making.append(&lines).await?;
        job.counts.add(export.rows() - written);
        written = export.rows();
    }
    let rows = Some(export.rows());
    making.finish(service, job, &format!("{NAME}.jsonl"), FileKind::Text, rows).await
}
