//! The name of a stored file: drawn, so that two writers never meet.

use crate::error::FilesError;
use data_encoding::HEXLOWER;
use std::fmt;

const BYTES: usize = 16;

/// The name of a stored file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// A new key.
    pub fn draw() -> Result<Self, FilesError> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(|error| FilesError::Failed(error.to_string()))?;
        Ok(Self(HEXLOWER.encode(&bytes)))
    }

    /// A key as written; none if it is no key.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (is_hex && text.len() == 2 * BYTES).then(|| Self(text.to_owned()))
    }

    /// The key as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it is: in one of 256 folders, so that none has too many files.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.0.get(..2).unwrap_or_default(), self.0)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
