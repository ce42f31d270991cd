//! The evidence pack of a batch.

use super::path::BatchName;
use crate::app::App;
use crate::kit::download::Download;
use crate::kit::problem::OperatorProblem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use service::{Error, batch};
use utoipa_axum::routes;

/// The pack's media type.
const ZIP: &str = "application/zip";

pub(super) fn routes() -> Routes {
    Routes::new().add_operator(
        O::BatchEvidence,
        routes!(evidence),
        &[&[Code::BatchNotFound, Code::BatchState]],
    )
}

/// Returns the evidence pack of a batch: one zip that can be confirmed without Sluice.
///
/// It has the content with its hash, the approvals, the results, the postings and the audit entries of the batch, and a
/// `README.txt` with the steps. The batch must have been submitted and must not be running. The same batch gives the
/// same bytes as long as nothing more is done to it. If the batch is changed while the pack is read, the connection is
/// closed before the end.
#[utoipa::path(get, path = "/api/batch-transfers/{id}/evidence", operation_id = "evidencePack", tag = "batches",
    params(("id" = String, Path, description = "The batch's id or number", example = "17")),
    responses((status = 200, description = "The pack.", body = String, content_type = "application/zip",
        example = "PK")))]
pub(crate) async fn evidence(
    State(app): State<App>,
    who: Who,
    BatchName(batch): BatchName,
) -> Result<Download, OperatorProblem> {
    Ok(pack(&app, &who, batch).await?)
}

/// The pack as a response.
pub(crate) async fn pack(app: &App, who: &Who, batch: BatchRef) -> Result<Download, Error> {
    let pack = batch::evidence(&app.service, batch).await?;
    let name = pack.file_name();
    Ok(Download::of(app, who, pack, name, ZIP))
}
