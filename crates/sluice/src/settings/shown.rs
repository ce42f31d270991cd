//! The settings as displayed: every value with its origin, and secrets hidden.

use super::loaded::Loaded;
use super::origin::origin_text;
use super::values::fields;
use crate::say::say;
use domain::code::Language;
use serde_json::{Map, Value, json};

/// Shown instead of a secret.
const HIDDEN: &str = "***";

/// The settings, to be displayed.
pub(crate) struct ShownSettings<'a>(pub &'a Loaded);

impl ShownSettings<'_> {
    fn values(&self) -> Map<String, Value> {
        let mut settings = self.0.settings.clone();
        settings.database = settings.database.as_deref().map(without_secret);
        fields(&settings)
    }

    /// For scripts.
    pub(crate) fn json(&self) -> Value {
        let named = |(key, value): (String, Value)| {
            let origin = self.0.origin(&key).to_owned();
            (key, json!({ "value": value, "from": origin }))
        };
        Value::Object(self.values().into_iter().map(named).collect())
    }

    /// For people, in the format of the file.
    pub(crate) fn text(&self, language: Language) -> String {
        let line = |(key, value): (String, Value)| {
            let origin = origin_text(self.0.origin(&key), language);
            match value {
                Value::Null => say!(language, "# {key} is not set", "# {key} 未设置"),
                value => format!("{key} = {value}  # {origin}"),
            }
        };
        self.values().into_iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A database URL with its password hidden, in both places where a URL may contain one.
fn without_secret(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return HIDDEN.to_owned() };
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    let place = match place.rsplit_once('@') {
        Some((who, host)) => match who.split_once(':') {
            Some((user, _)) => format!("{user}:{HIDDEN}@{host}"),
            None => format!("{who}@{host}"),
        },
        None => place.to_owned(),
    };
    let hide = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    };
    let query = query.map(|query| query.split('&').map(hide).collect::<Vec<_>>().join("&"));
    format!("{scheme}://{place}{}", query.map(|query| format!("?{query}")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_hidden_wherever_it_is() {
        let cases = [
            ("postgres://db/sluice", "postgres://db/sluice"),
            ("postgres://me@db/sluice", "postgres://me@db/sluice"),
            ("postgres://me:p@ss@db:5/sluice", "postgres://me:***@db:5/sluice"),
            (
                "postgres://db/s?user=me&password=x&sslmode=require",
                "postgres://db/s?user=me&password=***&sslmode=require",
            ),
            ("secret", "***"),
        ];
        for (url, expected) in cases {
            assert_eq!(without_secret(url), expected, "{url}");
        }
    }
}
