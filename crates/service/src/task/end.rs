//! What the engine records about a task that it runs. Each is one transaction under the task's lease.

use super::failed::TaskFailed;
use super::hold::TaskHold;
use super::job::Counts;
use super::take::{end_in, running};
use crate::{Error, Service, StoreError};
use domain::task::{TaskOutput, TaskState};
use store::audit::Actor;
use store::task::Ending;
use store::{Tx, head};

/// How a run of a task ended.
#[derive(Debug)]
pub enum Outcome {
    /// It did what it was to do.
    Done(Box<TaskOutput>),
    /// It could not.
    Failed(TaskFailed),
    /// Somebody cancelled it.
    Cancelled,
}

/// Ends a task. One that was cancelled after it had made its batch is completed: the batch is committed.
pub async fn end(
    service: &Service,
    hold: &TaskHold,
    counts: &Counts,
    outcome: &Outcome,
) -> Result<TaskState, Error> {
    let (mut tx, now) = (fenced(service, hold).await?, service.now());
    let Some(task) = running(&mut tx, hold.task).await? else { return Ok(TaskState::Cancelled) };
    let ending = match (outcome, &task.result) {
        (Outcome::Done(output), None) => {
            Ending { result: Some(text(output)?), made: output.file(), ..Ending::of(TaskState::Completed) }
        }
        // What was written with the batch is the result, whether the attempt ended undisturbed or not.
        (Outcome::Done(_) | Outcome::Cancelled | Outcome::Failed(_), Some(result)) => {
            Ending { result: Some(result.clone()), ..Ending::of(TaskState::Completed) }
        }
        (Outcome::Cancelled, None) => Ending::of(TaskState::Cancelled),
        (Outcome::Failed(failed), None) => {
            let (code, message) = failed.told();
            let problems = (!failed.problems.is_empty()).then(|| text(&failed.problems)).transpose()?;
            Ending { problems, code: Some(code), message, ..Ending::of(TaskState::Failed) }
        }
    };
    let progress = counts.progress();
    let total = if ending.state == TaskState::Completed { Some(progress.processed) } else { progress.total };
    store::task::note(&mut tx, task.id, (total, progress.processed), &counts.steps_text()).await?;
    let fact = end_in(&mut tx, &task, &ending, now).await?.with("records", progress.processed);
    head::close(&mut tx, &Actor::system(service.store.node()), vec![fact], now).await?;
    tx.commit().await?;
    Ok(ending.state)
}

/// Writes how far a task is. It tells nobody and changes no money, so it does not wait for the ledger's head.
pub async fn note(service: &Service, hold: &TaskHold, counts: &Counts) -> Result<(), Error> {
    let mut tx = fenced(service, hold).await?;
    let progress = counts.progress();
    let (total, processed) = (progress.total, progress.processed);
    store::task::note(&mut tx, hold.task, (total, processed), &counts.steps_text()).await?;
    Ok(tx.commit().await?)
}

/// Gives a task back: this node stops, or the database is away.
pub async fn give_back(service: &Service, hold: &TaskHold) -> Result<(), Error> {
    let mut tx = fenced(service, hold).await?;
    store::task::give_back(&mut tx, hold.task).await?;
    store::lease::release(&mut tx, domain::work::Work::task(hold.task), hold.epoch).await?;
    tx.commit().await?;
    service.store.wake();
    Ok(())
}

async fn fenced(service: &Service, hold: &TaskHold) -> Result<Tx, Error> {
    let mut tx = service.store.write().await?;
    hold.fence(&mut tx).await?;
    Ok(tx)
}

fn text(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()).into())
}
