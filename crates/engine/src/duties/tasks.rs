//! The duty of doing tasks: it takes those that wait, at most so many at once, and tells those that were cancelled.

use crate::duty::{Duty, POLL};
use crate::engine::Engine;
use crate::tasks::run::{Started, begin};
use domain::id::TaskId;
use service::task::{self, TaskHold};
use service::{Error, StoreError};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Does tasks.
#[derive(Default)]
pub(crate) struct Tasks {
    runs: JoinSet<Result<(), Error>>,
    running: HashMap<TaskId, RunningHere>,
}

/// A task that this node is at.
struct RunningHere {
    cancel: watch::Sender<bool>,
    hold: TaskHold,
}

impl Duty for Tasks {
    const NAME: &'static str = "tasks";
    const IS_WOKEN: bool = true;

    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        while let Some(ended) = self.runs.try_join_next() {
            ended.map_err(|error| StoreError::Unavailable(error.to_string()))??;
        }
        self.running.retain(|_, running| !running.cancel.is_closed());
        self.cancel(engine).await?;
        self.take(engine).await?;
        Ok(POLL)
    }

    /// Gives back what is running: the next start, or another node, begins it again.
    async fn end(mut self, engine: &Engine) {
        self.runs.shutdown().await;
        for running in self.running.into_values().filter(|running| running.cancel.is_closed()) {
            if let Err(error) = task::give_back(&engine.service, &running.hold).await {
                tracing::debug!(%error, task = running.hold.task.0, "a task was not given back");
            }
        }
    }
}

impl Tasks {
    async fn cancel(&self, engine: &Engine) -> Result<(), Error> {
        if self.running.is_empty() {
            return Ok(());
        }
        for id in task::cancelled(&engine.service).await? {
            if let Some(running) = self.running.get(&id) {
                running.cancel.send_replace(true);
            }
        }
        Ok(())
    }

    async fn take(&mut self, engine: &Engine) -> Result<(), Error> {
        let most = engine.options.tasks_max;
        if self.running.len() >= most {
            return Ok(());
        }
        // Those that run here are among those that wait for a node.
        let limit = i64::try_from(most + self.running.len()).unwrap_or(i64::MAX);
        for id in task::waiting(&engine.service, limit).await? {
            if self.running.len() < most
                && !self.running.contains_key(&id)
                && let Some(started) = begin(engine, id).await?
            {
                self.start(engine, started);
            }
        }
        Ok(())
    }

    fn start(&mut self, engine: &Engine, started: Started) {
        let (cancel, cancelled) = watch::channel(false);
        let hold = started.job.hold.clone();
        self.running.insert(hold.task, RunningHere { cancel, hold });
        self.runs.spawn(started.run(engine.clone(), cancelled));
    }
}
