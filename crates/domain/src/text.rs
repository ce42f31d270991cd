//! Stored text: what people write for people, and the ids that people and programs write.
//!
//! Each kind has its own type, which only its `parse` can create. To add a kind: a row of `kept_text!`, a
//! `parse` that returns a [`Code`] on refusal, and a table in `text_tests.rs`.

use crate::code::Code;
use crate::script::{Digits, fold, fold_with, is_mixed};
use crate::visible::{check_controls, check_seen, has_seen};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The most characters in a memo, a remark or a reason.
pub const TEXT_MAX: usize = 500;
/// The most characters in a name or an account number.
pub const NAME_MAX: usize = 255;
/// The most characters in a reference: the length of an ISO 20022 remittance line.
pub const REFERENCE_MAX: usize = 140;
/// The most characters in an external id.
pub const EXTERNAL_ID_MAX: usize = 64;
/// The most characters in an operation id or idempotency key.
pub const OPERATION_ID_MAX: usize = 128;

/// A newtype over checked text that is a string in JSON.
macro_rules! kept_text {
    ($(#[$doc:meta])* $name:ident, $read:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text as stored.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        /// Parsed by the rules for JSON.
        impl TryFrom<String> for $name {
            type Error = Code;

            fn try_from(text: String) -> Result<Self, Code> {
                let read: fn(&str) -> Result<Self, Code> = $read;
                read(&text)
            }
        }
    };
}
pub(crate) use kept_text;

kept_text! {
    /// A memo, a remark or a reason: 1 to [`TEXT_MAX`] characters, including line breaks and tabs.
    Text, |text| Self::parse(text)?.ok_or(Code::InvisibleCharacter)
}

kept_text! {
    /// The name of a person, a batch or a key: 1 to [`NAME_MAX`] characters on one line.
    Name, Self::parse
}

kept_text! {
    /// Free text for the payee: 1 to [`REFERENCE_MAX`] visible characters. Rows are compared by it, so
    /// references that read the same are equal.
    Reference, Self::parse
}

kept_text! {
    /// The payment's id in the client's system: 1 to [`EXTERNAL_ID_MAX`] of `A-Za-z0-9._:/-`.
    ExternalId, |text| Self::parse(text, Digits::Refuse)
}

kept_text! {
    /// An operation id or idempotency key: 1 to [`OPERATION_ID_MAX`] visible ASCII characters, never trimmed.
    OperationId, Self::parse
}

impl Text {
    /// The trimmed text; none if it is empty.
    ///
    /// Refuses bidi controls and controls other than line breaks and tabs (`CONTROL_CHARACTER`), NUL
    /// (`NUL_BYTE`), text that is too long (`TEXT_TOO_LONG`) and text with no visible character
    /// (`INVISIBLE_CHARACTER`).
    pub fn parse(text: &str) -> Result<Option<Self>, Code> {
        let text = text.trim();
        check_controls(text, &['\n', '\r', '\t'])?;
        if text.is_empty() {
            Ok(None)
        } else if text.chars().count() > TEXT_MAX {
            Err(Code::TextTooLong)
        } else if has_seen(text) {
            Ok(Some(Self(text.to_owned())))
        } else {
            Err(Code::InvisibleCharacter)
        }
    }

    /// Whether the text mixes scripts and must be flagged when it is shown.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        is_mixed(&self.0)
    }
}

impl Name {
    /// The trimmed name.
    ///
    /// Refuses controls, line breaks and bidi controls (`CONTROL_CHARACTER`), NUL (`NUL_BYTE`), and names
    /// that are empty or too long (`NAME_INVALID`).
    pub fn parse(text: &str) -> Result<Self, Code> {
        let text = text.trim();
        check_controls(text, &[])?;
        let fits = has_seen(text) && text.chars().count() <= NAME_MAX;
        if fits { Ok(Self(text.to_owned())) } else { Err(Code::NameInvalid) }
    }

    /// Whether the name mixes scripts and must be flagged when it is shown.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        is_mixed(&self.0)
    }

    /// Whether both read as the same name: letter encodings and the amount of whitespace are ignored.
    #[must_use]
    pub fn reads_as(&self, other: &str) -> bool {
        let (a, b) = (fold(&self.0), fold(other));
        a.split_whitespace().eq(b.split_whitespace())
    }
}

impl Reference {
    /// The trimmed reference in NFC, with plain spaces for other space characters.
    ///
    /// Refuses controls and bidi controls (`CONTROL_CHARACTER`), NUL (`NUL_BYTE`), other invisible characters
    /// (`INVISIBLE_CHARACTER`), and references that are empty or too long (`REFERENCE_INVALID`).
    pub fn parse(text: &str) -> Result<Self, Code> {
        check_controls(text.trim(), &[])?;
        let spaced = text.trim().chars().map(|c| if c.is_whitespace() { ' ' } else { c });
        let text: String = spaced.nfc().collect();
        check_seen(&text)?;
        let fits = (1..=REFERENCE_MAX).contains(&text.chars().count());
        if fits { Ok(Self(text)) } else { Err(Code::ReferenceInvalid) }
    }

    /// Whether the reference mixes scripts and must be flagged when it is shown.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        is_mixed(&self.0)
    }
}

impl ExternalId {
    /// The trimmed id, or `EXTERNAL_ID_INVALID` (`FULL_WIDTH_DIGITS` if `digits` says to refuse them).
    pub fn parse(text: &str, digits: Digits) -> Result<Self, Code> {
        let text = fold_with(text.trim(), digits)?;
        let fits = (1..=EXTERNAL_ID_MAX).contains(&text.len());
        let spelled = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:/-".contains(&b));
        if fits && spelled { Ok(Self(text.into_owned())) } else { Err(Code::ExternalIdInvalid) }
    }
}

impl OperationId {
    /// The id exactly as it was sent, or `OPERATION_ID_INVALID`.
    pub fn parse(text: &str) -> Result<Self, Code> {
        let fits = (1..=OPERATION_ID_MAX).contains(&text.len());
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if fits && visible { Ok(Self(text.to_owned())) } else { Err(Code::OperationInvalid) }
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
