//! The OpenAPI description, readable by every client.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::LazyLock;

/// Built once: it depends only on the program.
static TEXT: LazyLock<String> = LazyLock::new(|| crate::document().to_string());

/// Returns the description of this API, in OpenAPI 3.1.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "openApi", tag = "server",
    summary = "Returns the OpenAPI description of this API",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object, content_type = "application/json",
        example = json!({ "openapi": "3.1.0", "info": { "title": "Sluice" }, "paths": {} }))))]
pub(crate) async fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str())
}
