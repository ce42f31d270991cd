//! Writing the results of a batch to a file.

use super::aside;
use super::job::Job;
use crate::batch::export::export_counted;
use crate::{Error, Service, batch};
use domain::batch_ref::BatchRef;
use domain::task::export_batch::ExportBatchInput;
use domain::task::made::MadeFile;

/// Writes a batch's results.
pub async fn export_batch(service: &Service, job: &Job, input: &ExportBatchInput) -> Result<MadeFile, Error> {
    let batch = batch::named(service, input.batch_id.0).await?;
    job.counts.expect(batch.tally.total_count);
    let options = aside::options(job, input.format, input.language, input.options.rows_per_file);
    let (of, id) = (service.clone(), BatchRef::from(batch.id));
    aside::make(service, job, &batch.number(), options, move |threads, options, to, told| {
        threads.block_on(export_counted(&of, id, options, to, |rows| told.rows(rows)))
    })
    .await
}
