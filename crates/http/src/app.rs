//! What every request has at hand.

use crate::cursor::Cursors;
use crate::edge::intake::Intakes;
use crate::edge::limits::Limits;
use crate::edge::span::Tracer;
use crate::edge::security::Security;
use crate::edge::turns::Turns;
use crate::progress::hub::Hub;
use domain::code::Language;
use ipnet::IpNet;
use service::Service;
use service::session::SessionLife;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How the server behaves. All bounds have a default that suits one organisation.
#[derive(Debug, Clone)]
pub struct Options {
    /// How people reach the server, such as `https://pay.example.com`; cookies are `Secure` under https.
    pub public_url: Option<String>,
    /// Other hosts that requests may name, such as `pay.internal` or `pay.internal:8080`.
    pub allowed_hosts: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// From where `/metrics` is read without signing in.
    pub metrics_from: Vec<IpNet>,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How long a body may take before it has to come faster than a kibibyte a second.
    pub slow_after: Duration,
    /// Bytes that the bodies of all requests may take together.
    pub request_memory: usize,
    /// Connections at once.
    pub connections: usize,
    /// Connections of one address at once; 0: any number.
    pub connections_per_address: usize,
    /// Requests a second from one address; 0: any number.
    pub per_address: u32,
    /// Requests a second of one user or key; 0: any number.
    pub per_identity: u32,
    /// How long a session lives without a request.
    pub session_idle: Duration,
    /// How long a session lives at most.
    pub session_max: Duration,
    /// How long a list with conditions is searched before it is answered as far as it goes.
    pub search_budget: Duration,
    /// The language of messages where a client names none.
    pub language: Language,
}

impl Options {
    /// How long sessions live.
    pub(crate) const fn session_life(&self) -> SessionLife {
        SessionLife { idle: self.session_idle, max: self.session_max }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            public_url: None,
            allowed_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            metrics_from: ["127.0.0.0/8", "::1/128"].iter().filter_map(|text| text.parse().ok()).collect(),
            request_timeout: Duration::from_secs(30),
            slow_after: Duration::from_secs(20),
            request_memory: 256 * 1024 * 1024,
            connections: 20_000,
            connections_per_address: 256,
            per_address: 500,
            per_identity: 300,
            session_idle: Duration::from_secs(30 * 60),
            session_max: Duration::from_secs(12 * 3_600),
            search_budget: service::search::BUDGET,
            language: Language::English,
        }
    }
}

/// Gives what the process counts, as text.
#[derive(Clone)]
pub struct Render(Arc<dyn Fn() -> String + Send + Sync>);

impl Render {
    /// By a function.
    pub fn by(render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(render))
    }

    pub(crate) fn render(&self) -> String {
        (self.0)()
    }
}

/// Where nothing is counted.
impl Default for Render {
    fn default() -> Self {
        Self::by(String::new)
    }
}

impl std::fmt::Debug for Render {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Render")
    }
}

/// What every request has at hand. Clones share everything: each layer of each request takes one.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
#[derive(Debug, Clone)]
pub struct Parts {
    pub(crate) service: Service,
    pub(crate) options: Options,
    pub(crate) limits: Arc<Limits>,
    pub(crate) turns: Arc<Turns>,
    pub(crate) intakes: Arc<Intakes>,
    pub(crate) security: Security,
    pub(crate) cursors: Arc<Cursors>,
    pub(crate) metrics: Render,
    pub(crate) tracer: Option<Tracer>,
    pub(crate) hub: Hub,
    fatal: Arc<Notify>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Over the use cases. `cursor_secret` seals the places in lists that are given out.
    #[must_use]
    pub fn new(service: Service, options: Options, cursor_secret: &[u8]) -> Self {
        let service = service.searching_for(options.search_budget);
        let limits = Arc::new(Limits::new(&options));
        let intakes = Arc::new(Intakes::new(&options));
        let cursors = Arc::new(Cursors::new(cursor_secret));
        let (metrics, hub) = (Render::default(), Hub::new(service.clone(), options.session_life()));
        let (turns, security, tracer, fatal) = Default::default();
        let parts =
            Parts { service, options, limits, turns, intakes, security, cursors, metrics, tracer, hub, fatal };
        Self(Arc::new(parts))
    }

    /// With what the process counts.
    #[must_use]
    pub fn with_metrics(self, metrics: Render) -> Self {
        Self(Arc::new(Parts { metrics, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// With a tracer that exports a span for each request.
    #[must_use]
    pub fn with_tracer(self, tracer: Option<Tracer>) -> Self {
        Self(Arc::new(Parts { tracer, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Done when the process must end: a write was not confirmed, and only a restart can tell what stands.
    pub async fn fatal(&self) {
        self.fatal.notified().await;
    }

    pub(crate) fn end(&self) {
        self.fatal.notify_one();
    }

    /// Closes every socket of the live progress, and lets no new one in: part of a graceful stop, after the
    /// listener takes nothing new and before what has begun is waited for.
    pub async fn close_sockets(&self) {
        self.hub.close().await;
    }

    /// Whether people come over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.options.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}
