//! Reading tasks.

use super::view::TaskView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, ListAnswer, ListEnvelope};
use crate::kit::paging::{self, Paging};
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::task::{TaskState, TaskType};
use serde::Deserialize;
use service::batch;
use service::task::{self, TaskQuery};
use utoipa::IntoParams;
use utoipa_axum::routes;

const LIST: &str = "tasks";
const USUAL: i64 = 20;

pub(super) fn routes() -> Routes {
    Routes::new().add(Operation::TaskList, routes!(list), &[&[Code::CursorInvalid, Code::BatchNotFound]]).add(
        Operation::TaskShow,
        routes!(show),
        &[&[Code::TaskNotFound]],
    )
}

/// Which tasks to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TaskListQuery {
    /// Only tasks in this state.
    #[param(
        example = "processing",
        nullable = false,
        pattern = "^(pending|processing|completed|failed|cancelled)$"
    )]
    status: Option<String>,
    /// Only tasks of this type.
    #[param(example = "import_batch", nullable = false)]
    task_type: Option<String>,
    /// Only tasks about this batch, by id or number; open to all who may see the batch.
    #[param(example = "17", nullable = false)]
    batch_id: Option<String>,
    /// The page number, from 1.
    #[param(minimum = 1, maximum = 10_000, nullable = false)]
    page: Option<i64>,
    /// Tasks per page; 20 by default.
    #[serde(rename = "pageSize")]
    #[param(minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page, in place of `page`.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

fn word<T>(name: &str, text: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let unknown = || Problem::about(Code::QueryInvalid, format!("{name}: unknown value"));
    read(text).map(Some).ok_or_else(unknown)
}

/// Lists tasks, newest first: those that the caller started; for administrators and auditors all of them.
#[utoipa::path(get, path = "/api/v1/batch-tasks", operation_id = "listTasks", tag = "tasks", params(TaskListQuery),
    responses((status = 200, description = "A page of tasks.", body = ListEnvelope<TaskView>)))]
pub(super) async fn list(
    State(app): State<App>,
    who: Who,
    Query(query): Query<TaskListQuery>,
) -> Result<ListAnswer<TaskView>, Problem> {
    let mut wanted = TaskQuery::of(&who.identity);
    wanted.filter.state = word("status", query.status.as_deref(), TaskState::from_name)?;
    wanted.filter.kind = word("task_type", query.task_type.as_deref(), TaskType::from_name)?;
    if let Some(name) = &query.batch_id {
        wanted.filter.batch = Some(batch::named(&app.service, batch::read_ref(name)?).await?.id);
    }
    let paging = match &query.cursor {
        Some(_) if query.page.is_some() => {
            return Err(Problem::about(Code::QueryInvalid, "page, cursor: send only one of them"));
        }
        Some(cursor) => {
            let place = app.cursors.open(LIST, cursor)?;
            wanted.below = Some(place.parse().map_err(|_| Code::CursorInvalid)?);
            wanted.limit = paging::size(query.page_size, USUAL)?;
            None
        }
        None => {
            let paging = Paging::of(query.page, query.page_size, USUAL)?;
            (wanted.offset, wanted.limit) = (paging.offset(), paging.page_size);
            Some(paging)
        }
    };
    let page = task::list(&app.service, &wanted).await?;
    let next = page.next.map(|id| app.cursors.seal(LIST, &id.to_string()));
    let pagination = match paging {
        Some(paging) => paging.of_total(page.total, next),
        None => paging::by_cursor(wanted.limit, next),
    };
    let now = app.service.now();
    Ok(ListAnswer { data: page.tasks.into_iter().map(|task| TaskView::of(task, now)).collect(), pagination })
}

/// Returns a task that the caller started; administrators and auditors see all of them, and who may see a batch sees
/// the tasks about it.
#[utoipa::path(get, path = "/api/v1/batch-tasks/{id}", operation_id = "getTask", tag = "tasks",
    params(("id" = String, Path, description = "The task's id.", example = "task_12")),
    responses((status = 200, description = "The task.", body = Envelope<TaskView>)))]
pub(super) async fn show(State(app): State<App>, who: Who, id: Segment) -> Result<Answer<TaskView>, Problem> {
    let (by, asker) = (who.actor().author.principal, who.identity.asker());
    let task = task::show(&app.service, by, asker, id.named(Code::TaskNotFound)?).await?;
    Ok(Answer::of(TaskView::of(task, app.service.now())))
}
