//! The edge: what every request passes before its operation, whatever it asks for, and every answer after it.

pub(crate) mod address;
pub(crate) mod limits;
mod origin;
pub(crate) mod stall;
mod trace;

use crate::app::App;
use crate::guard::Done;
use crate::language;
use crate::problem::{Problem, Refused};
use crate::who::ClientAddress;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use std::time::Instant;
use tracing::Instrument;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// On every answer: nothing of it is framed, sniffed, or run from elsewhere.
const HEADERS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
];
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// Puts the edge around all routes.
pub(crate) fn around(router: Router, app: &App) -> Router {
    router
        .method_not_allowed_fallback(async || Problem::from(Code::MethodNotAllowed))
        .fallback(async || Problem::from(Code::RouteNotFound))
        .layer(from_fn_with_state(app.clone(), pass))
}

async fn pass(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = request_id(request.headers());
    let address = address::of_client(&request, &app.options.trusted_proxies);
    request.extensions_mut().insert(ClientAddress(address));
    let language = language::of(request.headers(), app.options.language);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let trace = trace::of(request.headers());
    let traced = trace.as_ref().map(|trace| trace.id.as_str());
    let span = tracing::info_span!("request", id = id.as_str(), trace = traced);
    let mut response = language::scope(language, work(&app, request, next)).instrument(span.clone()).await;
    dress(response.headers_mut(), &id);
    if let Some(trace) = &trace {
        trace.dress(response.headers_mut(), &id);
    }
    let operation = response.extensions().get().map_or("none", |done: &Done| done.0.name());
    let refused = response.extensions().get().map(|refused: &Refused| refused.0);
    if refused == Some(Code::WriteUnconfirmed) {
        // Only a restart can tell what stands: nothing else may be answered from this process.
        app.end();
    }
    let refused = refused.map(Code::name);
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    metrics::histogram!("sluice_http_request_seconds", "operation" => operation, "status" => status.to_string())
        .record(took);
    if let Some(code) = refused {
        metrics::counter!("sluice_refusals_total", "code" => code).increment(1);
    }
    let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    // The path is escaped by `Debug`, so that nobody writes lines of his own into the log.
    span.in_scope(
        || tracing::debug!(%method, ?path, status, took_us, %address, operation, code = refused, "answered"),
    );
    response
}

async fn work(app: &App, request: Request, next: Next) -> Response {
    if let Err(problem) = check(app, &request) {
        return problem.into_response();
    }
    match tokio::time::timeout(app.options.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::from(Code::RequestTimeout).into_response(),
    }
}

fn check(app: &App, request: &Request) -> Result<(), Problem> {
    if let Some(ClientAddress(address)) = request.extensions().get() {
        app.limits.of_address(*address)?;
    }
    origin::check(request, app.options.public_url.as_deref())
}

/// The client's name for the request if it is a plain one, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_plain = |text: &&str| {
        (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    given.filter(is_plain).map_or_else(service::request_id, str::to_owned)
}

fn dress(headers: &mut HeaderMap, id: &str) {
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID.clone(), id);
    }
}
