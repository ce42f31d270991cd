//! A batch on one page (F-ADMIN-089).

use super::page::{AdminPage, or_empty, requested};
use super::path::AdminBatchName;
use super::view::{AdminBatchDetailView, RecipientStatusWord};
use crate::app::App;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use serde::Deserialize;
use service::listing::Total;
use service::{approval, batch};
use utoipa::IntoParams;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add(O::AdminBatchShow, routes!(show), &[&[Code::BatchNotFound]])
}

/// Which recipients to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RecipientsQuery {
    /// The page number, from 1.
    #[param(minimum = 1, maximum = 10_000)]
    page: Option<i64>,
    /// Recipients per page; 50 by default.
    #[param(minimum = 1, maximum = 200)]
    page_size: Option<i64>,
    /// Only recipients with this status; empty: with any.
    #[serde(default, deserialize_with = "or_empty")]
    #[param(inline)]
    status: Option<RecipientStatusWord>,
}

/// Returns a batch: its figures, a page of its recipients, its approvals, and how it came to its state.
#[utoipa::path(get, path = "/api/v1/admin/transfer/batches/{batch_id}", operation_id = "getAdminBatch", tag = "admin",
    params(("batch_id" = String, Path, description = "The batch's number or id", example = "batch-20260310-001"),
        RecipientsQuery),
    responses((status = 200, description = "The batch.", body = AdminPage<AdminBatchDetailView>)))]
pub(super) async fn show(
    State(app): State<App>,
    AdminBatchName(batch): AdminBatchName,
    Query(query): Query<RecipientsQuery>,
) -> Result<AdminPage<AdminBatchDetailView>, Problem> {
    let (paging, part) = requested(query.page, query.page_size)?;
    let states = query.status.map(RecipientStatusWord::item_states).unwrap_or_default();
    let overview = batch::overview(&app.service, batch, &states, part).await?;
    let total = Total { rows: overview.list.total, is_least: false };
    let standing = approval::standing_of(&app.service, &overview.list.batch.batch).await?;
    Ok(AdminPage::of(AdminBatchDetailView::of(overview, standing), paging, total))
}
