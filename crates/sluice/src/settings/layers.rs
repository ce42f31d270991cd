//! Values from the environment and the command line. Each value carries its origin.

use super::values::{Lang, keys};
use crate::key_ring::{SMTP_PASSWORD, VARIABLES};
use clap::ValueEnum;
use config::{ConfigError, Map, Source, Value, ValueKind};
use domain::code::Language;

/// Variables that name a setting by something other than `SLUICE_` and its name.
const OTHER_NAMES: [(&str, &str); 3] =
    [("DATABASE_URL", "database"), ("SLUICE_LANG", "language"), ("SLUICE_LOG", "log_level")];
/// Our variables that are not settings.
const NO_SETTINGS: [&str; 4] = ["SLUICE_CONFIG", VARIABLES[0], VARIABLES[1], SMTP_PASSWORD];
const PREFIX: &str = "SLUICE_";
/// Settings that are lists; outside the file, commas separate their elements.
const LISTS: [&str; 4] = ["allowed_hosts", "trusted_proxies", "metrics_from", "webhook_networks"];

/// Values from one source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layer(Map<String, Value>);

impl Layer {
    /// Adds a value if there is one.
    pub(crate) fn put(&mut self, key: &str, value: Option<impl ToString>, origin: impl Into<String>) {
        let Some(value) = value.map(|value| value.to_string()) else { return };
        let origin = origin.into();
        let kind = if LISTS.contains(&key) {
            let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
            ValueKind::Array(parts.map(|part| Value::new(Some(&origin), part)).collect())
        } else {
            ValueKind::String(value)
        };
        self.0.insert(key.to_owned(), Value::new(Some(&origin), kind));
    }

    /// The language set in this layer.
    pub(crate) fn language(&self) -> Option<Language> {
        language_of(&self.0)
    }

    /// From the environment: the variables that name a setting. Empty variables are ignored.
    pub(crate) fn of_environment(variables: impl Iterator<Item = (String, String)>) -> Self {
        let mut layer = Self::default();
        let known = keys();
        let mut given: Vec<_> = variables.filter(|(_, value)| !value.is_empty()).collect();
        // Alternative names come first, so that the full names win.
        given.sort_by_key(|(name, _)| !OTHER_NAMES.iter().any(|(other, _)| other == name));
        for (name, value) in given {
            if let Some(key) = key_of(&name).filter(|key| known.contains(key)) {
                layer.put(&key, Some(value), format!("the environment variable {name}"));
            }
        }
        layer
    }
}

/// The language among the values, if it is valid.
pub(super) fn language_of(values: &Map<String, Value>) -> Option<Language> {
    let text = values.get("language")?.clone().into_string().ok()?;
    Some(Lang::from_str(&text, false).ok()?.language())
}

fn key_of(name: &str) -> Option<String> {
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == name).map(|(_, key)| (*key).to_owned());
    other.or_else(|| name.strip_prefix(PREFIX).map(str::to_ascii_lowercase))
}

/// Variables that look like settings but are not. They are reported and not refused: container platforms set
/// variables with such names by themselves.
pub(crate) fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
    let known = keys();
    let is_unknown = |name: &String| {
        name.starts_with(PREFIX)
            && !NO_SETTINGS.contains(&name.as_str())
            && key_of(name).is_none_or(|key| !known.contains(&key))
    };
    let mut unknown: Vec<String> = names.filter(is_unknown).collect();
    unknown.sort_unstable();
    unknown
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone())
    }
}
