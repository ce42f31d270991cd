//! Writing transfers to a file.

use super::TaskKind;
use crate::engine::Engine;
use domain::task::export_transfers::ExportTransfersInput;
use domain::task::made::MadeFile;
use service::task::{self, Job, TaskFailed};

/// [`domain::task::TaskType::ExportTransfers`].
pub(super) struct ExportTransfers;

impl TaskKind for ExportTransfers {
    type Input = ExportTransfersInput;
    type Output = MadeFile;

    async fn run(engine: &Engine, job: &Job, input: ExportTransfersInput) -> Result<MadeFile, TaskFailed> {
        job.counts.step("writing", engine.service.now());
        Ok(task::export_transfers(&engine.service, job, &input).await?)
    }
}
