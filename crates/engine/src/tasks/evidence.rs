//! Making the evidence pack of a batch.

use super::TaskKind;
use crate::engine::Engine;
use domain::task::evidence::EvidenceInput;
use domain::task::made::MadeFile;
use domain::upload::FileKind;
use service::batch;
use service::task::{Job, TaskFailed};
use service::upload::Making;

/// [`domain::task::TaskType::Evidence`].
pub(super) struct EvidencePack;

impl TaskKind for EvidencePack {
    type Input = EvidenceInput;
    type Output = MadeFile;

    async fn run(engine: &Engine, job: &Job, input: EvidenceInput) -> Result<MadeFile, TaskFailed> {
        let service = &engine.service;
        let mut pack = batch::evidence(service, input.batch_id.0, input.checkpoint).await?;
        let name = pack.file_name();
        job.counts.step("writing", service.now());
        let mut making = Making::begin(service).await?;
        while let Some(bytes) = pack.next().await? {
            making.append(&bytes).await?;
        }
        Ok(making.finish(service, job, &name, FileKind::Zip, None).await?)
    }
}
