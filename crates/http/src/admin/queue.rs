//! The queue of batches that wait for approvals.

use super::approval::DecisionWord;
use crate::app::App;
use crate::kit::answer::OK;
use crate::kit::paging::Paging;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::access::Operation;
use domain::amount::format_minor;
use serde::{Deserialize, Serialize};
use service::approval::{self, QueuePart, Queued};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add(Operation::ApprovalList, routes!(list), &[])
}

/// The default page size.
const USUAL: i64 = 50;

/// Which part of the queue to list.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QueueWord {
    /// Batches that wait for the caller, who could approve them now: with a second factor, and not cooling off.
    #[default]
    Mine,
    /// Batches that the caller decided about.
    Decided,
    /// All batches that wait for an approval.
    All,
}

/// Which page of which part of the queue.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct QueueQuery {
    /// Which part; `mine` by default.
    #[param(inline)]
    which: Option<QueueWord>,
    /// The page number, from 1.
    #[param(minimum = 1, maximum = 10_000)]
    page: Option<i64>,
    /// Batches per page; 50 by default.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
}

/// A batch of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueuedView {
    /// The batch's number.
    #[schema(example = "batch-20251210-001")]
    batch_id: String,
    /// Its name.
    name: String,
    /// Its currency.
    #[schema(example = "USD")]
    currency: String,
    /// Its number of recipients.
    #[schema(example = 125)]
    total_recipients: i64,
    /// Its total.
    #[schema(example = "625000.00")]
    total_amount: String,
    /// Its state.
    #[schema(example = "pending")]
    status: &'static str,
    /// Who created it.
    created_by: String,
    /// Since when it waits for approvals.
    #[schema(format = DateTime)]
    waiting_since: String,
    /// The hash of the content to decide about.
    content_hash: String,
    /// How many approvals it needs.
    #[schema(example = 2)]
    needed: i64,
    /// How many were given.
    #[schema(example = 1)]
    given: i64,
    /// The caller's decision; null if the caller made none.
    decided: Option<QueuedDecisionView>,
}

/// A decision of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueuedDecisionView {
    /// What was decided.
    action: DecisionWord,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// The note.
    note: Option<String>,
}

/// A page of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueView {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// A message for people, in the language requested by `Accept-Language`.
    #[schema(example = "OK")]
    message: String,
    /// The batches, the longest waiting first.
    data: Vec<QueuedView>,
    /// The page's position in the queue.
    pagination: QueuePagination,
}

/// The position of a page of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueuePagination {
    /// The page number, from 1.
    #[schema(example = 1)]
    page: i64,
    /// Batches per page.
    #[schema(example = 50)]
    page_size: i64,
    /// The number of batches.
    #[schema(example = 3)]
    total: i64,
    /// The number of pages.
    #[schema(example = 1)]
    total_pages: i64,
}

impl IntoResponse for QueueView {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

impl From<Queued> for QueuedView {
    fn from(queued: Queued) -> Self {
        let (batch, asset) = (queued.batch.batch, queued.batch.asset);
        Self {
            batch_id: batch.number(),
            currency: asset.code,
            total_recipients: batch.tally.total_count,
            total_amount: format_minor(i128::from(batch.tally.total_amount), asset.scale),
            status: batch.state.name(),
            created_by: batch.created_by.name,
            name: batch.name,
            waiting_since: wire(queued.since),
            content_hash: queued.content_hash,
            needed: queued.needed,
            given: queued.given,
            decided: queued.decided.map(|decided| QueuedDecisionView {
                action: decided.action.into(),
                at: wire(decided.at),
                note: decided.note,
            }),
        }
    }
}

/// Lists the batches that wait for approvals, the longest waiting first.
#[utoipa::path(get, path = "/api/v1/approvals", operation_id = "listApprovals", tag = "approvals",
    params(QueueQuery),
    responses((status = 200, description = "A page of the queue.", body = QueueView)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Who,
    Query(query): Query<QueueQuery>,
) -> Result<QueueView, Problem> {
    let paging = Paging::of(query.page, query.page_size, USUAL)?;
    let part = match query.which.unwrap_or_default() {
        QueueWord::Mine => QueuePart::Mine,
        QueueWord::Decided => QueuePart::Decided,
        QueueWord::All => QueuePart::All,
    };
    let page = (paging.page_size, paging.offset());
    let queued = approval::queue(&app.service, who.actor(), part, page).await?;
    let Paging { page, page_size } = paging;
    let total_pages = (queued.total + page_size - 1) / page_size;
    let pagination = QueuePagination { page, page_size, total: queued.total, total_pages };
    let data = queued.batches.into_iter().map(Into::into).collect();
    Ok(QueueView { success: true, message: OK.text(), data, pagination })
}
