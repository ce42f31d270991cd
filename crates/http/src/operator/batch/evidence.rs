//! The evidence pack of a batch.

use super::path::BatchName;
use crate::app::App;
use crate::kit::download::Download;
use crate::kit::problem::OperatorProblem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use serde::Deserialize;
use service::{Error, batch};
use utoipa::IntoParams;
use utoipa_axum::routes;

/// The pack's media type.
const ZIP: &str = "application/zip";

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(
        O::BatchEvidence,
        routes!(evidence),
        &[&[Code::BatchNotFound, Code::BatchState, Code::CheckpointUnfit]],
    )
}

/// Up to where the audit entries are proved.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EvidenceQuery {
    /// The commit of a checkpoint (`commitNumber` in its file), at which the chain in the pack is to end. By default it
    /// ends at the commit of the batch's newest audit entry.
    #[param(example = 4711, minimum = 1, maximum = 9_007_199_254_740_991_i64, nullable = false)]
    pub checkpoint: Option<i64>,
}

/// Returns the evidence pack of a batch: one zip that can be confirmed without Sluice.
///
/// It has the content with its hash, the approvals, the results, the postings, the audit entries of the batch with the
/// chain of commits that covers them, and a `README.txt` with the steps. The batch must have been submitted and must not be running. The same batch and
/// checkpoint give the same bytes as long as nothing more is done to the batch. If the batch is changed while the pack is read, the connection is
/// closed before the end.
#[utoipa::path(get, path = "/api/batch-transfers/{id}/evidence", operation_id = "evidencePack", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17"), EvidenceQuery),
    responses((status = 200, description = "The pack.", body = String, content_type = "application/zip",
        example = "PK")))]
pub(crate) async fn evidence(
    State(app): State<App>,
    who: Who,
    BatchName(batch): BatchName,
    Query(query): Query<EvidenceQuery>,
) -> Result<Download, OperatorProblem> {
    Ok(pack(&app, &who, batch, &query).await?)
}

/// The pack as a response.
pub(crate) async fn pack(
    app: &App,
    who: &Who,
    batch: BatchRef,
    query: &EvidenceQuery,
) -> Result<Download, Error> {
    let pack = batch::evidence(&app.service, batch, query.checkpoint).await?;
    let name = pack.file_name();
    Ok(Download::of(app, who, pack, name, ZIP))
}
