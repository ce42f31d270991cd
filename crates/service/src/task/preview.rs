//! Writing to a file what a run of a batch would do now.

use super::aside;
use super::job::Job;
use crate::batch::preview_export::export_counted;
use crate::{Error, Service, batch};
use domain::batch_ref::BatchRef;
use domain::task::made::MadeFile;
use domain::task::preview::{PreviewInput, PreviewedOnly};

/// Writes what would become of each item of a batch.
pub async fn preview(service: &Service, job: &Job, input: &PreviewInput) -> Result<MadeFile, Error> {
    let batch = batch::named(service, input.batch_id.0).await?;
    let options = aside::options(job, input.format, input.language, input.options.rows_per_file);
    let only_refused = input.options.only == Some(PreviewedOnly::Refused);
    let (of, id) = (service.clone(), BatchRef::from(batch.id));
    let name = format!("{}-preview", batch.number());
    aside::make(service, job, &name, options, move |threads, options, to, told| {
        let told = |rows| told.rows(rows);
        threads.block_on(export_counted(&of, id, only_refused, options, to, told))
    })
    .await
}
