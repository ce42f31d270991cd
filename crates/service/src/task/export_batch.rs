//! Writing the results of a batch to a file.

use super::aside;
use super::job::Job;
use crate::batch::export::export_counted;
use crate::{Error, Service, batch};
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::task::export_batch::ExportBatchInput;
use domain::task::made::MadeFile;
use formats::export::options::{ExportOptions, ROWS_PER_FILE_MIN};
use std::num::NonZeroU64;

/// Checks what is asked for; `BODY_INVALID` names what is not possible.
pub(super) fn check_export(input: &ExportBatchInput) -> Result<(), Error> {
    match input.options.rows_per_file {
        Some(rows) if rows < ROWS_PER_FILE_MIN => Err(Error::bilingual(
            Code::BodyInvalid,
            format!("options.rowsPerFile: {rows}, at least {ROWS_PER_FILE_MIN}"),
            format!("options.rowsPerFile：{rows}，至少为 {ROWS_PER_FILE_MIN}"),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Writes a batch's results.
pub async fn export_batch(service: &Service, job: &Job, input: &ExportBatchInput) -> Result<MadeFile, Error> {
    let batch = batch::named(service, input.batch_id.0).await?;
    job.counts.expect(batch.tally.total_count);
    let options = ExportOptions {
        rows_per_file: input.options.rows_per_file.and_then(NonZeroU64::new),
        ..aside::options(job, input.format, input.language)
    };
    let (of, id) = (service.clone(), BatchRef::from(batch.id));
    aside::make(service, job, &batch.number(), options, move |threads, options, to, told| {
        threads.block_on(export_counted(&of, id, options, to, |rows| told.rows(rows)))
    })
    .await
}
