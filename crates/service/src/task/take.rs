//! Taking a task: whether it is still to be done, and in which state it continues.

use super::cancel::person;
use super::hold::TaskHold;
use super::job::{Counts, Job};
use super::right::still_allowed;
use super::so_far;
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::TaskId;
use domain::noun::NounId;
use domain::task::{TAKES_MAX, TaskInput, TaskOutput, TaskState};
use domain::work::Work;
use store::task::{Ending, Task};
use store::{Tx, lease};

/// What became of a task that a node wanted to take.
#[derive(Debug)]
pub enum Taken {
    /// The node does it.
    Job(Box<Job>, Box<TaskInput>),
    /// It ended in this transaction, and this is the fact.
    Ended(Fact),
    /// There is nothing to do.
    Nothing,
}

/// Takes a task whose lease the node has just taken, in the same transaction. It does not run if somebody cancelled it,
/// if it is done already (its process was killed before it could say so), if the one who started it may no longer do it,
/// or if it was taken too often.
pub async fn take_in(service: &Service, tx: &mut Tx, hold: TaskHold) -> Result<Taken, Error> {
    let (id, now) = (hold.task, service.now());
    let found = store::task::lock(tx, id).await?.filter(|task| !task.state.has_ended());
    let Some(task) = found else {
        lease::forget(tx, Work::task(id)).await?;
        return Ok(Taken::Nothing);
    };
    // One that cannot be read was written by another version, or is damaged.
    let input: Option<TaskInput> = serde_json::from_str(&task.input).ok();
    let reach = match &input {
        Some(input) => still_allowed(service, tx, task.created_by.principal, input).await?,
        None => None,
    };
    let failed = |code| Ending { code: Some(code), ..Ending::of(TaskState::Failed) };
    let ending = if let Some(result) = &task.result {
        Some(Ending { result: Some(result.clone()), ..Ending::of(TaskState::Completed) })
    } else if task.cancel_at.is_some() {
        Some(Ending::of(TaskState::Cancelled))
    } else if input.is_none() {
        Some(failed(Code::ServerFault))
    } else if reach.is_none() {
        Some(failed(Code::TaskNotRight))
    } else if task.takes >= TAKES_MAX {
        Some(failed(Code::TaskGivenUp))
    } else {
        None
    };
    let (input, reach) = match (ending, input, reach) {
        (None, Some(input), Some(reach)) => (input, reach),
        (ending, ..) => {
            let ending = ending.unwrap_or_else(|| failed(Code::ServerFault));
            return Ok(Taken::Ended(end_in(tx, &task, &ending, now).await?));
        }
    };
    store::upload::forget(tx, id, now).await?;
    store::task::take(tx, id, now).await?;
    let hold = TaskHold { upload: task.upload, ..hold };
    let counts = Counts::new(&task.steps);
    counts.step("taken", now);
    Ok(Taken::Job(Box::new(Job { task, reach, hold, counts }), Box::new(input)))
}

/// Ends a task with its lease; returns the fact.
pub(super) async fn end_in(tx: &mut Tx, task: &Task, ending: &Ending, now: i64) -> Result<Fact, Error> {
    let ending = so_far::complete(tx, task.id, ending).await?;
    let ending = Ending { header_set: header_set(tx, task, &ending).await?, ..ending };
    store::task::end(tx, task.id, &ending, now).await?;
    lease::forget(tx, Work::task(task.id)).await?;
    Ok(Fact::new(Action::TaskEnd, Some(task.id.0))
        .with("task_type", task.kind.name())
        .with("state", ending.state.name())
        .with("error_code", ending.code.map(Code::name))
        .with("about", ending.message.as_deref())
        .with("file", ending.made.map(NounId::tagged))
        .with("batch", task.batch.map(|id| id.0))
        .with("person", person(task)))
}

/// The headers for which a completed import's decisions about columns are remembered (ADR 63); none if nothing was
/// decided, unless an older decision is to be replaced by that. It is found in what the task is to do and did, so that a
/// kill before its end forgets nothing.
async fn header_set(tx: &mut Tx, task: &Task, ending: &Ending) -> Result<Option<String>, Error> {
    let Some(result) = ending.result.as_ref().filter(|_| ending.state == TaskState::Completed) else {
        return Ok(None);
    };
    let Ok(input) = serde_json::from_str::<TaskInput>(&task.input) else { return Ok(None) };
    let output = serde_json::from_str::<TaskOutput>(result).ok();
    let Some(set) = output.as_ref().and_then(TaskOutput::header_set) else { return Ok(None) };
    let is_kept = input.column_choices().is_some()
        || store::task::remembered(tx, set, task.kind, task.created_by.principal).await?.is_some();
    Ok(is_kept.then(|| set.to_owned()))
}

/// A task's row, if it still runs.
pub(super) async fn running(tx: &mut Tx, id: TaskId) -> Result<Option<Task>, Error> {
    let found = store::task::lock(tx, id).await?;
    Ok(found.filter(|task| !task.state.has_ended()))
}
