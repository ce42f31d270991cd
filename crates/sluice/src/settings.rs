//! What can be set, and where each value comes from: options over the environment over the file over defaults.
//!
//! To add a setting: a field here with its default and, if it has bounds, a check; an option of `serve` if
//! people type it; a row in `docs/guide/configuration.md` and a line in `examples/sluice.toml`. Tests hold
//! the three against each other.

mod layers;
mod shown;

use config::{Config, ConfigError, File, FileFormat, Map, Value, ValueKind};
use domain::batch::CHUNK_ITEMS_MAX;
use domain::code::Language;
use http_api::Options;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing_subscriber::EnvFilter;

pub(crate) use layers::{Layer, unknown_variables};
pub(crate) use shown::Shown;

/// The file that is read where it stands, if no other is named.
const FILE: &str = "sluice.toml";

/// Everything that can be set. The names are those of the file; `SLUICE_LISTEN` is `listen`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// The data directory.
    pub data: PathBuf,
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
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// From where the metrics are read without signing in.
    pub metrics_from: Vec<IpNet>,
    /// How long a request may take.
    pub request_timeout_s: u64,
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
    /// The form of the log.
    pub log_format: LogFormat,
    /// What goes into the log; none: what suits the command.
    pub log_level: Option<String>,
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
            database: None,
            language: Lang::En,
            chunk_items: CHUNK_ITEMS_MAX,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            trusted_proxies: server.trusted_proxies,
            metrics_from: server.metrics_from,
            request_timeout_s: server.request_timeout.as_secs(),
            requests_per_address: server.per_address,
            requests_per_identity: server.per_identity,
            session_idle_s: server.session_idle.as_secs(),
            session_max_s: server.session_max.as_secs(),
            stop_timeout_s: 25,
            worker: true,
            runs: 4,
            log_format: LogFormat::Text,
            log_level: None,
        }
    }
}

/// A value that cannot be, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub what: String,
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
    pub(crate) fn of(file: Option<&Path>, environment: Layer, options: Layer) -> Result<Self, Vec<Wrong>> {
        let file =
            file.map(Path::to_owned).or_else(|| Some(PathBuf::from(FILE)).filter(|path| path.is_file()));
        let mut builder = Config::builder();
        if let Some(path) = &file {
            builder = builder.add_source(File::from(path.as_path()).format(FileFormat::Toml));
        }
        let built = builder.add_source(environment).add_source(options).build();
        let values =
            built.and_then(|config| config.cache.into_table()).map_err(|error| vec![wrong(&error)])?;
        // A table has no origin of its own; only the file can have one.
        let place =
            file.as_ref().map_or_else(|| "the defaults".to_owned(), |path| path.display().to_string());
        let mut problems: Vec<Wrong> =
            values.iter().filter_map(|(key, value)| alone(key, value.clone(), &place).err()).collect();
        problems.sort_by(|a, b| a.what.cmp(&b.what));
        if !problems.is_empty() {
            return Err(problems);
        }
        let table = Value::new(None, ValueKind::Table(values.clone()));
        let settings: Settings = table.try_deserialize().map_err(|error| vec![wrong(&error)])?;
        let loaded = Self { settings, file, values };
        let problems = loaded.check();
        if problems.is_empty() { Ok(loaded) } else { Err(problems) }
    }

    /// Where a value comes from.
    pub(crate) fn origin(&self, key: &str) -> &str {
        self.values.get(key).and_then(Value::origin).unwrap_or("the default")
    }

    /// Bounds, and what only the meaning of a value forbids.
    fn check(&self) -> Vec<Wrong> {
        let settings = &self.settings;
        let is_between = |number: u64, least: u64, most: u64| (least..=most).contains(&number);
        let size = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let day = 24 * 3_600;
        let rules = [
            (
                "chunk_items",
                is_between(size(settings.chunk_items), 1, size(CHUNK_ITEMS_MAX)),
                format!("a number from 1 to {CHUNK_ITEMS_MAX}"),
            ),
            (
                "request_timeout_s",
                is_between(settings.request_timeout_s, 1, 3_600),
                "1 to 3600 seconds".to_owned(),
            ),
            (
                "session_idle_s",
                is_between(settings.session_idle_s, 60, settings.session_max_s),
                "at least 60 seconds, and at most session_max_s".to_owned(),
            ),
            (
                "session_max_s",
                is_between(settings.session_max_s, 60, 90 * day),
                "60 seconds to 90 days".to_owned(),
            ),
            ("stop_timeout_s", is_between(settings.stop_timeout_s, 1, 600), "1 to 600 seconds".to_owned()),
            ("runs", is_between(size(settings.runs), 1, 64), "a number from 1 to 64".to_owned()),
            (
                "public_url",
                settings.public_url.as_deref().is_none_or(is_origin),
                "such as https://pay.example.com, without a path".to_owned(),
            ),
            (
                "database",
                settings.database.as_deref().is_none_or(store::is_server),
                "postgres://USER:PASSWORD@HOST:PORT/NAME".to_owned(),
            ),
            (
                "log_level",
                settings.log_level.as_deref().is_none_or(|level| EnvFilter::try_new(level).is_ok()),
                "off, error, warn, info, debug, trace, or such as info,http_api=debug".to_owned(),
            ),
        ];
        let broken = rules.into_iter().filter(|(_, holds, _)| !holds);
        let tell = |(key, _, wanted): (&str, bool, String)| Wrong {
            what: format!("`{key}` in {}: {wanted}", self.origin(key)),
        };
        broken.map(tell).collect()
    }

    /// How the server behaves.
    pub(crate) fn options(&self) -> Options {
        let settings = self.settings.clone();
        Options {
            public_url: settings.public_url,
            trusted_proxies: settings.trusted_proxies,
            metrics_from: settings.metrics_from,
            request_timeout: Duration::from_secs(settings.request_timeout_s),
            per_address: settings.requests_per_address,
            per_identity: settings.requests_per_identity,
            session_idle: Duration::from_secs(settings.session_idle_s),
            session_max: Duration::from_secs(settings.session_max_s),
            language: settings.language.language(),
        }
    }
}

/// A scheme, a host and perhaps a port; nothing behind them but one slash.
fn is_origin(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest)).unwrap_or_default();
    !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c))
}

/// One value as if it were the only one: so every wrong one is found, and not the first alone.
fn alone(key: &str, value: Value, place: &str) -> Result<(), Wrong> {
    let origin = value.origin().unwrap_or(place).to_owned();
    let is_secret = key == "database";
    let table = Value::new(None, ValueKind::Table(Map::from_iter([(key.to_owned(), value)])));
    let read: Result<Settings, ConfigError> = table.try_deserialize();
    let tell = |error: ConfigError| {
        let text = reason(&error);
        let unknown = text.starts_with("unknown field");
        let text = match (unknown, is_secret) {
            (true, _) => "there is no such setting".to_owned(),
            (_, true) => "not a text".to_owned(),
            _ => text,
        };
        Wrong { what: format!("`{key}` in {origin}: {text}") }
    };
    read.map(|_| ()).map_err(tell)
}

/// What is wrong, without where: that is told beside it.
fn reason(error: &ConfigError) -> String {
    match error {
        ConfigError::Type { unexpected, expected, .. } => format!("{unexpected} is not {expected}"),
        ConfigError::At { error, .. } => reason(error),
        other => other.to_string(),
    }
}

fn wrong(error: &ConfigError) -> Wrong {
    Wrong { what: error.to_string() }
}
