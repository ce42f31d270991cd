//! Liveness and readiness probes.

use crate::app::App;
use crate::kit::answer::{Answer, Envelope};
use crate::kit::problem::Problem;
use axum::extract::State;
use serde::Serialize;
use service::asset;
use utoipa::ToSchema;

/// The server's status.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthView {
    /// Always `up`.
    #[schema(example = "up")]
    status: &'static str,
}

/// Whether the server can serve.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadinessView {
    /// Always `up`.
    #[schema(example = "up")]
    status: &'static str,
    /// Where this node stores files: on a `disk`, whose files another node reads only if it has the same folder; in `s3`;
    /// or `nowhere`, so that uploads and exports are refused.
    #[schema(value_type = String, example = "disk", pattern = "^(disk|s3|nowhere)$")]
    files: &'static str,
}

/// Liveness probe: checks only that the process responds.
#[utoipa::path(get, path = "/healthz", operation_id = "health", tag = "server",
    responses((status = 200, description = "The process is alive.", body = Envelope<HealthView>)))]
pub(crate) async fn health() -> Answer<HealthView> {
    Answer::of(HealthView { status: "up" })
}

/// Readiness probe: checks that the database responds, and says where files are stored.
#[utoipa::path(get, path = "/readyz", operation_id = "ready", tag = "server",
    responses((status = 200, description = "The server is ready.", body = Envelope<ReadinessView>)))]
pub(crate) async fn ready(State(app): State<App>) -> Result<Answer<ReadinessView>, Problem> {
    asset::list(&app.service).await?;
    let files = match app.service.files() {
        Some(files) if files.is_on_disk() => "disk",
        Some(_) => "s3",
        None => "nowhere",
    };
    Ok(Answer::of(ReadinessView { status: "up", files }))
}
