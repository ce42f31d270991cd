//! All settings and the origin of each value. Options override the environment, which overrides the file,
//! which overrides the defaults.
//!
//! To add a setting: a field here with its default and its rule in `rules`; an option of `serve` if it is
//! useful on the command line; a row in `docs/guide/configuration.md` and a line in `examples/sluice.toml`.
//! Tests compare the three.

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
    /// The ledger's database on a server, instead of the data directory.
    pub database: Option<String>,
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

/// Invalid settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unusable {
    /// The language to report them in.
    pub language: Language,
    /// One line per invalid value, with its origin.
    pub lines: Vec<String>,
}

/// The settings, each with its origin.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub settings: Settings,
    /// The file that was read.
    pub file: Option<PathBuf>,
    values: Map<String, Value>,
}

impl Loaded {
    /// Loads the settings from a file (the named one, or the default one if it exists), the environment and
    /// the command line. All invalid values are reported at once.
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
        // A table carries no origin, and only the file can contain one.
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

    /// Checks bounds, and constraints that types cannot express.
    fn check(&self, language: Language) -> Vec<String> {
        let broken = rules::RULES.iter().filter(|rule| !(rule.holds)(&self.settings));
        broken.map(|rule| told(rule.key, self.origin(rule.key), Some(rule), language)).collect()
    }

    /// The options of the server.
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

/// The origin shown for values whose origin is unknown.
const DEFAULTS: &str = "the defaults";

/// Checks one value on its own, so that every invalid value is found and not only the first.
fn alone(key: &str, value: Value, place: &str, language: Language) -> Option<String> {
    let origin = value.origin().unwrap_or(place).to_owned();
    let table = Value::new(None, ValueKind::Table(Map::from_iter([(key.to_owned(), value)])));
    let read: Result<Settings, ConfigError> = table.try_deserialize();
    let rule = rules::RULES.iter().find(|rule| rule.key == key);
    read.is_err().then(|| told(key, &origin, rule, language))
}

/// The line about an invalid value: key, origin and rule. The value is omitted, since it may be a secret.
fn told(key: &str, origin: &str, rule: Option<&Rule>, language: Language) -> String {
    let wanted = rule.map_or(rules::UNKNOWN, |rule| rule.wanted).to(language);
    let origin = shown::origin(origin, language);
    say!(language, "`{key}` in {origin}: {wanted}", "{origin} 中的 `{key}`：{wanted}")
}

/// The line about a file that is missing or is not valid TOML.
fn unreadable(error: &ConfigError, language: Language) -> String {
    say!(language, "cannot read the settings file: {error}", "无法读取配置文件：{error}")
}
