//! Listing batches in the admin API.

use super::page::{AdminPage, or_empty, requested};
use super::view::AdminBatchView;
use crate::app::App;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::operator::batch::words::BatchStateWord;
use axum::extract::State;
use domain::access::Operation as O;
use domain::batch::BatchState;
use serde::Deserialize;
use service::batch::list::BatchQuery;
use service::listing::{Counting, PageRequest, Total};
use service::{BatchFilter, batch};
use utoipa::IntoParams;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add(O::AdminBatchList, routes!(list), &[])
}

/// Which batches to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AdminBatchListQuery {
    /// The page number, from 1.
    #[param(minimum = 1, maximum = 10_000)]
    page: Option<i64>,
    /// Batches per page; 50 by default.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
    /// Only batches in this state; empty: in any.
    #[serde(default, deserialize_with = "or_empty")]
    #[param(value_type = Option<BatchStateWord>)]
    status: Option<BatchState>,
}

/// Lists batches, newest first.
#[utoipa::path(get, path = "/api/v1/admin/transfer/batches", operation_id = "listAdminBatches", tag = "admin",
    params(AdminBatchListQuery),
    responses((status = 200, description = "A page of batches.", body = AdminPage<Vec<AdminBatchView>>)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(query): Query<AdminBatchListQuery>,
) -> Result<AdminPage<Vec<AdminBatchView>>, Problem> {
    let (paging, part) = requested(query.page, query.page_size)?;
    let filter = BatchFilter { states: query.status.into_iter().collect(), ..BatchFilter::default() };
    let slice = PageRequest { offset: part.offset, limit: part.limit, ..PageRequest::default() };
    let wanted = BatchQuery { filter, slice, counting: Counting::Bounded, ..BatchQuery::default() };
    let found = batch::search(&app.service, &wanted).await?;
    let total = found.total.unwrap_or(Total { rows: 0, is_least: false });
    Ok(AdminPage::of(found.batches.into_iter().map(AdminBatchView::of).collect(), paging, total))
}
