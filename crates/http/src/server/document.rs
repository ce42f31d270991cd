//! The document of the API, and a page to read it.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use utoipa::openapi::OpenApi;

pub(crate) fn router(document: &OpenApi) -> Router {
    let text = document.to_json().unwrap_or_default();
    Router::new()
        .route("/api/openapi.json", get(async move || ([(CONTENT_TYPE, "application/json")], text.clone())))
}
