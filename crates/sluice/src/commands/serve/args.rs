//! The options of `serve`. Each is a setting of the same name and overrides the environment and the file.

use crate::settings::Layer;
use clap::Args;

/// Arguments of `serve`.
#[derive(Debug, Args)]
#[command(after_help = "Every option can also be set in the settings file and in the environment \
                  (SLUICE_LISTEN, SLUICE_PUBLIC_URL, …): see docs/guide/configuration.md and \
                  `sluice config check`.\n\
                  A data directory without a ledger gets a new one.\n\
                  On SIGTERM or Ctrl-C the server accepts nothing new and finishes open requests; runs stop \
                  after the chunk in flight and continue at the next start or on another node.\n\n\
                  Example:\n  sluice --data ./data serve --listen 127.0.0.1:8080")]
pub(crate) struct ServeArgs {
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Public URL of the server, such as <https://pay.example.com>; with https, cookies are `Secure`
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Additional hosts that requests may name, comma-separated [default: none with a public URL, else
    /// loopback]
    #[arg(long, value_name = "HOSTS")]
    allowed_hosts: Option<String>,
    /// Networks of proxies whose X-Forwarded-For is trusted, comma-separated
    #[arg(long, value_name = "NETWORKS")]
    trusted_proxies: Option<String>,
    /// Networks that may read /metrics without signing in, comma-separated [default: loopback]
    #[arg(long, value_name = "NETWORKS")]
    metrics_from: Option<String>,
    /// Maximum duration of a request [default: 30]
    #[arg(long, value_name = "SECONDS")]
    request_timeout_s: Option<String>,
    /// Maximum memory for the bodies of all requests together [default: 256]
    #[arg(long, value_name = "MIB")]
    request_memory_mib: Option<String>,
    /// Concurrent connections per address; 0 means unlimited [default: 256]
    #[arg(long, value_name = "N")]
    connections_per_address: Option<String>,
    /// Requests per second from one address; 0 means unlimited [default: 500]
    #[arg(long, value_name = "N")]
    requests_per_address: Option<String>,
    /// Requests per second of one user or key; 0 means unlimited [default: 300]
    #[arg(long, value_name = "N")]
    requests_per_identity: Option<String>,
    /// Idle timeout of a session [default: 1800]
    #[arg(long, value_name = "SECONDS")]
    session_idle_s: Option<String>,
    /// Maximum lifetime of a session [default: 43200]
    #[arg(long, value_name = "SECONDS")]
    session_max_s: Option<String>,
    /// Grace period for requests and runs when the server is stopped [default: 25]
    #[arg(long, value_name = "SECONDS")]
    stop_timeout_s: Option<String>,
    /// Do not run batches: leave them to `sluice work` and other servers
    #[arg(long)]
    no_worker: bool,
    /// Batches that this process runs at once [default: 4]
    #[arg(long, value_name = "N")]
    runs: Option<String>,
    /// Allow a crash to write the server's memory, including secrets, to a file
    #[arg(long)]
    core_dumps: bool,
    /// Log format: text or json [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Log level: off, error, warn, info, debug, trace [default: info]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl ServeArgs {
    /// Puts the typed options into a layer of settings.
    pub(crate) fn put_into(&self, layer: &mut Layer) {
        let options = [
            ("listen", &self.listen),
            ("public_url", &self.public_url),
            ("allowed_hosts", &self.allowed_hosts),
            ("trusted_proxies", &self.trusted_proxies),
            ("metrics_from", &self.metrics_from),
            ("request_timeout_s", &self.request_timeout_s),
            ("request_memory_mib", &self.request_memory_mib),
            ("connections_per_address", &self.connections_per_address),
            ("requests_per_address", &self.requests_per_address),
            ("requests_per_identity", &self.requests_per_identity),
            ("session_idle_s", &self.session_idle_s),
            ("session_max_s", &self.session_max_s),
            ("stop_timeout_s", &self.stop_timeout_s),
            ("runs", &self.runs),
            ("log_format", &self.log_format),
            ("log_level", &self.log_level),
        ];
        for (key, value) in options {
            layer.put(key, value.as_ref(), format!("the option --{}", key.replace('_', "-")));
        }
        layer.put("core_dumps", self.core_dumps.then_some(true), "the option --core-dumps");
        layer.put("worker", self.no_worker.then_some(false), "the option --no-worker");
    }
}
