//! Writing the uploaded file of a batch again, with the outcome of each row beside it.

use super::TaskKind;
use crate::engine::Engine;
use domain::task::annotate_original::AnnotateOriginalInput;
use domain::task::made::MadeFile;
use service::task::{self, Job, TaskFailed};

/// [`domain::task::TaskType::AnnotateOriginal`].
pub(super) struct AnnotateOriginal;

impl TaskKind for AnnotateOriginal {
    type Input = AnnotateOriginalInput;
    type Output = MadeFile;

    async fn run(engine: &Engine, job: &Job, input: AnnotateOriginalInput) -> Result<MadeFile, TaskFailed> {
        job.counts.step("writing", engine.service.now());
        Ok(task::annotate_original(&engine.service, job, &input).await?)
    }
}
