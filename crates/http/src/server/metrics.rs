//! What the process counts, for Prometheus. The names are in `docs/guide/operations.md`.

use crate::app::App;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

/// The text format that Prometheus reads.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the process counts, in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "server",
    summary = "What the process counts",
    description = "In the text format of Prometheus. Nobody need sign in who asks from one of the networks of \
                   the setting `metrics_from`.",
    responses((status = 200, description = "One line a value.", body = String, content_type = "text/plain",
        example = "sluice_chunks_total{result=\"committed\"} 1")))]
pub(crate) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    ([(CONTENT_TYPE, TEXT)], app.metrics.render())
}
