//! Writing statistics to a file.

use super::TaskKind;
use crate::engine::Engine;
use domain::task::export_statistics::ExportStatisticsInput;
use domain::task::made::MadeFile;
use service::task::{self, Job, TaskFailed};

/// [`domain::task::TaskType::ExportStatistics`].
pub(super) struct ExportStatistics;

impl TaskKind for ExportStatistics {
    type Input = ExportStatisticsInput;
    type Output = MadeFile;

    async fn run(engine: &Engine, job: &Job, input: ExportStatisticsInput) -> Result<MadeFile, TaskFailed> {
        job.counts.step("writing", engine.service.now());
        Ok(task::export_statistics(&engine.service, job, &input).await?)
    }
}
