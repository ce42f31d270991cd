//! Importing a file as a batch, or into one.

use super::TaskKind;
use crate::engine::Engine;
use domain::code::Code;
use domain::task::import_batch::{ImportBatchInput, ImportBatchOutput, TaskProblem};
use service::batch::import::{BatchImport, Imported};
use service::task::{Counts, FileImport, Job, TaskFailed};
use service::{Error, batch, task, upload};
use std::io::{self, Read, Seek, SeekFrom};

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
        let file = upload::open(service, input.file_id).await?;
        job.counts
            .expect_bytes(i64::try_from(file.metadata().map_err(Error::from)?.len()).unwrap_or(i64::MAX));
        let file = Measured { inner: file, at: 0, counts: job.counts.clone() };
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

/// A file that says how far it is read. Its hash is taken and its form found before its rows are read, so it is read
/// several times.
struct Measured<R> {
    inner: R,
    /// Bytes from its beginning.
    at: u64,
    counts: Counts,
}

impl<R> Measured<R> {
    fn is_at(&mut self, at: u64) {
        self.at = at;
        self.counts.read_to(i64::try_from(at).unwrap_or(i64::MAX));
    }
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.is_at(self.at.saturating_add(u64::try_from(read).unwrap_or(0)));
        Ok(read)
    }
}

impl<R: Seek> Seek for Measured<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = self.inner.seek(to)?;
        self.is_at(at);
        Ok(at)
    }
}
