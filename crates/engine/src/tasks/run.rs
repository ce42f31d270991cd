//! One task on this node: it is taken under its lease, done, and ended. What it is doing is written down twice a second,
//! under the lease, so that a node that was taken for dead notices that another has taken the task.

use super::run_as_shipped;
use crate::duty::POLL;
use crate::engine::{Engine, is_passing};
use crate::{lease, meter};
use domain::code::Code;
use domain::id::TaskId;
use domain::task::TaskInput;
use domain::work::Work;
use futures_util::FutureExt;
use service::task::{self, Job, Outcome, Taken, TaskFailed, TaskHold};
use service::{Actor, Error, StoreError};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use store::{AtHand, crash, head};
use tokio::sync::watch;

/// How often it is written down how far a task is.
const NOTED: Duration = Duration::from_millis(500);

/// A task that was taken, and is to be run.
#[derive(Debug)]
pub(crate) struct Started {
    pub job: Job,
    input: TaskInput,
    at_hand: AtHand,
}

/// How a run came to its end.
enum Ran {
    Ended(Outcome),
    /// The database is away: somebody else may have more luck.
    Away(Error),
    /// Another node has the task.
    Fenced,
}

/// Takes a task; none if another node has it, or nothing is left to do.
pub(crate) async fn begin(engine: &Engine, id: TaskId) -> Result<Option<Started>, Error> {
    let (store, work) = (&engine.store, Work::task(id));
    let Some(at_hand) = store.begin_work(work) else { return Ok(None) };
    let mut tx = store.write().await?;
    let epoch = match lease::take_in(&mut tx, store.node(), work).await {
        Err(error) if error.code() == Some(Code::BatchRunning) => return Ok(None),
        taken => taken?,
    };
    let hold = TaskHold { task: id, node: store.node().to_owned(), epoch, upload: None };
    match task::take_in(&engine.service, &mut tx, hold).await? {
        Taken::Job(job, input) => {
            head::advance(&mut tx).await?;
            tx.commit().await?;
            crash::point("task_taken");
            tracing::info!(task = id.0, kind = input.kind().name(), "task begun");
            Ok(Some(Started { job: *job, input: *input, at_hand }))
        }
        Taken::Ended(fact) => {
            let now = engine.service.now();
            head::close(&mut tx, &Actor::system(store.node()), vec![fact], now).await?;
            tx.commit().await?;
            Ok(None)
        }
        Taken::Nothing => {
            tx.commit().await?;
            Ok(None)
        }
    }
}

impl Started {
    /// Does the task and ends it. Its result is an error only if the disk did not confirm a write.
    pub(crate) async fn run(self, engine: Engine, cancel: watch::Receiver<bool>) -> Result<(), Error> {
        let Self { job, input, at_hand } = self;
        let is_import = matches!(input, TaskInput::ImportBatch(_));
        let ran = perform(&engine, &job, input, cancel).await;
        if is_import && matches!(ran, Ran::Ended(Outcome::Cancelled)) {
            // What it had imported of a batch that will never be complete.
            engine.discard_imports().await.map_or_else(passed_over, |_| Ok(()))?;
        }
        let ended = match ran {
            Ran::Ended(outcome) => end(&engine, &job, &outcome).await,
            Ran::Away(error) => {
                tracing::info!(task = job.task.id.0, %error, "the task continues when the database is back");
                tokio::time::sleep(POLL).await;
                engine.with_retries(|| task::give_back(&engine.service, &job.hold)).await
            }
            Ran::Fenced => Err(Code::Fenced.into()),
        };
        drop(at_hand);
        // Others wait for its place.
        engine.store.wake();
        match ended {
            Err(error) if error.code() == Some(Code::Fenced) => {
                tracing::warn!(task = job.task.id.0, "another node has taken this task");
                Ok(())
            }
            Err(error) => passed_over(error),
            Ok(()) => Ok(()),
        }
    }
}

/// An error after which the task is taken again, by this node or another.
fn passed_over(error: Error) -> Result<(), Error> {
    if matches!(error, Error::Store(StoreError::Fatal(_))) {
        return Err(error);
    }
    tracing::warn!(%error, "the end of a task could not be recorded; it will be taken again");
    Ok(())
}

async fn perform(engine: &Engine, job: &Job, input: TaskInput, cancel: watch::Receiver<bool>) -> Ran {
    // Begun only when it is awaited, where a panic is caught.
    let running = async {
        let (engine, job) = (engine.clone(), job.clone());
        match engine.options.tasks.clone() {
            Some(runner) => runner.run(engine, job, input).await,
            None => run_as_shipped(engine, job, input).await,
        }
    };
    tokio::select! {
        biased;
        () = cancelled(cancel) => Ran::Ended(Outcome::Cancelled),
        ran = AssertUnwindSafe(running).catch_unwind() => match ran {
            Ok(Ok(output)) => Ran::Ended(Outcome::Done(Box::new(output))),
            Ok(Err(failed)) => why(failed),
            Err(_) => {
                meter::panicked("task");
                tracing::error!(task = job.task.id.0, "a task panicked");
                Ran::Ended(Outcome::Failed(Error::from(Code::ServerFault).into()))
            }
        },
        () = fenced(engine, job) => Ran::Fenced,
    }
}

fn why(failed: TaskFailed) -> Ran {
    match failed.error {
        Error::Store(error) if is_passing(&error) => Ran::Away(Error::Store(error)),
        error if error.code() == Some(Code::Fenced) => Ran::Fenced,
        error => {
            tracing::info!(%error, "a task failed");
            Ran::Ended(Outcome::Failed(TaskFailed { error, ..failed }))
        }
    }
}

async fn end(engine: &Engine, job: &Job, outcome: &Outcome) -> Result<(), Error> {
    crash::point("task_done");
    let service = &engine.service;
    let state = engine.with_retries(|| task::end(service, &job.hold, &job.counts, outcome)).await?;
    crash::point("task_ended");
    tracing::info!(task = job.task.id.0, state = state.name(), "task ended");
    Ok(())
}

/// Completes when somebody has cancelled the task.
async fn cancelled(mut cancel: watch::Receiver<bool>) {
    if cancel.wait_for(|cancel| *cancel).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Writes down how far the task is, again and again; completes when another node has taken it.
async fn fenced(engine: &Engine, job: &Job) {
    let mut noted = None;
    loop {
        tokio::time::sleep(NOTED).await;
        let now = Some((job.counts.progress(), job.counts.steps_text()));
        if now == noted {
            continue;
        }
        match task::note(&engine.service, &job.hold, &job.counts).await {
            Ok(()) => noted = now,
            Err(error) if error.code() == Some(Code::Fenced) => return,
            Err(error) => tracing::debug!(%error, "could not write down how far a task is"),
        }
    }
}
