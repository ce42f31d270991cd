//! Refused file rows: listing and dropping them.

use super::draft::{OnVersion, ask};
use super::path::BatchName;
use super::view::BatchView;
use crate::app::App;
use crate::kit::answer::{Answer, Envelope, ListAnswer, ListEnvelope, Message};
use crate::kit::language;
use crate::kit::paging;
use crate::kit::problem::{OperatorProblem, Problem};
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use domain::code::groups::DRAFT;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use service::batch;
use service::batch::problems::ProblemRow;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .add_operator(O::ProblemList, routes!(list), &[&[Code::BatchNotFound, Code::CursorInvalid]])
        .add_operator(O::ProblemDrop, routes!(drop), &[DRAFT, &[Code::ProblemsOpen]])
}

const DROPPED: Message =
    Message { english: "The refused rows were dropped", chinese: "被拒绝的行已放弃" };
/// The default page size.
const USUAL: i64 = 50;

/// Which refused rows to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ProblemsQuery {
    /// Only rows refused with this code.
    #[param(example = "PAYEE_NOT_FOUND")]
    code: Option<String>,
    /// Rows per page; 50 by default.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page.
    cursor: Option<String>,
}

/// Which refused rows to drop, and how many there are.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct ProblemsDropQuery {
    /// Only rows refused with this code.
    #[param(example = "PAYEE_NOT_FOUND")]
    code: Option<String>,
    /// The number of rows to drop. If it is wrong, the request is refused with `PROBLEMS_OPEN` and the right
    /// number.
    #[param(minimum = 1, example = 3)]
    count: i64,
}

/// A reason why a row was refused.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowReasonView {
    /// The column, as named in the file; null if the reason concerns the whole row.
    #[schema(example = "account")]
    column: Option<String>,
    /// The error code.
    #[schema(example = "PAYEE_NOT_FOUND")]
    code: &'static str,
    /// The value found, truncated.
    #[schema(example = "EMP-9917")]
    value: String,
    /// The error message, with a suggestion where there is one.
    message: String,
}

/// A refused row that has been neither corrected nor dropped.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowProblemView {
    /// The row's key, for the column `sluice_row` of a repair file.
    #[schema(example = 1203)]
    id: i64,
    /// The row's line in the file.
    #[schema(example = 18)]
    line: i64,
    /// The first reason.
    #[serde(flatten)]
    reason: RowReasonView,
    /// The row's values by column; empty if the row could not be parsed.
    #[schema(value_type = Object)]
    row: Map<String, Value>,
    /// The other reasons.
    others: Vec<RowReasonView>,
}

impl RowProblemView {
    fn of(problem: ProblemRow) -> Option<Self> {
        let row = problem.content();
        let mut reasons = problem.problems.into_iter().map(|reason| {
            let meant = reason.suggestion.map_or_else(String::new, |text| format!(" ({text})"));
            let message = format!("{}{meant}", reason.code.message(language::current()));
            let (column, value) = (reason.column, reason.value);
            RowReasonView { column, code: reason.code.name(), value, message }
        });
        let reason = reasons.next()?;
        Some(Self { id: problem.row.id, line: problem.row.line, reason, row, others: reasons.collect() })
    }
}

fn code(name: Option<&str>) -> Result<Option<Code>, Problem> {
    let Some(name) = name else { return Ok(None) };
    let found = Code::ALL.iter().find(|code| code.name() == name).copied();
    found.map(Some).ok_or_else(|| Problem::about(Code::QueryInvalid, "code: unknown code"))
}

/// Lists the open refused rows of a batch's file, that is, those neither corrected nor dropped.
#[utoipa::path(get, path = "/api/batch-transfers/{id}/problems", operation_id = "listProblems", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"), ProblemsQuery),
    responses((status = 200, description = "A page of refused rows.", body = ListEnvelope<RowProblemView>)))]
pub(crate) async fn list(
    State(app): State<App>,
    BatchName(batch): BatchName,
    Query(query): Query<ProblemsQuery>,
) -> Result<ListAnswer<RowProblemView>, OperatorProblem> {
    let sealed = format!("problems {}", batch::named(&app.service, batch).await?.id);
    let after = match &query.cursor {
        Some(cursor) => app.cursors.open(&sealed, cursor)?.parse().map_err(|_| Code::CursorInvalid)?,
        None => 0,
    };
    let page_size = paging::size(query.page_size, USUAL)?;
    let code = code(query.code.as_deref())?;
    // Reading one row more than the page size shows whether there is another page.
    let mut page = batch::problem_rows(&app.service, batch, code, after, page_size + 1).await?;
    let goes_on = i64::try_from(page.rows.len()).unwrap_or(0) > page_size;
    page.rows.truncate(usize::try_from(page_size).unwrap_or(0));
    let last = page.rows.last().filter(|_| goes_on).map(|last| last.row.id.to_string());
    let mut pagination = paging::by_cursor(page_size, last.map(|place| app.cursors.seal(&sealed, &place)));
    pagination.total = Some(page.total);
    let data = page.rows.into_iter().filter_map(RowProblemView::of).collect();
    Ok(ListAnswer { data, pagination })
}

/// Drops open refused rows of a draft, so that they are not paid.
///
/// The request gives the number of rows, so that none is dropped unseen.
#[utoipa::path(delete, path = "/api/batch-transfers/{id}/problems", operation_id = "dropProblems", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"), ProblemsDropQuery,
        ("If-Match" = Option<String>, Header, description = "The expected version; refused if the draft has changed since")),
    responses((status = 200, description = "The batch.", body = Envelope<BatchView>)))]
pub(crate) async fn drop(
    State(app): State<App>,
    who: Who,
    BatchName(batch): BatchName,
    OnVersion(version): OnVersion,
    Query(query): Query<ProblemsDropQuery>,
) -> Result<Answer<BatchView>, OperatorProblem> {
    let code = code(query.code.as_deref())?;
    let ask = ask(&who, batch).on_version(version);
    batch::drop_problems(&app.service, who.actor(), ask, code, query.count).await?;
    Ok(Answer::saying(DROPPED, BatchView::of(batch::show(&app.service, batch).await?)))
}
