//! The options of `serve`. Each is a setting of the same name, and wins over the environment and the file.

use crate::settings::Layer;
use clap::Args;

/// Arguments of `serve`.
#[derive(Debug, Args)]
#[command(after_help = "Every option can be set in the file and in the environment, too (SLUICE_LISTEN, \
                  SLUICE_PUBLIC_URL, …): see docs/guide/configuration.md and `sluice config check`.\n\
                  A data directory without a ledger gets a new one.\n\
                  SIGTERM or Ctrl-C: nothing new is taken, what has begun ends, runs stop at the next chunk's \
                  edge and go on at the next start or elsewhere.\n\n\
                  Example:\n  sluice --data ./data serve --listen 127.0.0.1:8080")]
pub(crate) struct ServeArgs {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// How people reach the server, such as <https://pay.example.com>; under https cookies are `Secure`
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Other hosts that requests may name, parted by commas [default: with a public URL none, else loopback]
    #[arg(long, value_name = "HOSTS")]
    allowed_hosts: Option<String>,
    /// Networks of proxies whose X-Forwarded-For is believed, parted by commas
    #[arg(long, value_name = "NETWORKS")]
    trusted_proxies: Option<String>,
    /// Networks from where /metrics is read without signing in, parted by commas [default: loopback]
    #[arg(long, value_name = "NETWORKS")]
    metrics_from: Option<String>,
    /// How long a request may take [default: 30]
    #[arg(long, value_name = "SECONDS")]
    request_timeout_s: Option<String>,
    /// Memory that the bodies of all requests may take together [default: 256]
    #[arg(long, value_name = "MIB")]
    request_memory_mib: Option<String>,
    /// Connections of one address at once; 0: any number [default: 256]
    #[arg(long, value_name = "N")]
    connections_per_address: Option<String>,
    /// Requests a second from one address; 0: any number [default: 500]
    #[arg(long, value_name = "N")]
    requests_per_address: Option<String>,
    /// Requests a second of one user or key; 0: any number [default: 300]
    #[arg(long, value_name = "N")]
    requests_per_identity: Option<String>,
    /// How long a session lives without a request [default: 1800]
    #[arg(long, value_name = "SECONDS")]
    session_idle_s: Option<String>,
    /// How long a session lives at most [default: 43200]
    #[arg(long, value_name = "SECONDS")]
    session_max_s: Option<String>,
    /// How long requests and runs may take to end when the server is stopped [default: 25]
    #[arg(long, value_name = "SECONDS")]
    stop_timeout_s: Option<String>,
    /// Run no batches: leave them to `sluice work` and other servers
    #[arg(long)]
    no_worker: bool,
    /// Batches that this process runs at once [default: 4]
    #[arg(long, value_name = "N")]
    runs: Option<String>,
    /// Let a crash write the server's memory, secrets included, into a file
    #[arg(long)]
    core_dumps: bool,
    /// The form of the log: text or json [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// What goes into the log: off, error, warn, info, debug, trace [default: info]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl ServeArgs {
    /// What was typed, as settings.
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
