//! A copy's progress: a setting of the target, written in the same transaction as each page. The setting is
//! replaced only if its previous value is the expected one, so of two copies into one target only one
//! continues.

use crate::Error;
use serde_json::{Value as Json, json};
use store::copy::{Key, RowPage, STEPS, Step};
use store::value::Value;
use store::{StoreError, Tx};

/// The setting's name.
pub(super) const NAME: &str = "copy.progress";

/// The step, the last key copied, and how many of the step's rows are copied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct CopyProgress {
    /// None before the first page.
    pub at: Option<(&'static str, Key)>,
    pub rows: u64,
}

impl CopyProgress {
    /// The progress stored in the target.
    pub(super) async fn of(tx: &mut Tx) -> Result<Self, Error> {
        let text = store::setting::get(tx, NAME).await?.unwrap_or_default();
        Self::parse(&text)
    }

    /// Stores the progress before the first page.
    pub(super) async fn begin(&self, tx: &mut Tx) -> Result<(), Error> {
        Ok(store::setting::set(tx, NAME, &self.text()).await?)
    }

    /// The progress after a page.
    pub(super) fn behind(&self, page: &RowPage) -> Self {
        let (name, rows) = (page.step.name, u64::try_from(page.len()).unwrap_or(u64::MAX));
        let before = match &self.at {
            Some((step, _)) if *step == name => self.rows,
            _ => 0,
        };
        let at = page.last_key().map(|key| (name, key)).or_else(|| self.at.clone());
        Self { at, rows: before.saturating_add(rows) }
    }

    /// Replaces the stored progress; fails, and the page's transaction with it, if another copy has changed
    /// it.
    pub(super) async fn note(&self, tx: &mut Tx, before: &Self) -> Result<(), Error> {
        if store::setting::replace(tx, NAME, &before.text(), &self.text()).await? {
            return Ok(());
        }
        Err(StoreError::Busy("another copy is writing to the target".to_owned()).into())
    }

    fn text(&self) -> String {
        let Some((step, key)) = &self.at else { return json!({}).to_string() };
        let value = |value: &Value| match value {
            Value::I64(number) => json!(number),
            Value::Text(text) => json!(text),
            Value::Null | Value::Blob(_) => Json::Null,
        };
        let key: Json = key.iter().map(value).collect();
        json!({ "step": step, "after": key, "rows": self.rows }).to_string()
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || StoreError::Corrupt(format!("{NAME}: {text}"));
        let json: Json = serde_json::from_str(text).map_err(|_| wrong())?;
        let Some(step) = json.get("step").and_then(Json::as_str) else { return Ok(Self::default()) };
        let value = |value: &Json| match value {
            Json::Number(number) => number.as_i64().map(Value::I64),
            Json::String(text) => Some(Value::from(text.as_str())),
            _ => None,
        };
        let key = json.get("after").and_then(Json::as_array).ok_or_else(wrong)?;
        let key = key.iter().map(value).collect::<Option<Key>>().ok_or_else(wrong)?;
        let rows = json.get("rows").and_then(Json::as_u64).ok_or_else(wrong)?;
        Ok(Self { at: Some((named(step)?.name, key)), rows })
    }

    /// The remaining steps, each with the key to continue after.
    pub(super) fn left(self) -> impl Iterator<Item = (&'static Step, Key)> + Send {
        let begin = self.at.as_ref().and_then(|(name, _)| STEPS.iter().position(|step| step.name == *name));
        let mut after = self.at.map(|(_, key)| key);
        let left = STEPS.iter().skip(begin.unwrap_or(0));
        left.map(move |step| (step, after.take().unwrap_or_else(|| step.begin())))
    }
}

/// A step by its name.
pub(super) fn named(name: &str) -> Result<&'static Step, StoreError> {
    Step::named(name).ok_or_else(|| StoreError::Corrupt(format!("unknown copy step {name}")))
}
