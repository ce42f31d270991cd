//! Writing the results of a batch to a file.

use super::TaskKind;
use crate::engine::Engine;
use domain::code::Language;
use domain::task::export_batch::{ExportBatchInput, ExportFormat, ExportLanguage};
use domain::task::made::MadeFile;
use service::task::{self, Job, TaskFailed};

/// [`domain::task::TaskType::ExportBatch`].
pub(super) struct ExportBatch;

impl TaskKind for ExportBatch {
    type Input = ExportBatchInput;
    type Output = MadeFile;

    async fn run(engine: &Engine, job: &Job, input: ExportBatchInput) -> Result<MadeFile, TaskFailed> {
        let language = match input.language {
            Some(ExportLanguage::Chinese) => Language::Chinese,
            Some(ExportLanguage::English) | None => Language::English,
        };
        job.counts.step("writing", engine.service.now());
        match input.format.unwrap_or(ExportFormat::Csv) {
            ExportFormat::Csv => {
                Ok(task::export_batch(&engine.service, job, input.batch_id.0, language).await?)
            }
        }
    }
}
