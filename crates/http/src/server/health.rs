//! Liveness and readiness probes.

use crate::answer::{Answer, Envelope};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// The server's status.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `up`.
    #[schema(example = "up")]
    status: &'static str,
}

/// Liveness probe: checks only that the process responds.
#[utoipa::path(get, path = "/healthz", operation_id = "health", tag = "server",
    responses((status = 200, description = "The process is alive.", body = Envelope<Health>)))]
pub(crate) async fn health() -> Answer<Health> {
    Answer::of(Health { status: "up" })
}

/// Readiness probe: checks that the database responds.
#[utoipa::path(get, path = "/readyz", operation_id = "ready", tag = "server",
    responses((status = 200, description = "The server is ready.", body = Envelope<Health>)))]
pub(crate) async fn ready(State(app): State<App>) -> Result<Answer<Health>, Problem> {
    app.service.asset_list().await?;
    Ok(Answer::of(Health { status: "up" }))
}
