//! The state shared by all handlers.

use crate::kit::body::BODY_BYTES_MAX;
use crate::kit::cursor::Cursors;
use crate::kit::edge::intake::Intakes;
use crate::kit::edge::limits::Limits;
use crate::kit::edge::security::Security;
use crate::kit::edge::span::Tracer;
use crate::kit::edge::turns::Turns;
use crate::progress::hub::Hub;
use crate::progress::task_rooms::TaskRooms;
use crate::site::Site;
use domain::code::Language;
use ipnet::IpNet;
use service::Service;
use service::session::SessionLife;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Server options. The defaults of all limits suit a single organisation.
#[derive(Debug, Clone)]
pub struct Options {
    /// The server's public URL, such as `https://pay.example.com`; cookies are `Secure` under https.
    pub public_url: Option<String>,
    /// Additional hosts that requests may name, such as `pay.internal` or `pay.internal:8080`.
    pub allowed_hosts: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Networks that may read `/metrics` without authentication.
    pub metrics_from: Vec<IpNet>,
    /// The request timeout.
    pub request_timeout: Duration,
    /// How long an upload may take.
    pub upload_timeout: Duration,
    /// How long a body may take before an average of at least one kibibyte per second is enforced.
    pub slow_after: Duration,
    /// The memory budget for the bodies of all requests, in bytes.
    pub request_memory: usize,
    /// The maximum number of concurrent connections.
    pub connections: usize,
    /// The maximum number of concurrent connections per address; 0: unlimited.
    pub connections_per_address: usize,
    /// Requests per second from one address; 0: unlimited.
    pub per_address: u32,
    /// Requests per second by one user or key; 0: unlimited.
    pub per_identity: u32,
    /// The idle timeout of a session.
    pub session_idle: Duration,
    /// The maximum lifetime of a session.
    pub session_max: Duration,
    /// How long a filtered list is searched before a partial result is returned.
    pub search_budget: Duration,
    /// The language of messages when a client does not request one.
    pub language: Language,
}

impl Options {
    /// The sessions' timeouts.
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
            upload_timeout: Duration::from_secs(3_600),
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

/// Renders the process's metrics as text.
#[derive(Clone)]
pub struct Render(Arc<dyn Fn() -> String + Send + Sync>);

impl Render {
    /// Renders with the given function.
    pub fn by(render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(render))
    }

    pub(crate) fn render(&self) -> String {
        (self.0)()
    }
}

/// Without metrics.
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

/// The state shared by all handlers. Clones share everything: each layer of each request takes one.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
#[derive(Debug, Clone)]
pub struct Parts {
    pub(crate) service: Service,
    pub(crate) options: Options,
    pub(crate) limits: Arc<Limits>,
    pub(crate) turns: Arc<Turns>,
    pub(crate) intakes: Intakes,
    pub(crate) security: Security,
    pub(crate) cursors: Arc<Cursors>,
    pub(crate) metrics: Render,
    pub(crate) tracer: Option<Tracer>,
    pub(crate) hub: Hub,
    pub(crate) site: Site,
    pub(crate) task_rooms: TaskRooms,
    fatal: Arc<Notify>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Creates the state over the use cases. `cursor_secret` seals the cursors issued to clients.
    #[must_use]
    pub fn new(service: Service, options: Options, cursor_secret: &[u8]) -> Self {
        let service = service.searching_for(options.search_budget);
        let limits = Arc::new(Limits::new(options.per_address, options.per_identity));
        let intakes = Intakes::new(options.request_memory, BODY_BYTES_MAX, options.slow_after);
        let cursors = Arc::new(Cursors::new(cursor_secret));
        let (metrics, hub) = (Render::default(), Hub::new(service.clone(), options.session_life()));
        let task_rooms = TaskRooms::new(service.clone());
        let (turns, security, tracer, site, fatal) = Default::default();
        let parts = Parts {
            service,
            options,
            limits,
            turns,
            intakes,
            security,
            cursors,
            metrics,
            tracer,
            hub,
            site,
            task_rooms,
            fatal,
        };
        Self(Arc::new(parts))
    }

    /// With the process's metrics.
    #[must_use]
    pub fn with_metrics(self, metrics: Render) -> Self {
        Self(Arc::new(Parts { metrics, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// With a tracer that exports a span for each request.
    #[must_use]
    pub fn with_tracer(self, tracer: Option<Tracer>) -> Self {
        Self(Arc::new(Parts { tracer, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// With a web page.
    #[must_use]
    pub fn with_site(self, site: Site) -> Self {
        Self(Arc::new(Parts { site, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Whether the web page was built into the program.
    #[must_use]
    pub fn has_page(&self) -> bool {
        self.site.is_built()
    }

    /// Resolves when the process must exit: a write was not confirmed, and only a restart can determine what
    /// was committed.
    pub async fn fatal(&self) {
        self.fatal.notified().await;
    }

    pub(crate) fn end(&self) {
        self.fatal.notify_one();
    }

    /// Closes every live progress socket and admits no new one. Part of a graceful stop: after the listener
    /// has stopped accepting, and before waiting for requests in flight.
    pub async fn close_sockets(&self) {
        self.hub.close().await;
    }

    /// Whether clients connect over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.options.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}
