//! Writing the results of a batch to a file.

use super::TaskKind;
use crate::engine::Engine;
use domain::task::export_batch::ExportBatchInput;
use domain::task::made::MadeFile;
use service::task::{self, Job, TaskFailed};

/// [`domain::task::TaskType::ExportBatch`].
pub(super) struct ExportBatch;

impl TaskKind for ExportBatch {
    type Input = ExportBatchInput;
    type Output = MadeFile;

    async fn run(engine: &Engine, job: &Job, input: ExportBatchInput) -> Result<MadeFile, TaskFailed> {
        job.counts.step("writing", engine.service.now());
        Ok(task::export_batch(&engine.service, job, &input).await?)
    }
}
