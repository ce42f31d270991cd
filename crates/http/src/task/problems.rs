//! The rows of a file that a task refused.

use crate::app::App;
use crate::kit::answer::{ListAnswer, ListEnvelope};
use crate::kit::language;
use crate::kit::paging::{self, Paging};
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::segment::Segment;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::code::Code;
use domain::id::TaskId;
use domain::task::import_batch::TaskProblem;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use service::batch::{self, problems::ProblemRow};
use service::task;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const USUAL: i64 = 50;

pub(super) fn routes() -> Routes {
    Routes::new().add(
        Operation::TaskProblems,
        routes!(list),
        &[&[Code::TaskNotFound, Code::CursorInvalid, Code::BatchNotFound]],
    )
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct TaskProblemsQuery {
    /// The page number, from 1; of a task that made no batch.
    #[param(minimum = 1, maximum = 10_000, nullable = false)]
    page: Option<i64>,
    /// Rows per page; 50 by default.
    #[param(minimum = 1, maximum = 200, nullable = false)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page; of a task that made a batch.
    #[param(max_length = 200, nullable = false)]
    cursor: Option<String>,
}

/// A row that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskProblemView {
    /// The row's key in the batch; null if the task made no batch.
    #[schema(example = 1203)]
    id: Option<i64>,
    /// The row's line in the file.
    #[schema(example = 18)]
    line: i64,
    /// The column, as named in the file; null if the reason concerns the whole row.
    #[schema(example = "account")]
    column: Option<String>,
    /// The error code.
    #[schema(value_type = String, example = "PAYEE_NOT_FOUND")]
    code: &'static str,
    /// The value found, truncated.
    #[schema(example = "EMP-9917")]
    value: String,
    /// The error message, with a suggestion where there is one.
    message: String,
    /// The row's values by column; empty where they are not kept.
    #[schema(value_type = Object)]
    row: Map<String, Value>,
}

impl TaskProblemView {
    fn of_task(problem: TaskProblem) -> Self {
        let code = Code::from_number(problem.code).unwrap_or(Code::ServerFault);
        Self {
            id: None,
            line: problem.line,
            column: problem.column,
            code: code.name(),
            value: problem.value,
            message: message(code, problem.suggestion),
            row: Map::new(),
        }
    }

    fn of_batch(problem: ProblemRow) -> Option<Self> {
        let row = problem.content();
        let reason = problem.problems.into_iter().next()?;
        Some(Self {
            id: Some(problem.row.id),
            line: problem.row.line,
            column: reason.column,
            code: reason.code.name(),
            value: reason.value,
            message: message(reason.code, reason.suggestion),
            row,
        })
    }
}

fn message(code: Code, suggestion: Option<String>) -> String {
    let meant = suggestion.map_or_else(String::new, |text| format!(" ({text})"));
    format!("{}{meant}", code.message(language::current()))
}

/// Lists the rows that a task refused: of one that failed or imported accounts, the first 1,000; of one that made a batch,
/// those that are still open there.
#[utoipa::path(get, path = "/api/v1/batch-tasks/{id}/problems", operation_id = "listTaskProblems", tag = "tasks",
    params(("id" = String, Path, description = "The task's id.", example = "task_12"), TaskProblemsQuery),
    responses((status = 200, description = "A page of refused rows.", body = ListEnvelope<TaskProblemView>)))]
pub(super) async fn list(
    State(app): State<App>,
    who: Who,
    id: Segment,
    Query(query): Query<TaskProblemsQuery>,
) -> Result<ListAnswer<TaskProblemView>, Problem> {
    let (by, asker) = (who.actor().author.principal, who.identity.asker());
    let id: TaskId = id.named(Code::TaskNotFound)?;
    let task = task::show(&app.service, by, asker, id).await?;
    if let Some(batch) = task.batch.filter(|_| task.result.is_some()) {
        let sealed = format!("task problems {id}");
        let after = match &query.cursor {
            Some(cursor) => app.cursors.open(&sealed, cursor)?.parse().map_err(|_| Code::CursorInvalid)?,
            None => 0,
        };
        let size = paging::size(query.page_size, USUAL)?;
        let mut page = batch::problem_rows(&app.service, batch.into(), None, after, size + 1).await?;
        let is_more = i64::try_from(page.rows.len()).unwrap_or(0) > size;
        page.rows.truncate(usize::try_from(size).unwrap_or(0));
        let last = page.rows.last().filter(|_| is_more).map(|last| last.row.id.to_string());
        let mut pagination = paging::by_cursor(size, last.map(|place| app.cursors.seal(&sealed, &place)));
        pagination.total = Some(page.total);
        let data = page.rows.into_iter().filter_map(TaskProblemView::of_batch).collect();
        return Ok(ListAnswer { data, pagination });
    }
    let all = task::problems(&app.service, by, asker, id).await?;
    let paging = Paging::of(query.page, query.page_size, USUAL)?;
    let (skip, take) = (paging.offset(), paging.page_size);
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let page =
        all.into_iter().skip(usize::try_from(skip).unwrap_or(0)).take(usize::try_from(take).unwrap_or(0));
    let data = page.map(TaskProblemView::of_task).collect();
    Ok(ListAnswer { data, pagination: paging.of_total(total, None) })
}
