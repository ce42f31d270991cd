//! The settings and their defaults.

use domain::batch::CHUNK_ITEMS;
use domain::code::Language;
use domain::upload::FileLimits;
use http_api::Options;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use service::factor::COOLING_SHIPPED;
use service::session::SessionLife;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

const HOUR: u64 = 3_600;
const MIB: usize = 1024 * 1024;
const GIB: u64 = 1024 * 1024 * 1024;

/// Everything that can be set. The names are those of the file; `SLUICE_LISTEN` is `listen`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// The data directory.
    pub data: PathBuf,
    /// Where the mark of the ledger's head is kept.
    pub mark_dir: Option<PathBuf>,
    /// The ledger's database on a server, instead of the data directory.
    pub database: Option<String>,
    /// The file with the master key, which encrypts the stored secrets.
    pub master_key_file: Option<PathBuf>,
    /// The file with the master key that it replaces, while secrets are still under it.
    pub former_master_key_file: Option<PathBuf>,
    /// The default language of messages.
    pub language: Lang,
    /// Maximum items per transaction of a batch run.
    pub chunk_items: usize,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The public URL of the server.
    pub public_url: Option<String>,
    /// Additional hosts that requests may name.
    pub allowed_hosts: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Networks that may read the metrics without signing in.
    pub metrics_from: Vec<IpNet>,
    /// Networks that webhooks may reach although they are not public.
    pub webhook_networks: Vec<IpNet>,
    /// Where uploaded and made files are stored: a directory, or `s3://BUCKET/PREFIX`.
    pub files: Option<String>,
    /// GiB that all stored files may take.
    pub files_gib: u64,
    /// GiB that the files of one user or key may take.
    pub files_per_user_gib: u64,
    /// Tasks that a process does at once.
    pub tasks: usize,
    /// Maximum duration of a request.
    pub request_timeout_s: u64,
    /// Maximum MiB for the bodies of all requests together.
    pub request_memory_mib: usize,
    /// Concurrent connections per address.
    pub connections_per_address: usize,
    /// Requests per second from one address.
    pub requests_per_address: u32,
    /// Requests per second of one user or key.
    pub requests_per_identity: u32,
    /// Idle timeout of a session.
    pub session_idle_s: u64,
    /// Maximum lifetime of a session.
    pub session_max_s: u64,
    /// Hours in which a person who was added, promoted or reset by somebody else approves nothing.
    pub approver_cooling_h: u64,
    /// The sender of e-mails.
    pub mail_from: Option<String>,
    /// The folder that e-mails are written to, for development.
    pub mail_dir: Option<PathBuf>,
    /// The mail server.
    pub smtp_host: Option<String>,
    /// Its port.
    pub smtp_port: Option<u16>,
    /// How the connection to it is protected.
    pub smtp_tls: SmtpProtection,
    /// The user at the mail server.
    pub smtp_user: Option<String>,
    /// The file with that user's password.
    pub smtp_password_file: Option<PathBuf>,
    /// Grace period for requests and runs when the server is stopped.
    pub stop_timeout_s: u64,
    /// Whether the server runs batches.
    pub worker: bool,
    /// Batches that the server runs at once.
    pub runs: usize,
    /// Whether a crash may write the server's memory to a file, and other processes may attach to the server.
    pub core_dumps: bool,
    /// The format of the log.
    pub log_format: LogFormat,
    /// The log filter; none: the default of the command.
    pub log_level: Option<String>,
    /// The trace collector that receives a span per request (OTLP over HTTP); none: no export.
    pub otlp_endpoint: Option<String>,
    /// Percentage of requests whose spans are exported, if the caller did not decide.
    pub otlp_percent: u8,
}

/// A language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Lang {
    /// English
    #[default]
    En,
    /// Simplified Chinese
    Zh,
}

impl Lang {
    /// The same language for the messages of codes.
    pub(crate) const fn language(self) -> Language {
        match self {
            Self::En => Language::English,
            Self::Zh => Language::Chinese,
        }
    }
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SmtpProtection {
    /// By TLS from the start.
    #[default]
    Tls,
    /// By TLS once the server was asked for it.
    Starttls,
    /// Not at all.
    None,
}

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        let server = Options::default();
        Self {
            data: "./data".into(),
            mark_dir: None,
            database: None,
            master_key_file: None,
            former_master_key_file: None,
            language: Lang::En,
            chunk_items: CHUNK_ITEMS,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            allowed_hosts: server.allowed_hosts,
            trusted_proxies: server.trusted_proxies,
            metrics_from: server.metrics_from,
            webhook_networks: Vec::new(),
            files: None,
            files_gib: FileLimits::SHIPPED.of_all / GIB,
            files_per_user_gib: FileLimits::SHIPPED.of_one / GIB,
            tasks: 2,
            request_timeout_s: server.request_timeout.as_secs(),
            request_memory_mib: server.request_memory / MIB,
            connections_per_address: server.connections_per_address,
            requests_per_address: server.per_address,
            requests_per_identity: server.per_identity,
            session_idle_s: server.session_idle.as_secs(),
            session_max_s: server.session_max.as_secs(),
            approver_cooling_h: COOLING_SHIPPED.as_secs() / HOUR,
            mail_from: None,
            mail_dir: None,
            smtp_host: None,
            smtp_port: None,
            smtp_tls: SmtpProtection::Tls,
            smtp_user: None,
            smtp_password_file: None,
            stop_timeout_s: 25,
            worker: true,
            runs: 4,
            core_dumps: false,
            log_format: LogFormat::Text,
            log_level: None,
            otlp_endpoint: None,
            otlp_percent: 100,
        }
    }
}

impl Settings {
    /// How much may be stored.
    pub(crate) const fn file_limits(&self) -> FileLimits {
        FileLimits { of_one: self.files_per_user_gib * GIB, of_all: self.files_gib * GIB }
    }

    /// The cooling-off of approvers.
    pub(crate) const fn approver_cooling(&self) -> Duration {
        Duration::from_secs(self.approver_cooling_h.saturating_mul(HOUR))
    }

    /// The sessions' timeouts.
    pub(crate) const fn session_life(&self) -> SessionLife {
        SessionLife {
            idle: Duration::from_secs(self.session_idle_s),
            max: Duration::from_secs(self.session_max_s),
        }
    }

    /// The options of the server.
    pub(crate) fn options(&self) -> Options {
        let settings = self.clone();
        Options {
            public_url: settings.public_url,
            allowed_hosts: settings.allowed_hosts,
            trusted_proxies: settings.trusted_proxies,
            metrics_from: settings.metrics_from,
            request_timeout: Duration::from_secs(settings.request_timeout_s),
            request_memory: settings.request_memory_mib.saturating_mul(MIB),
            connections_per_address: settings.connections_per_address,
            per_address: settings.requests_per_address,
            per_identity: settings.requests_per_identity,
            session_idle: Duration::from_secs(settings.session_idle_s),
            session_max: Duration::from_secs(settings.session_max_s),
            language: settings.language.language(),
            ..Options::default()
        }
    }
}

/// The names of all settings, in the order of the documentation.
pub(super) fn keys() -> Vec<String> {
    fields(&Settings::default()).into_iter().map(|(key, _)| key).collect()
}

/// All settings by name.
pub(super) fn fields(settings: &Settings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}
