//! Metrics for Prometheus. Their names are listed in `docs/guide/operations.md`.

use crate::app::App;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

/// The Prometheus text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Returns the process's metrics, in the Prometheus text format.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "server",
    summary = "Returns the process's metrics",
    description = "The metrics are in the Prometheus text format. No authentication is required from the \
                   networks in the setting `metrics_from`.",
    responses((status = 200, description = "One line per value.", body = String, content_type = "text/plain",
        example = "sluice_chunks_total{result=\"committed\"} 1")))]
pub(crate) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    ([(CONTENT_TYPE, TEXT)], app.metrics.render())
}
