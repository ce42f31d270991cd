//! Nouns and the ids tagged with them: `acct_18`, `xfer_912`.
//!
//! The list is closed, and account numbers of these forms are permanently reserved; future nouns are taken
//! from it. To give an id type its noun, add a row to `nouns!`.

use crate::code::Code;
use crate::id::{AccountId, BatchId, FileId, HolderId, ID_MAX, KeyId, TaskId, TransferId, UserId, WebhookId};
use crate::script::fold;

/// What kind of thing an id identifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Noun {
    /// An account.
    Account,
    /// A holder of accounts.
    Holder,
    /// A transfer.
    Transfer,
    /// A person who signs in.
    User,
    /// A background task.
    Task,
    /// An uploaded or generated file.
    File,
    /// A batch.
    Batch,
    /// An API key.
    Key,
    /// An item of a batch.
    Item,
    /// A payment rail.
    Rail,
    /// A webhook.
    Hook,
    /// A notification.
    Note,
    /// A template.
    Template,
    /// An event.
    Event,
}

impl Noun {
    /// Every noun.
    pub const ALL: &'static [Self] = &[
        Self::Account,
        Self::Holder,
        Self::Transfer,
        Self::User,
        Self::Task,
        Self::File,
        Self::Batch,
        Self::Key,
        Self::Item,
        Self::Rail,
        Self::Hook,
        Self::Note,
        Self::Template,
        Self::Event,
    ];

    /// The noun as written before an id.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Account => "acct",
            Self::Holder => "hold",
            Self::Transfer => "xfer",
            Self::User => "user",
            Self::Task => "task",
            Self::File => "file",
            Self::Batch => "batch",
            Self::Key => "key",
            Self::Item => "item",
            Self::Rail => "rail",
            Self::Hook => "hook",
            Self::Note => "note",
            Self::Template => "tmpl",
            Self::Event => "evt",
        }
    }

    /// The id tagged with this noun.
    #[must_use]
    pub fn write(self, id: i64) -> String {
        format!("{}_{id}", self.tag())
    }

    /// Reads the id from a text such as `acct_18`: this noun and an id in its only spelling, else
    /// `ID_INVALID`.
    pub fn read(self, text: &str) -> Result<i64, Code> {
        let digits = text.strip_prefix(self.tag()).and_then(|rest| rest.strip_prefix('_'));
        digits.and_then(plain_id).ok_or(Code::IdInvalid)
    }

    /// Reads the id from `xfer_9` or `9`, for nouns without human-readable numbers. Surrounding whitespace is
    /// ignored.
    pub fn read_or_bare(self, text: &str) -> Result<i64, Code> {
        let text = text.trim();
        plain_id(text).map_or_else(|| self.read(text), Ok)
    }
}

/// Reads an id of bare digits in its only spelling: ASCII, without leading zeros, from 1 to [`ID_MAX`].
#[must_use]
pub fn plain_id(text: &str) -> Option<i64> {
    let spelled = (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let id = text.parse().ok().filter(|id| (1..=ID_MAX).contains(id));
    if spelled && !text.starts_with('0') { id } else { None }
}

/// Whether a text has the form of an id of any noun, in any case and any kind of digits.
#[must_use]
pub fn is_id_like(text: &str) -> bool {
    fold(text.trim()).split_once('_').is_some_and(|(noun, digits)| {
        let noun = noun.to_lowercase();
        let known = Noun::ALL.iter().any(|known| known.tag() == noun);
        known && !digits.is_empty() && digits.chars().all(char::is_numeric)
    })
}

/// An id type with its noun.
pub trait NounId: Copy {
    /// What kind of thing the id identifies.
    const NOUN: Noun;

    /// The id with this number, unchecked: only for numbers from the database.
    fn of(number: i64) -> Self;

    /// The bare number.
    fn number(self) -> i64;

    /// The tagged id, such as `xfer_912`.
    fn tagged(self) -> String {
        Self::NOUN.write(self.number())
    }

    /// Reads only `xfer_912`; anything else is `ID_INVALID`.
    fn from_tagged(text: &str) -> Result<Self, Code> {
        Self::NOUN.read(text).map(Self::of)
    }

    /// Reads `xfer_912` or `912`, else `ID_INVALID`: for nouns without human-readable numbers.
    fn from_text(text: &str) -> Result<Self, Code> {
        Self::NOUN.read_or_bare(text).map(Self::of)
    }

    /// Reads a JSON number; `ID_INVALID` outside the bounds.
    fn from_number(number: i64) -> Result<Self, Code> {
        if (1..=ID_MAX).contains(&number) { Ok(Self::of(number)) } else { Err(Code::IdInvalid) }
    }
}

macro_rules! nouns {
    ($($id:ident $noun:ident;)*) => {$(
        impl NounId for $id {
            const NOUN: Noun = Noun::$noun;

            fn of(number: i64) -> Self {
                Self(number)
            }

            fn number(self) -> i64 {
                self.0
            }
        }
    )*};
}

nouns! {
    AccountId Account;
    HolderId Holder;
    TransferId Transfer;
    BatchId Batch;
    UserId User;
    KeyId Key;
    FileId File;
    TaskId Task;
    WebhookId Hook;
}

/// An id that is a tagged string in JSON: `#[serde(with = "domain::noun::tagged")]`.
pub mod tagged {
    use super::NounId;
    use serde::{Deserialize, Deserializer, Serializer};
    use std::borrow::Cow;

    /// Writes `"acct_18"`.
    pub fn serialize<T: NounId, S: Serializer>(id: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&id.tagged())
    }

    /// Reads only `"acct_18"`.
    pub fn deserialize<'de, T: NounId, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        T::from_tagged(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[path = "noun_tests.rs"]
mod tests;
