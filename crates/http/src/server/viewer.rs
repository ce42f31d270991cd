//! A page to read the document of the API, and to try it. It ships in the binary and asks no other host.

use crate::app::App;
use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use utoipa_swagger_ui::Config;

/// The page has no script of its own, so that it works under the policy of all pages.
const PAGE: &str = include_str!("viewer.html");
/// Starts the viewer. It asks nobody whether the document is valid.
const START: &str = include_str!("viewer.js");
/// The files of the viewer that the page loads; whatever else it ships is not served.
const FILES: [&str; 2] = ["swagger-ui.css", "swagger-ui-bundle.js"];
/// A browser may keep them: they change with the program only.
const KEPT: &str = "public, max-age=3600";

/// A page that shows the document of this API.
#[utoipa::path(get, path = "/api/docs", operation_id = "apiViewer", tag = "server",
    summary = "A page that shows this document",
    responses((status = 200, description = "The page.", body = String, content_type = "text/html",
        example = "<!doctype html>")))]
pub(crate) async fn viewer() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], PAGE)
}

/// The page's own files. They say nothing about this server, so nobody is asked who he is.
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
        _ => crate::problem::Problem::from(domain::code::Code::RouteNotFound).into_response(),
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
