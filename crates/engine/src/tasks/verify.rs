//! Verifying the whole ledger.

use super::TaskKind;
use crate::engine::Engine;
use domain::task::verify::{VerifyInput, VerifyOutput, ViolatedInvariant};
use service::Error;
use service::task::{Job, TaskFailed};

/// [`domain::task::TaskType::Verify`].
pub(super) struct Verify;

impl TaskKind for Verify {
    type Input = VerifyInput;
    type Output = VerifyOutput;

    async fn run(engine: &Engine, job: &Job, _: VerifyInput) -> Result<VerifyOutput, TaskFailed> {
        job.counts.step("verifying", engine.service.now());
        let found = upkeep::verify::run(&engine.store).await.map_err(told)?;
        job.counts.add(found.postings);
        let violations = found.violations().into_iter().map(|violation| ViolatedInvariant {
            invariant: violation.invariant.to_owned(),
            count: violation.count,
            first: violation.first_key,
        });
        Ok(VerifyOutput { sound: found.is_ok(), postings: found.postings, violations: violations.collect() })
    }
}

fn told(error: upkeep::Error) -> Error {
    match error {
        upkeep::Error::Refused(refusal) => Error::Refused(refusal),
        upkeep::Error::Store(error) => Error::Store(error),
        upkeep::Error::Io(error) => Error::Io(error),
    }
}
