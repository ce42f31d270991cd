//! Exports spans to a trace collector over OTLP; off by default (`otlp_endpoint`).
//!
//! A background thread drains a bounded queue of spans. A slow or unreachable collector costs spans, never requests.

use crate::settings::Settings;
use http_api::Tracer;
use opentelemetry::global::BoxedTracer;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use std::time::Duration;

/// Timeout of one export, including the last one at shutdown.
const EXPORT_MAX: Duration = Duration::from_secs(2);
/// The standard path for spans (OTLP/HTTP).
const PATH: &str = "/v1/traces";

/// The span exporter of this process, if one is configured.
#[derive(Debug)]
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Starts the exporter if a collector is configured.
    pub(crate) fn start(settings: &Settings) -> Result<Self, ExporterBuildError> {
        let Some(endpoint) = settings.otlp_endpoint.as_deref() else { return Ok(Self(None)) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(format!("{}{PATH}", endpoint.trim_end_matches('/')))
            .with_timeout(EXPORT_MAX)
            .build()?;
        let share = f64::from(settings.otlp_percent) / 100.0;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share))))
            .with_resource(resource())
            .build();
        tracing::info!(endpoint, percent = settings.otlp_percent, "exporting a span per request");
        Ok(Self(Some(provider)))
    }

    /// The tracer for the HTTP server.
    pub(crate) fn tracer(&self) -> Option<Tracer> {
        let provider = self.0.as_ref()?;
        Some(Tracer::new(BoxedTracer::new(Box::new(provider.tracer("sluice")))))
    }

    /// Exports the remaining spans. Blocks for at most [`EXPORT_MAX`].
    pub(crate) fn stop(self) {
        let stopped = self.0.map(|provider| provider.shutdown_with_timeout(EXPORT_MAX));
        if let Some(Err(error)) = stopped {
            tracing::warn!(%error, "could not export the last spans");
        }
    }
}

/// Identifies this process to the collector. Nothing comes from the environment, so nothing unexpected is exported.
fn resource() -> Resource {
    Resource::builder_empty()
        .with_service_name("sluice")
        .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build()
}
