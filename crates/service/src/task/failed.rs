//! Why a task did not do what it was to do.

use crate::{Error, StoreError};
use domain::code::Code;
use domain::task::import_batch::TaskProblem;

/// Why a task failed, and the rows that made it fail.
#[derive(Debug)]
pub struct TaskFailed {
    /// The reason.
    pub error: Error,
    /// The rows.
    pub problems: Vec<TaskProblem>,
}

impl From<Error> for TaskFailed {
    fn from(error: Error) -> Self {
        Self { error, problems: Vec::new() }
    }
}

impl TaskFailed {
    /// The code of the reason, and what it is about. What is wrong with this machine is in its log only.
    #[must_use]
    pub fn told(&self) -> (Code, Option<String>) {
        match &self.error {
            Error::Refused(refusal) => (refusal.code, refusal.detail.clone()),
            Error::Store(StoreError::DiskFull) => (Code::StorageFull, None),
            Error::Store(_) | Error::Replayed(_) | Error::Io(_) => (Code::ServerFault, None),
        }
    }
}
