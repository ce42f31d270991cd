//! The errors of upkeep: refusals and failures.

use domain::code::Code;
use domain::refusal::Refusal;
use store::StoreError;

/// A refusal, or a failure below.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It was refused.
    #[error("{}", .0.code)]
    Refused(Refusal),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
    /// A file could not be read or written.
    #[error("the file cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
}

impl Error {
    /// A refusal with a detail.
    pub(crate) fn refused(code: Code, detail: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(code, detail))
    }

    /// A refusal with a detail in prose, in both languages.
    pub(crate) fn bilingual(code: Code, english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self::Refused(Refusal::bilingual(code, english, chinese))
    }
}

impl From<StoreError> for Error {
    /// An error that the operator can fix is a refusal, wherever it was found.
    fn from(error: StoreError) -> Self {
        error.into_refusal().map_or_else(Self::Store, Self::Refused)
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Refused(Refusal::of(code))
    }
}
