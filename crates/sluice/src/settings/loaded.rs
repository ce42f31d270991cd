//! Loading the settings, and checking every value.

use super::layers::{Layer, language_of};
use super::origin::origin_text;
use super::rules::{RULES, Rule, UNKNOWN};
use super::values::Settings;
use crate::say::say;
use config::{Config, ConfigError, File, FileFormat, Map, Value, ValueKind};
use domain::code::Language;
use std::path::{Path, PathBuf};

/// The file that is read if it exists and no other is named.
const FILE: &str = "sluice.toml";

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
        let language = language_of(&values).unwrap_or_default();
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
        let broken = RULES.iter().filter(|rule| !(rule.holds)(&self.settings));
        broken.map(|rule| invalid(rule.key, self.origin(rule.key), Some(rule), language)).collect()
    }
}

/// The origin shown for values whose origin is unknown.
const DEFAULTS: &str = "the defaults";

/// Checks one value on its own, so that every invalid value is found and not only the first.
fn alone(key: &str, value: Value, place: &str, language: Language) -> Option<String> {
    let origin = value.origin().unwrap_or(place).to_owned();
    let table = Value::new(None, ValueKind::Table(Map::from_iter([(key.to_owned(), value)])));
    let read: Result<Settings, ConfigError> = table.try_deserialize();
    let rule = RULES.iter().find(|rule| rule.key == key);
    read.is_err().then(|| invalid(key, &origin, rule, language))
}

/// The line about an invalid value: key, origin and rule. The value is omitted, since it may be a secret.
fn invalid(key: &str, origin: &str, rule: Option<&Rule>, language: Language) -> String {
    let wanted = rule.map_or(UNKNOWN, |rule| rule.wanted).to(language);
    let origin = origin_text(origin, language);
    say!(language, "`{key}` in {origin}: {wanted}", "{origin} 中的 `{key}`：{wanted}")
}

/// The line about a file that is missing or is not valid TOML.
fn unreadable(error: &ConfigError, language: Language) -> String {
    say!(language, "cannot read the settings file: {error}", "无法读取配置文件：{error}")
}
