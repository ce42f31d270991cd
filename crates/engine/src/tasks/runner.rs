//! What runs a task: the kinds as shipped, or whatever a test puts in their place.

use super::perform;
use crate::engine::Engine;
use domain::task::{TaskInput, TaskOutput};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use service::task::{Job, TaskFailed};
use std::fmt;
use std::sync::Arc;

/// A task that is being done.
pub type RunningTask = BoxFuture<'static, Result<TaskOutput, TaskFailed>>;

type Run = dyn Fn(Engine, Job, TaskInput) -> RunningTask + Send + Sync;

/// Does tasks.
#[derive(Clone)]
pub struct TaskRunner(Arc<Run>);

impl TaskRunner {
    /// Does tasks in another way.
    #[must_use]
    pub fn new(run: impl Fn(Engine, Job, TaskInput) -> RunningTask + Send + Sync + 'static) -> Self {
        Self(Arc::new(run))
    }

    /// Does a task.
    #[must_use]
    pub fn run(&self, engine: Engine, job: Job, input: TaskInput) -> RunningTask {
        (self.0)(engine, job, input)
    }
}

/// The kinds as shipped.
impl Default for TaskRunner {
    fn default() -> Self {
        Self::new(|engine, job, input| async move { perform(&engine, &job, input).await }.boxed())
    }
}

impl fmt::Debug for TaskRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskRunner")
    }
}
