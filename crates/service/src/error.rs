//! The errors of verbs: refusals and failures.

use domain::code::Code;
use serde_json::Value as Json;
use store::StoreError;
use store::mark::Behind;

/// A business refusal and its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// What it is about: a number, a name, a state.
    pub detail: Option<String>,
    /// The detail in Chinese, if it is prose and not a value.
    pub chinese: Option<String>,
    /// Additional data for programs (the duplicates of a list, the problems of its rows).
    pub data: Option<Json>,
}

impl Refusal {
    /// A refusal with a detail.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::of(code) }
    }

    /// A refusal that needs no detail.
    #[must_use]
    pub const fn of(code: Code) -> Self {
        Self { code, detail: None, chinese: None, data: None }
    }

    /// A refusal with a detail in prose, in both languages.
    #[must_use]
    pub fn bilingual(code: Code, english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self { chinese: Some(chinese.into()), ..Self::new(code, english) }
    }

    /// Whether it concerns the whole ledger, which the operator can repair, and not the request. Then it is
    /// not stored as the request's answer.
    pub(crate) const fn is_of_the_ledger(&self) -> bool {
        matches!(self.code, Code::LedgerBehind | Code::LedgerMoved)
    }
}

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
        match error {
            StoreError::Moved(place) => Self::refused(Code::LedgerMoved, place),
            StoreError::Behind(behind) => {
                Self::bilingual(Code::LedgerBehind, behind.to_string(), chinese(&behind))
            }
            error => Self::Store(error),
        }
    }
}

fn chinese(behind: &Behind) -> String {
    match behind {
        Behind::NoLog => "保存最近提交的文件（sluice.db-wal）已丢失，且上一个进程未正常退出".to_owned(),
        Behind::Commits { known, found } => {
            format!("标记记录到第 {known} 次提交，账本只到第 {found} 次提交")
        }
        Behind::Differs { known } => format!("第 {known} 次提交与标记记录的不一致"),
        Behind::Other => "标记属于另一个账本".to_owned(),
        Behind::Gone { known } => format!("标记记录到第 {known} 次提交，但账本不存在"),
        Behind::Unaccepted => "此前启动时发现损失，尚未接受".to_owned(),
        Behind::Unreadable => "标记无法读取".to_owned(),
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Refused(Refusal::of(code))
    }
}
