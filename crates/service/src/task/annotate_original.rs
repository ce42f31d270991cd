//! Writing the uploaded file of a batch again, with the outcome of each row beside it.

use super::aside;
use super::job::Job;
use crate::batch::annotate::{ANNOTATED_AT_ONCE, Annotating};
use crate::{Error, Service};
use domain::task::annotate_original::AnnotateOriginalInput;
use domain::task::made::MadeFile;

/// Writes a batch's original with the outcomes of its rows.
pub async fn annotate_original(
    service: &Service,
    job: &Job,
    input: &AnnotateOriginalInput,
) -> Result<MadeFile, Error> {
    let annotating = Annotating::open(service, input.batch_id.0, ANNOTATED_AT_ONCE).await?;
    job.counts.expect(annotating.rows());
    let options = annotating.like(&aside::options(job, None, input.language, None));
    let name = format!("{}-original", annotating.batch().number());
    let of = service.clone();
    aside::make(service, job, &name, options, move |threads, options, to, told| {
        threads.block_on(annotating.write(&of, options, to, |rows| told.rows(rows)))
    })
    .await
}
