//! One server span per request for a trace collector (OpenTelemetry), if the process has a [`Tracer`].
//!
//! Attributes are a closed list: method, operation, status, refusal code and request id. A span never holds paths,
//! queries, headers, bodies or callers, so it cannot hold a secret.

use crate::kit::edge::trace::Trace;
use domain::code::Code;
use opentelemetry::global::{BoxedSpan, BoxedTracer};
use opentelemetry::trace::{
    Span, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId,
    TraceState, Tracer as _,
};
use opentelemetry::{Context, KeyValue};
use std::sync::Arc;

/// Creates the exported spans.
#[derive(Clone)]
pub struct Tracer(Arc<BoxedTracer>);

impl Tracer {
    /// A tracer of any OpenTelemetry provider.
    pub fn new(tracer: BoxedTracer) -> Self {
        Self(Arc::new(tracer))
    }

    /// Starts the span of a request, as a child of the caller's span if the request names one.
    pub(super) fn start(&self, method: &str, request_id: &str, caller: Option<&Trace>) -> RequestSpan {
        let parent = caller
            .and_then(remote_context)
            .map_or_else(Context::new, |remote| Context::new().with_remote_span_context(remote));
        let attributes = vec![
            KeyValue::new("http.request.method", known_method(method)),
            KeyValue::new("sluice.request_id", request_id.to_owned()),
        ];
        let builder =
            SpanBuilder::from_name("request").with_kind(SpanKind::Server).with_attributes(attributes);
        RequestSpan(self.0.build_with_context(builder, &parent))
    }
}

impl std::fmt::Debug for Tracer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tracer")
    }
}

/// The span of one request. Dropping it ends it, so a request whose client disconnects is exported, too.
pub(super) struct RequestSpan(BoxedSpan);

impl RequestSpan {
    /// 32 hexadecimal digits.
    pub(super) fn trace_id(&self) -> String {
        self.0.span_context().trace_id().to_string()
    }

    /// 16 hexadecimal digits.
    pub(super) fn id(&self) -> String {
        self.0.span_context().span_id().to_string()
    }

    /// Ends the span with the outcome. Only a 5xx marks it as failed: a refusal is a normal response.
    pub(super) fn end(mut self, operation: &'static str, status: u16, refused: Option<Code>) {
        self.0.update_name(operation);
        self.0.set_attribute(KeyValue::new("sluice.operation", operation));
        self.0.set_attribute(KeyValue::new("http.response.status_code", i64::from(status)));
        if let Some(code) = refused {
            self.0.set_attribute(KeyValue::new("sluice.code", code.name()));
        }
        if status >= 500 {
            self.0.set_status(Status::error(""));
        }
        self.0.end();
    }
}

fn remote_context(caller: &Trace) -> Option<SpanContext> {
    let trace = TraceId::from_hex(&caller.id).ok()?;
    let span = SpanId::from_hex(&caller.parent).ok()?;
    let flags = TraceFlags::new(caller.flags);
    Some(SpanContext::new(trace, span, flags, true, TraceState::default()))
}

/// Callers can send any word as a method; the semantic conventions map non-standard ones to `_OTHER`.
fn known_method(method: &str) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("_OTHER")
}
