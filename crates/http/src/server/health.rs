//! Whether the server lives, and whether it can work.

use crate::answer::{Answer, Envelope};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `up`.
    #[schema(example = "up")]
    status: &'static str,
}

/// Whether the process lives. Asks nothing else.
#[utoipa::path(get, path = "/healthz", operation_id = "health", tag = "server",
    responses((status = 200, description = "It lives.", body = Envelope<Health>)))]
pub(crate) async fn health() -> Answer<Health> {
    Answer::of(Health { status: "up" })
}

/// Whether the server can work: its database answers.
#[utoipa::path(get, path = "/readyz", operation_id = "ready", tag = "server",
    responses((status = 200, description = "It can work.", body = Envelope<Health>)))]
pub(crate) async fn ready(State(app): State<App>) -> Result<Answer<Health>, Problem> {
    app.service.asset_list().await?;
    Ok(Answer::of(Health { status: "up" }))
}
