//! What runs a task in place of the kinds as shipped: a test's own kinds, or its faults.

use domain::task::{TaskInput, TaskOutput};
use futures_util::future::BoxFuture;
use service::task::{Job, TaskFailed};
use std::fmt;
use std::sync::Arc;

/// A task that is being done.
pub type RunningTask = BoxFuture<'static, Result<TaskOutput, TaskFailed>>;

type Run<E> = dyn Fn(E, Job, TaskInput) -> RunningTask + Send + Sync;

/// Does tasks for an engine.
pub struct TaskRunner<E>(Arc<Run<E>>);

impl<E> TaskRunner<E> {
    /// Does tasks in this way.
    #[must_use]
    pub fn new(run: impl Fn(E, Job, TaskInput) -> RunningTask + Send + Sync + 'static) -> Self {
        Self(Arc::new(run))
    }

    /// Does a task.
    #[must_use]
    pub fn run(&self, engine: E, job: Job, input: TaskInput) -> RunningTask {
        (self.0)(engine, job, input)
    }
}

impl<E> Clone for TaskRunner<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E> fmt::Debug for TaskRunner<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskRunner")
    }
}
