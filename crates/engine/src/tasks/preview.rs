//! Writing to a file what a run of a batch would do now.

use super::TaskKind;
use crate::engine::Engine;
use domain::task::made::MadeFile;
use domain::task::preview::PreviewInput;
use service::task::{self, Job, TaskFailed};

/// [`domain::task::TaskType::Preview`].
pub(super) struct PreviewFile;

impl TaskKind for PreviewFile {
    type Input = PreviewInput;
    type Output = MadeFile;

    async fn run(engine: &Engine, job: &Job, input: PreviewInput) -> Result<MadeFile, TaskFailed> {
        job.counts.step("writing", engine.service.now());
        Ok(task::preview(&engine.service, job, &input).await?)
    }
}
