//! The errors of verbs: refusals and failures.

pub use domain::refusal::Refusal;

use domain::code::Code;
use store::StoreError;

/// A refusal, or a failure below the service.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request was refused.
    #[error("{}", .0.code)]
    Refused(Refusal),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
    /// The same request was made before; this is its stored answer. [`crate::Service::settle`] turns it into
    /// the verb's answer.
    #[error("the request was already answered")]
    Replayed(String),
    /// A file could not be read or written.
    #[error("the file cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
}

impl Error {
    /// A refusal with a detail.
    #[must_use]
    pub fn refused(code: Code, detail: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(code, detail))
    }

    /// A refusal with a detail in prose, in both languages.
    #[must_use]
    pub fn bilingual(code: Code, english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self::Refused(Refusal::bilingual(code, english, chinese))
    }

    /// Whether it is a refusal that another one-time code may turn into a success.
    pub(crate) const fn is_of_a_one_time_code(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.is_of_a_one_time_code())
    }

    /// The refusal's code, if it is one.
    #[must_use]
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            _ => None,
        }
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
