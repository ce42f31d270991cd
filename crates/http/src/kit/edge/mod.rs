//! The edge: what every request passes before its operation, and every response after it.

pub(crate) mod address;
pub(crate) mod host;
pub(crate) mod intake;
pub(crate) mod limits;
mod origin;
pub mod security;
pub mod span;
pub(crate) mod stall;
mod trace;
pub(crate) mod turns;

use crate::app::App;
use crate::kit::edge::security::Event;
use crate::kit::edge::span::RequestSpan;
use crate::kit::guard::{Caller, OperationOf};
use crate::kit::language;
use crate::kit::problem::{Problem, Refused};
use crate::kit::who::ClientAddress;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, COOKIE, HeaderName,
    STRICT_TRANSPORT_SECURITY,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::code::{Code, Language};
use futures_util::FutureExt;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use tracing::Instrument;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Headers of every response: against framing, content sniffing and cross-origin use.
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

/// Where files are uploaded to.
const UPLOADS: &str = "/api/v1/files";

/// Wraps all routes in the edge.
pub(crate) fn around(router: Router, app: &App) -> Router {
    let site = app.site.clone();
    router
        .method_not_allowed_fallback(async || Problem::from(Code::MethodNotAllowed))
        .fallback(async move |request: Request| site.answer(&request))
        .layer(from_fn_with_state(app.clone(), pass))
}

/// For a year, browsers that have connected over TLS use nothing else.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// A request extension: the head gave the body's length twice, by `Transfer-Encoding` and by
/// `Content-Length`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TwoLengths;

/// A request extension: the connection is beyond the limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoRoom;

/// What is logged and counted about a request after its response.
struct RequestSummary {
    begun: Instant,
    id: String,
    address: IpAddr,
    method: axum::http::Method,
    path: String,
    by: &'static str,
}

async fn pass(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let address = address::of_client(&request, &app.options.trusted_proxies);
    request.extensions_mut().insert(ClientAddress(address));
    let summary = RequestSummary {
        begun: Instant::now(),
        id: request_id(request.headers()),
        address,
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        by: by(request.headers()),
    };
    let language = language::of(request.headers(), app.options.language);
    let trace = trace::of(request.headers());
    let exported =
        app.tracer.as_ref().map(|tracer| tracer.start(summary.method.as_str(), &summary.id, trace.as_ref()));
    let traced =
        trace.as_ref().map(|trace| trace.id.clone()).or_else(|| exported.as_ref().map(RequestSpan::trace_id));
    let span = tracing::info_span!("request", id = summary.id.as_str(), trace = traced);
    let mut response = language::scope(language, handle(&app, request, next)).instrument(span.clone()).await;
    set_response_headers(response.headers_mut(), &summary.id);
    if let Some(trace) = &trace {
        let id = exported.as_ref().map_or_else(|| trace::span_id(&summary.id), RequestSpan::id);
        trace.set_header(response.headers_mut(), &id);
    }
    if app.is_secure() {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    span.in_scope(|| record_response(&app, &summary, &response));
    if let Some(exported) = exported {
        exported.end(operation_of(&response), response.status().as_u16(), refusal_of(&response));
    }
    response
}

/// How a request authenticates.
fn by(headers: &HeaderMap) -> &'static str {
    match (headers.contains_key(AUTHORIZATION), headers.contains_key(COOKIE)) {
        (true, _) => "key",
        (false, true) => "session",
        (false, false) => "none",
    }
}

fn operation_of(response: &Response) -> &'static str {
    response.extensions().get().map_or("none", |of: &OperationOf| of.0.name())
}

fn refusal_of(response: &Response) -> Option<Code> {
    response.extensions().get().map(|refused: &Refused| refused.0)
}

/// Counts and logs a response.
fn record_response(app: &App, summary: &RequestSummary, response: &Response) {
    let operation = operation_of(response);
    let caller = response.extensions().get().map(|caller: &Caller| caller.0.as_str());
    let refused = refusal_of(response);
    let (status, took) = (response.status().as_u16(), summary.begun.elapsed());
    metrics::histogram!("sluice_http_request_seconds", "operation" => operation, "status" => status.to_string())
        .record(took);
    let RequestSummary { method, path, address, by, id, .. } = summary;
    if refused == Some(Code::WriteUnconfirmed) {
        // Only a restart can determine what was committed: this process must not answer anything else.
        app.end();
    }
    if let Some(code) = refused {
        metrics::counter!("sluice_refusals_total", "code" => code.name()).increment(1);
        app.security.note(&Event {
            code,
            status,
            address: *address,
            caller,
            by,
            operation,
            method: method.as_str(),
            path,
            request: id,
        });
    }
    let (took_us, code) = (u64::try_from(took.as_micros()).unwrap_or(u64::MAX), refused.map(Code::name));
    // `Debug` escapes the path, so that clients cannot inject lines into the log.
    tracing::debug!(%method, ?path, status, took_us, %address, operation, code, "answered");
}

