//! Who sees a task: the one who started it, administrators and auditors; and, if it belongs to a batch, all who may see
//! the batch.

use domain::access::{Asker, Operation, Role};
use domain::principal::Principal;
use store::task::Task;

/// Whether a caller sees the tasks of all.
pub(super) const fn sees_all(asker: Asker<'_>) -> bool {
    matches!(asker, Asker::Person(Role::Admin | Role::Auditor))
}

/// Whether a caller may see batches.
pub(super) fn sees_batches(asker: Asker<'_>) -> bool {
    Operation::BatchShow.allow(asker).is_ok()
}

/// Whether a caller sees a task.
pub(super) fn sees(task: &Task, by: Principal, asker: Asker<'_>) -> bool {
    let is_own = task.created_by.principal == by;
    is_own || sees_all(asker) || (task.batch.is_some() && sees_batches(asker))
}

/// Whether a caller may cancel or remove a task.
pub(super) fn may_cancel(task: &Task, by: Principal, asker: Asker<'_>) -> bool {
    task.created_by.principal == by || matches!(asker, Asker::Person(Role::Admin))
}
