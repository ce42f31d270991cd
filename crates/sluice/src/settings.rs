//! What can be set, and where each value comes from: options over the environment over the file over defaults.
//!
//! To add a setting: a field here with its default, its rule in `rules`; an option of `serve` if people type
//! it; a row in `docs/guide/configuration.md` and a line in `examples/sluice.toml`. Tests hold
//! the three against each other.

mod layers;
mod rules;
mod shown;

use crate::say::say;
use config::{Config, ConfigError, File, FileFormat, Map, Value, ValueKind};
use domain::batch::CHUNK_ITEMS_MAX;
use domain::code::Language;
use http_api::Options;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rules::Rule;

pub(crate) use layers::{Layer, unknown_variables};
pub(crate) use shown::Shown;

const MIB: usize = 1024 * 1024;

/// The file that is read if it exists and no other is named.
const FILE: &str = "sluice.toml";

/// Everything that can be set. The names are those of the file; `SLUICE_LISTEN` is `listen`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// The data directory.
    pub data: PathBuf,
    /// Where the mark of the ledger's head is kept.
    pub mark_dir: Option<PathBuf>,
    /// The ledger's database on a server, instead.
    pub database: Option<String>,
    /// The language of messages where nobody asks for another.
    pub language: Lang,
    /// Items that one transaction of a batch run may hold.
    pub chunk_items: usize,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// How people reach it.
    pub public_url: Option<String>,
    /// Other hosts that requests may name.
    pub allowed_hosts: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// From where the metrics are read without signing in.
    pub metrics_from: Vec<IpNet>,
    /// How long a request may take.
    pub request_timeout_s: u64,
    /// MiB that the bodies of all requests may take together.
    pub request_memory_mib: usize,
    /// Connections of one address at once.
    pub connections_per_address: usize,
    /// Requests a second from one address.
    pub requests_per_address: u32,
    /// Requests a second of one user or key.
    pub requests_per_identity: u32,
    /// How long a session lives without a request.
    pub session_idle_s: u64,
    /// How long a session lives at most.
    pub session_max_s: u64,
    /// How long requests and runs may take to end when the server is stopped.
    pub stop_timeout_s: u64,
    /// Whether the server runs batches.
    pub worker: bool,
    /// Batches that it runs at once.
    pub runs: usize,
    /// Whether the system may write the server's memory into a file when it crashes, and others may look into it.
    pub core_dumps: bool,
    /// The form of the log.
    pub log_format: LogFormat,
    /// What goes into the log; none: what suits the command.
    pub log_level: Option<String>,
    /// The trace collector that receives a span per request (OTLP over HTTP); none: no export.
    pub otlp_endpoint: Option<String>,
    /// Percentage of requests whose spans are exported, if the caller did not decide.
    pub otlp_percent: u8,
}

/// A language that messages are written in.
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
    /// As the table of codes names it.
    pub(crate) const fn language(self) -> Language {
        match self {
            Self::En => Language::English,
            Self::Zh => Language::Chinese,
        }
    }
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        let server = Options::default();
        Self {
            data: "./data".into(),
            mark_dir: None,
            database: None,
            language: Lang::En,
            chunk_items: CHUNK_ITEMS_MAX,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            allowed_hosts: server.allowed_hosts,
            trusted_proxies: server.trusted_proxies,
            metrics_from: server.metrics_from,
            request_timeout_s: server.request_timeout.as_secs(),
            request_memory_mib: server.request_memory / MIB,
            connections_per_address: server.connections_per_address,
            requests_per_address: server.per_address,
            requests_per_identity: server.per_identity,
            session_idle_s: server.session_idle.as_secs(),
            session_max_s: server.session_max.as_secs(),
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

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unusable {
    /// The language that was set all the same.
    pub language: Language,
    /// Each wrong value, with where it is set.
    pub lines: Vec<String>,
}

/// The settings with where each of them comes from.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub settings: Settings,
    /// The file that was read.
    pub file: Option<PathBuf>,
    values: Map<String, Value>,
}

impl Loaded {
    /// The settings of a process: of a file (the named one, or the usual one if it is there), the environment
    /// and the options of the command line. All that is wrong is told at once.
    pub(crate) fn of(file: Option<&Path>, environment: Layer, options: Layer) -> Result<Self, Unusable> {
        let file =
            file.map(Path::to_owned).or_else(|| Some(PathBuf::from(FILE)).filter(|path| path.is_file()));
        let language = options.language().or_else(|| environment.language()).unwrap_or_default();
        let unreadable =
            |error: ConfigError| Unusable { language, lines: vec![unreadable(&error, language)] };
        let mut builder = Config::builder();
        if let Some(path) = &file {
            builder = builder.add_source(File::from(path.as_path()).format(FileFormat::Toml));
        }
        let built = builder.add_source(environment).add_source(options).build();
        let values = built.and_then(|config| config.cache.into_table()).map_err(unreadable)?;
        let language = layers::language(&values).unwrap_or_default();
        // A table has no origin of its own; only the file can have one.
        let place = file.as_ref().map_or_else(|| DEFAULTS.to_owned(), |path| path.display().to_string());
        let mut lines: Vec<String> =
            values.iter().filter_map(|(key, value)| alone(key, value.clone(), &place, language)).collect();
        lines.sort_unstable();
        if !lines.is_empty() {
            return Err(Unusable { language, lines });
        }
        let table = Value::new(None, ValueKind::Table(values.clone()));
        let settings: Settings = table.try_deserialize().map_err(unreadable)?;
        let loaded = Self { settings, file, values };
        let lines = loaded.check(language);
        if lines.is_empty() { Ok(loaded) } else { Err(Unusable { language, lines }) }
    }

    /// Where a value comes from.
    pub(crate) fn origin(&self, key: &str) -> &str {
        self.values.get(key).and_then(Value::origin).unwrap_or("the default")
    }

    /// Bounds, and what only the meaning of a value forbids.
    fn check(&self, language: Language) -> Vec<String> {
        let broken = rules::RULES.iter().filter(|rule| !(rule.holds)(&self.settings));
        broken.map(|rule| told(rule.key, self.origin(rule.key), Some(rule), language)).collect()
    }

    /// How the server behaves.
    pub(crate) fn options(&self) -> Options {
        let settings = self.settings.clone();
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

/// What is said where a value comes from none of the places that can be named.
const DEFAULTS: &str = "the defaults";

/// One value as if it were the only one: so every wrong one is found, and not the first alone.
fn alone(key: &str, value: Value, place: &str, language: Language) -> Option<String> {
    let origin = value.origin().unwrap_or(place).to_owned();
    let table = Value::new(None, ValueKind::Table(Map::from_iter([(key.to_owned(), value)])));
    let read: Result<Settings, ConfigError> = table.try_deserialize();
    let rule = rules::RULES.iter().find(|rule| rule.key == key);
    read.is_err().then(|| told(key, &origin, rule, language))
}

/// A value that cannot be, where it is set, and what could be there. The value itself may be a secret.
fn told(key: &str, origin: &str, rule: Option<&Rule>, language: Language) -> String {
    let wanted = rule.map_or(rules::UNKNOWN, |rule| rule.wanted).to(language);
    let origin = shown::origin(origin, language);
    say!(language, "`{key}` in {origin}: {wanted}", "{origin} 中的 `{key}`：{wanted}")
}

/// A file that is not there, or is no TOML.
fn unreadable(error: &ConfigError, language: Language) -> String {
    say!(language, "the file cannot be read: {error}", "无法读取配置文件：{error}")
}