async fn handle(app: &App, request: Request, next: Next) -> Response {
    let is_upload = is_upload(&request);
    let (request, intake) = app.intakes.meter(request, is_upload);
    if let Err(problem) = check(app, &request) {
        return problem.into_response();
    }
    let limit = if is_upload { app.options.upload_timeout } else { app.options.request_timeout };
    let response = match within(limit, next.run(request)).await {
        Some(response) => response,
        None if intake.is_reading() => return too_slow(Code::BodyTooSlow),
        None => Problem::from(Code::RequestTimeout).into_response(),
    };
    match intake.stopped() {
        // An operation's response to an aborted body does not give the real reason.
        Some(code) => {
            let mut told = too_slow(code);
            told.extensions_mut().extend(response.extensions().clone());
            told.extensions_mut().insert(Refused(code));
            told
        }
        None => response,
    }
}

/// Whether a request is an upload, whose body is passed on as it arrives and may take longer than a request. Its speed
/// is watched like that of any other body.
fn is_upload(request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path() == UPLOADS
}

/// The response, unless it times out. A panic affects only its own request: it is answered, counted and
/// logged, and what the request had begun is rolled back as its values are dropped.
async fn within(limit: Duration, answer: impl Future<Output = Response>) -> Option<Response> {
    match tokio::time::timeout(limit, AssertUnwindSafe(answer).catch_unwind()).await {
        Ok(Ok(response)) => Some(response),
        Ok(Err(_)) => {
            metrics::counter!("sluice_panics_total", "task" => "request").increment(1);
            tracing::error!("request panicked; responding with SERVER_FAULT");
            Some(Problem::from(Code::ServerFault).into_response())
        }
        Err(_) => None,
    }
}

/// The rest of the body is not read, so the connection cannot be reused.
fn too_slow(code: Code) -> Response {
    let mut response = Problem::from(code).into_response();
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

fn check(app: &App, request: &Request) -> Result<(), Problem> {
    if request.extensions().get::<TwoLengths>().is_some() {
        return Err(Problem::about(Code::RequestMalformed, "Transfer-Encoding and Content-Length"));
    }
    if request.extensions().get::<NoRoom>().is_some() && !host::is_open(request.uri().path()) {
        return Err(Code::ServerBusy.into());
    }
    if let Some(ClientAddress(address)) = request.extensions().get() {
        app.limits.of_address(*address)?;
    }
    host::check(request, &app.options)?;
    origin::check(request, app.options.public_url.as_deref())
}

/// A complete response as bytes, for a connection that never became a request.
pub(crate) fn bare(code: Code, language: Language) -> Vec<u8> {
    let body = crate::kit::problem::body(code, language);
    let status = axum::http::StatusCode::from_u16(code.http()).unwrap_or_default();
    let mut headers = HeaderMap::new();
    set_response_headers(&mut headers, &service::request_id());
    let mut text = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in &headers {
        text.extend([name.as_str(), ": ", value.to_str().unwrap_or_default(), "\r\n"]);
    }
    text.push_str("\r\n");
    text.push_str(&body);
    text.into_bytes()
}

/// The client's request id if it is well-formed, otherwise a new one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_plain = |text: &&str| {
        (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    given.filter(is_plain).map_or_else(service::request_id, str::to_owned)
}

fn set_response_headers(headers: &mut HeaderMap, id: &str) {
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID.clone(), id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics_exporter_prometheus::PrometheusBuilder;

    #[tokio::test]
    async fn a_panic_affects_one_request_and_is_counted() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let _counted = metrics::set_default_local_recorder(&recorder);
        let minute = Duration::from_secs(60);
        let panics = async {
            let parts: Vec<u8> = Vec::new();
            Response::new(parts[7].to_string().into())
        };
        let response = within(minute, panics).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.extensions().get().map(|refused: &Refused| refused.0), Some(Code::ServerFault));
        let fine = within(minute, async { Response::default() }).await.unwrap();
        assert_eq!(fine.status(), 200);
        assert!(within(Duration::ZERO, std::future::pending()).await.is_none());
        let counted = recorder.handle().render();
        assert!(counted.contains("sluice_panics_total{task=\"request\"} 1"), "{counted}");
    }
}
