//! An answer as it is stored. Verbs see answers only through this file: the list of all kinds is above the
//! nouns, and the nouns' verbs are above this file.

use super::refused::RefusedForm;
use crate::{Error, Refusal};
use domain::code::Code;
use serde::Serialize;
use store::StoreError;

/// An answer a verb may return: it has a form in which it is stored.
#[diagnostic::on_unimplemented(
    message = "an answer `{Self}` cannot be stored",
    note = "it needs a form; see service/src/answer/mod.rs"
)]
pub trait Answer: Clone {
    /// The answer in its current form.
    fn keep(self) -> Result<Kept, Error>;

    /// The answer, or the refusal, from a stored text: in the current form or an earlier one.
    fn again(kept: &str) -> Result<Self, Error>;
}

/// The first answer of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// A refusal that this process has just stored.
    Refused(Refusal),
    /// The text of an answer or a refusal.
    Text(String),
}

/// The stored text of a refusal.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", content = "answer")]
enum StoredRefusal {
    #[serde(rename = "refused.1")]
    Refused1(RefusedForm),
}

impl Kept {
    /// The text of a stored form.
    pub(super) fn of(stored: &impl Serialize) -> Result<Self, Error> {
        text(stored).map(Self::Text)
    }

    /// The text to store.
    pub(crate) fn into_text(self) -> Result<String, Error> {
        match self {
            Self::Refused(refusal) => text(&StoredRefusal::Refused1(RefusedForm::of(refusal))),
            Self::Text(text) => Ok(text),
        }
    }

    /// Returns the first answer.
    pub(crate) fn answer<T: Answer>(self) -> Result<T, Error> {
        match self {
            Self::Refused(refusal) => Err(Error::Refused(refusal)),
            Self::Text(text) => T::again(&text),
        }
    }
}

fn text(stored: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(stored)
        .map_err(|error| StoreError::Corrupt(format!("cannot serialise an answer: {error}")).into())
}

/// Logs why a stored answer cannot be read, and returns the refusal.
pub(super) fn unreadable(why: &dyn std::fmt::Display) -> Error {
    tracing::error!(%why, "a stored answer is unreadable");
    Code::AnswerUnreadable.into()
}
