//! A page that renders the API description. It is part of the binary and contacts no other host.

use crate::app::App;
use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use utoipa_swagger_ui::Config;

/// The page has no inline script, so that it works under the common content security policy.
const PAGE: &str = include_str!("viewer.html");
/// Starts the viewer, without an external validator.
const START: &str = include_str!("viewer.js");
/// The viewer files that the page loads; the others are not served.
const FILES: [&str; 2] = ["swagger-ui.css", "swagger-ui-bundle.js"];
/// Browsers may cache the files: they change only with the program.
const KEPT: &str = "public, max-age=3600";

/// Returns a page that shows the description of this API.
#[utoipa::path(get, path = "/api/docs", operation_id = "apiViewer", tag = "server",
    summary = "Shows this API description as a page",
    responses((status = 200, description = "The page.", body = String, content_type = "text/html",
        example = "<!doctype html>")))]
pub(crate) async fn viewer() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], PAGE)
}

/// The page's files. They reveal nothing about this server, so they require no authentication.
pub(crate) fn files() -> Router<App> {
    let start = || async { file(START.as_bytes(), "text/javascript; charset=utf-8") };
    let router = Router::new().route("/api/docs/viewer.js", get(start));
    FILES.into_iter().fold(router, |router, name| {
        router.route(&format!("/api/docs/{name}"), get(async move || shipped(name)))
    })
}

fn shipped(name: &str) -> Response {
    match utoipa_swagger_ui::serve(name, Arc::new(Config::from("/api/openapi.json"))) {
        Ok(Some(found)) => file(found.bytes, &found.content_type),
        _ => crate::kit::problem::Problem::from(domain::code::Code::RouteNotFound).into_response(),
    }
}

fn file(bytes: impl Into<Vec<u8>>, content_type: &str) -> Response {
    let mut response = bytes.into().into_response();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(content_type) {
        headers.insert(CONTENT_TYPE, value);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(KEPT));
    response
}
