//! The evidence pack of a batch, for auditors and everybody else who sees the admin view.

use super::path::AdminBatchName;
use crate::app::App;
use crate::kit::download::Download;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use crate::operator::batch::evidence::{EvidenceQuery, pack};
use axum::extract::State;
use domain::access::Operation as O;
use domain::code::Code;
use utoipa_axum::routes;

pub(super) fn routes() -> Routes {
    Routes::new().add(
        O::AdminBatchEvidence,
        routes!(evidence),
        &[&[Code::BatchNotFound, Code::BatchState, Code::CheckpointUnfit]],
    )
}

/// Returns the evidence pack of a batch: one zip that can be confirmed without Sluice.
///
/// It is the pack of `evidencePack`, to the byte.
#[utoipa::path(get, path = "/api/v1/admin/transfer/batches/{batch_id}/evidence",
    operation_id = "getAdminBatchEvidence", tag = "admin",
    params(("batch_id" = String, Path, description = "The batch's number or id", example = "batch-20260310-001"),
        EvidenceQuery),
    responses((status = 200, description = "The pack.", body = String, content_type = "application/zip",
        example = "PK")))]
pub(super) async fn evidence(
    State(app): State<App>,
    who: Who,
    AdminBatchName(batch): AdminBatchName,
    Query(query): Query<EvidenceQuery>,
) -> Result<Download, Problem> {
    Ok(pack(&app, &who, batch, &query).await?)
}
