//! Listing batches and showing one.

use super::path::BatchName;
use super::view::{BatchView, RelationView};
use super::words::{BatchStateWord, BatchStatusWord, BatchTypeWord};
use crate::app::App;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::approval::ApprovalView;
use crate::kit::list::Page;
use crate::kit::paging::Pagination;
use crate::kit::problem::{OperatorProblem, Problem};
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::time;
use axum::extract::State;
use domain::access::Operation as O;
use domain::batch::{BatchState, BatchType};
use domain::code::Code;
use serde::{Deserialize, Serialize};
use service::batch::list::{BatchPage, BatchQuery, OffsetPage};
use service::{BatchFilter, BatchSort, approval, batch};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .add_operator(O::BatchList, routes!(list), &[&[Code::CursorInvalid, Code::RangeReversed]])
        .add_operator(O::BatchShow, routes!(show), &[&[Code::BatchNotFound]])
}

/// How many relations the response for a single batch includes.
const RELATIONS_SHOWN: i64 = 200;

/// The sort order; `-` reverses it. Among equals, the newest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
pub(crate) enum BatchSortWord {
    /// Newest first.
    #[default]
    #[serde(rename = "-createdAt")]
    Newest,
    /// Oldest first.
    #[serde(rename = "createdAt")]
    Oldest,
    /// By name, ascending.
    #[serde(rename = "name")]
    Name,
    /// By name, descending.
    #[serde(rename = "-name")]
    NameBackwards,
    /// Smallest total first.
    #[serde(rename = "totalAmount")]
    Smallest,
    /// Largest total first.
    #[serde(rename = "-totalAmount")]
    Largest,
}

impl From<BatchSortWord> for BatchSort {
    fn from(word: BatchSortWord) -> Self {
        match word {
            BatchSortWord::Newest => Self::Newest,
            BatchSortWord::Oldest => Self::Oldest,
            BatchSortWord::Name => Self::Name,
            BatchSortWord::NameBackwards => Self::NameBackwards,
            BatchSortWord::Smallest => Self::Smallest,
            BatchSortWord::Largest => Self::Largest,
        }
    }
}

/// Which batches to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct BatchListQuery {
    /// The page number, from 1.
    #[param(minimum = 1, maximum = 10_000)]
    page: Option<i64>,
    /// Batches per page; 20 by default.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
    /// `nextCursor` of the previous page, instead of a page number.
    #[param(max_length = 8000)]
    cursor: Option<String>,
    /// Only batches with this status (document 000).
    status: Option<BatchStatusWord>,
    /// Only batches in this exact state.
    #[param(value_type = Option<BatchStateWord>)]
    state: Option<BatchState>,
    /// Only batches of this type.
    #[serde(rename = "type")]
    #[param(rename = "type", value_type = Option<BatchTypeWord>)]
    kind: Option<BatchType>,
    /// Only batches whose name contains this text.
    #[param(min_length = 1, max_length = 255)]
    search: Option<String>,
    /// Only batches created at or after this time.
    #[param(format = DateTime, example = "2026-01-01T00:00:00Z")]
    created_from: Option<String>,
    /// Only batches created before this time.
    #[param(format = DateTime, example = "2026-02-01T00:00:00Z")]
    created_to: Option<String>,
    /// The sort order; newest first by default.
    #[param(inline)]
    sort: Option<BatchSortWord>,
}

/// A page of batches.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchListView {
    /// The batches.
    batch_transfers: Vec<BatchView>,
    /// The page's position in the list.
    pagination: Pagination,
}

/// A batch and its first relations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchDetailView {
    /// The batch.
    #[serde(flatten)]
    batch: BatchView,
    /// The approvals that it needs and has, and who may still give them.
    approval: ApprovalView,
    /// The first 200 relations; `GET …/relations` lists all of them.
    relations: Vec<RelationView>,
}

impl BatchListQuery {
    fn filter(&self) -> Result<BatchFilter, Problem> {
        let wrong = |text: &str| text.is_empty() || text.contains('\0') || text.chars().count() > 255;
        if self.search.as_deref().is_some_and(wrong) {
            return Err(Problem::about(Code::QueryInvalid, "search: 1 to 255 characters"));
        }
        Ok(BatchFilter {
            states: self.states(),
            kind: self.kind,
            text: self.search.clone(),
            from: time::read("createdFrom", self.created_from.as_deref())?,
            until: time::read("createdTo", self.created_to.as_deref())?,
        })
    }

    fn states(&self) -> Vec<BatchState> {
        match (self.status, self.state) {
            (None, None) => Vec::new(),
            (Some(status), None) => status.batch_states(),
            (_, Some(state)) => vec![state],
        }
    }

    /// Whether status and state exclude each other, so that nothing can match.
    fn is_empty(&self) -> bool {
        self.state.zip(self.status).is_some_and(|(state, status)| !status.batch_states().contains(&state))
    }
}

/// Lists batches, by page number or by cursor.
#[utoipa::path(get, path = "/api/batch-transfers", operation_id = "listBatchTransfers", tag = "batches",
    params(BatchListQuery),
    responses((status = 200, description = "A page of batches.", body = Envelope<BatchListView>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<BatchListQuery>,
) -> Result<Answer<BatchListView>, OperatorProblem> {
    let sort = query.sort.unwrap_or_default();
    let name = format!("batches {sort:?}");
    let sort = BatchSort::from(sort);
    let size = (query.page, query.page_size);
    let page = Page::of(&app, name, sort.order(), size, query.cursor.as_deref())?;
    let wanted = BatchQuery {
        filter: query.filter()?,
        sort,
        slice: page.slice.clone(),
        resumed: page.resumed.clone(),
        counting: page.counting(),
    };
    let found = if query.is_empty() {
        BatchPage::empty(wanted.counting)
    } else {
        batch::search(&app.service, &wanted).await?
    };
    let pagination = page.pagination(&app, found.total, found.next.as_ref()).until(found.searched_until);
    let batch_transfers = found.batches.into_iter().map(BatchView::of).collect();
    Ok(Answer::of(BatchListView { batch_transfers, pagination }))
}

/// Returns a batch and its first 200 relations.
#[utoipa::path(get, path = "/api/batch-transfers/{id}", operation_id = "getBatchTransfer", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    responses((status = 200, description = "The batch.", body = Envelope<BatchDetailView>)))]
pub(crate) async fn show(
    State(app): State<App>,
    BatchName(batch): BatchName,
) -> Result<Answer<BatchDetailView>, OperatorProblem> {
    let part = OffsetPage { limit: RELATIONS_SHOWN, offset: 0 };
    let list = batch::item_list(&app.service, batch, &[], None, part).await?;
    let batch = list.batch;
    let relations = list.items.into_iter().map(|item| RelationView::of(&batch, item)).collect();
    let approval = ApprovalView::of(approval::standing_of(&app.service, &batch.batch).await?, &batch.asset);
    Ok(Answer::of(BatchDetailView { batch: BatchView::of(batch), approval, relations }))
}
