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

/// Liveness probe: checks only that the process responds.
#[utoipa::path(get, path = "/healthz", operation_id = "health", tag = "server",
    responses((status = 200, description = "The process is alive.", body = Envelope<HealthView>)))]
pub(crate) async fn health() -> Answer<HealthView> {
    Answer::of(HealthView { status: "up" })
}

/// Readiness probe: checks that the database responds.
#[utoipa::path(get, path = "/readyz", operation_id = "ready", tag = "server",
    responses((status = 200, description = "The server is ready.", body = Envelope<HealthView>)))]
pub(crate) async fn ready(State(app): State<App>) -> Result<Answer<HealthView>, Problem> {
    asset::list(&app.service).await?;
    Ok(Answer::of(HealthView { status: "up" }))
}
