//! Reading tasks.

use super::sees::{sees, sees_all, sees_batches};
use crate::identity::Identity;
use crate::{Error, Service, StoreError};
use domain::access::Asker;
use domain::code::Code;
use domain::id::TaskId;
use domain::noun::NounId;
use domain::principal::Principal;
use domain::task::import_batch::TaskProblem;
use store::listing::{Order, PageRequest};
use store::task::{Task, TaskFilter};

/// Rows that are counted for the total of a list.
const COUNTED: i64 = 10_000;

/// Which tasks to list, for whom.
#[derive(Debug, Clone)]
pub struct TaskQuery<'a> {
    /// The caller.
    pub by: Principal,
    /// The caller's role or scopes.
    pub asker: Asker<'a>,
    /// Which tasks. Whose they are follows from the caller.
    pub filter: TaskFilter,
    /// Only tasks with smaller ids.
    pub below: Option<i64>,
    /// Rows to skip.
    pub offset: i64,
    /// The most of them.
    pub limit: i64,
}

/// A page of tasks, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPage {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// The next page is below this id; none on the last one.
    pub next: Option<i64>,
    /// How many there are, up to 10,000.
    pub total: i64,
}

/// A caller of these verbs.
impl<'a> TaskQuery<'a> {
    /// All tasks that an identity sees.
    #[must_use]
    pub fn of(identity: &'a Identity) -> Self {
        let (by, asker) = (identity.actor.author.principal, identity.asker());
        Self { by, asker, filter: TaskFilter::default(), below: None, offset: 0, limit: 20 }
    }
}

/// The tasks that a caller started; all of them for administrators and auditors, and for anyone who may see batches
/// those about one batch.
pub async fn list(service: &Service, query: &TaskQuery<'_>) -> Result<TaskPage, Error> {
    let is_open = sees_all(query.asker) || (query.filter.batch.is_some() && sees_batches(query.asker));
    let started_by = (!is_open).then_some(query.by);
    let filter = TaskFilter { started_by: query.filter.started_by.or(started_by), ..query.filter.clone() };
    let after = query.below.map(|id| store::listing::CursorKey { value: id.into(), key: id });
    let (offset, limit) = (query.offset, query.limit.saturating_add(1));
    let slice = PageRequest { order: Order::Descending, after, offset, limit, ..PageRequest::default() };
    let mut tx = service.store.read().await?;
    let mut tasks = store::task::page(&mut tx, &filter, slice).await?;
    let total = store::task::count(&mut tx, &filter, COUNTED).await?;
    let wanted = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let is_more = tasks.len() > wanted;
    tasks.truncate(wanted);
    let next = tasks.last().filter(|_| is_more).map(|last| last.id.0);
    Ok(TaskPage { tasks, next, total })
}

/// A task that the caller sees; any other does not exist for the caller.
pub async fn show(service: &Service, by: Principal, asker: Asker<'_>, id: TaskId) -> Result<Task, Error> {
    let mut tx = service.store.point_read().await?;
    let found = store::task::get(&mut tx, id).await?;
    found.filter(|task| sees(task, by, asker)).ok_or_else(|| missing(id))
}

/// The rows that made a task fail.
pub async fn problems(
    service: &Service,
    by: Principal,
    asker: Asker<'_>,
    id: TaskId,
) -> Result<Vec<TaskProblem>, Error> {
    show(service, by, asker, id).await?;
    let mut tx = service.store.point_read().await?;
    let Some(text) = store::task::problems(&mut tx, id).await? else { return Ok(Vec::new()) };
    let unreadable = |error: serde_json::Error| StoreError::Corrupt(format!("the problems of {id}: {error}"));
    Ok(serde_json::from_str(&text).map_err(unreadable)?)
}

/// Tasks by their ids, for any caller: for those who were admitted to their rooms.
pub async fn of_ids(service: &Service, ids: &[TaskId]) -> Result<Vec<Task>, Error> {
    let mut tx = service.store.point_read().await?;
    let mut found = Vec::new();
    for id in ids {
        found.extend(store::task::get(&mut tx, *id).await?);
    }
    Ok(found)
}

/// The tasks that this node may take, oldest first. A file's sole writer takes those of any place: no other node would.
pub async fn waiting(service: &Service, limit: i64) -> Result<Vec<TaskId>, Error> {
    let place = service.files().map_or("", |files| files.place());
    let mut tx = service.store.read().await?;
    Ok(store::task::waiting(&mut tx, service.store.node(), place, limit).await?)
}

/// The tasks that run, on any node, and were cancelled.
pub async fn cancelled(service: &Service) -> Result<Vec<TaskId>, Error> {
    let mut tx = service.store.point_read().await?;
    Ok(store::task::cancelled(&mut tx).await?)
}

/// The refusal of a task that does not exist, or that the caller does not see.
pub(super) fn missing(id: TaskId) -> Error {
    Error::refused(Code::TaskNotFound, id.tagged())
}
