//! Cancelling a task that waits or runs, and removing one that has ended from the list.

use super::list::missing;
use super::sees::{may_cancel, sees};
use super::so_far;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::access::Asker;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::TaskId;
use domain::noun::NounId;
use domain::principal::Principal;
use domain::task::TaskState;
use store::audit::Actor;
use store::task::{Ending, Task};

/// Cancels a task that waits or runs; removes one that has ended from the list.
pub async fn cancel(service: &Service, actor: &Actor, asker: Asker<'_>, id: TaskId) -> Result<TaskId, Error> {
    let mut write = claimed!(service.write(actor, Action::TaskCancel));
    write.about.id = Some(id.0);
    let done = cancel_in(&mut write, asker, id).await;
    let cancelled = write.end(done).await;
    // Its node looks for tasks that were cancelled when it is woken.
    service.store.wake();
    cancelled
}

async fn cancel_in(write: &mut Write, asker: Asker<'_>, id: TaskId) -> Result<WriteResult<TaskId>, Error> {
    let by = write.actor.author.principal;
    let found = store::task::lock(&mut write.tx, id).await?;
    let task = found.filter(|task| sees(task, by, asker)).ok_or_else(|| missing(id))?;
    if !may_cancel(&task, by, asker) {
        return Err(Error::refused(Code::Forbidden, id.tagged()));
    }
    let now = write.now;
    let fact = |action| Fact::new(action, Some(id.0)).with("task_type", task.kind.name());
    let fact = match task.state {
        TaskState::Pending if task.result.is_none() => {
            let ending = so_far::complete(&mut write.tx, id, &Ending::of(TaskState::Cancelled)).await?;
            store::task::end(&mut write.tx, id, &ending, now).await?;
            let told = person(&task).filter(|person| by != Principal::User(*person));
            fact(Action::TaskCancel).with("state", TaskState::Cancelled.name()).with("person", told)
        }
        // What it did is committed; a node ends it as completed.
        TaskState::Pending | TaskState::Processing => {
            store::task::ask_end(&mut write.tx, id, now).await?;
            fact(Action::TaskCancel)
        }
        TaskState::Completed | TaskState::Failed | TaskState::Cancelled => {
            store::task::remove(&mut write.tx, id, now).await?;
            fact(Action::TaskRemove)
        }
    };
    Ok(WriteResult::one(id, fact))
}

/// The person who started a task, if a person did.
pub(super) const fn person(task: &Task) -> Option<i64> {
    match task.created_by.principal {
        Principal::User(id) => Some(id),
        Principal::System | Principal::CommandLine | Principal::Key(_) | Principal::Anonymous => None,
    }
}
