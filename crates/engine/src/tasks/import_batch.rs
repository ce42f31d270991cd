//! Importing a file as a batch, or into one.

use super::TaskKind;
use super::measured::Measured;
use crate::engine::Engine;
use domain::code::Code;
use domain::task::import_batch::{ImportBatchInput, ImportBatchOutput, TaskProblem};
use service::batch::import::{BatchImport, Imported};
use service::task::{FileImport, Job, TaskFailed};
use service::{Error, batch, task};

/// [`domain::task::TaskType::ImportBatch`].
pub(super) struct ImportBatch;

impl TaskKind for ImportBatch {
    type Input = Box<ImportBatchInput>;
    type Output = ImportBatchOutput;

    async fn run(
        engine: &Engine,
        job: &Job,
        input: Box<ImportBatchInput>,
    ) -> Result<ImportBatchOutput, TaskFailed> {
        // What an earlier attempt left would hold its external ids.
        engine.discard_imports().await?;
        let (service, actor) = (&engine.service, job.actor());
        let file = Measured::open(service, job, input.file_id).await?;
        job.counts.step("reading", service.now());
        let imported = match task::read_import(&input.options)? {
            FileImport::New(import) => {
                let import = BatchImport { job: Some(job.clone()), ..*import };
                batch::import(service, &actor, &import, file).await?
            }
            FileImport::Into(into, mut add) => {
                (add.reach, add.job) = (job.reach, Some(job.clone()));
                batch::import_into(service, &actor, into, &add, file).await?
            }
        };
        if imported.batch.is_some() { Ok(imported.output()) } else { Err(refused(imported)) }
    }
}

/// Nothing was taken: the rows say why.
fn refused(imported: Imported) -> TaskFailed {
    let of_none = (Code::FileNoRows, String::new());
    let of_rows = (Code::BatchRowsInvalid, imported.refused.to_string());
    let (code, about) = if imported.refused == 0 { of_none } else { of_rows };
    let problems = imported.problems.into_iter().map(|problem| TaskProblem {
        line: problem.line,
        column: problem.column,
        code: problem.code.number(),
        value: problem.value,
        suggestion: problem.suggestion,
    });
    TaskFailed { error: Error::refused(code, about), problems: problems.collect() }
}
