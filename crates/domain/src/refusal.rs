//! A refusal: the outcome code and what it is about.

use crate::code::Code;
use serde_json::Value as Json;

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
    #[must_use]
    pub const fn is_of_the_ledger(&self) -> bool {
        matches!(self.code, Code::LedgerBehind | Code::LedgerMoved)
    }

    /// Whether the same request passes with another one-time code, or once the server has its master key. Then it
    /// is audited and not stored as the request's answer: the code is no part of what was requested.
    #[must_use]
    pub const fn is_of_a_one_time_code(&self) -> bool {
        matches!(
            self.code,
            Code::FactorRequired
                | Code::TotpNotEnrolled
                | Code::LoginThrottled
                | Code::TotpCodeInvalid
                | Code::TotpCodeUsed
                | Code::VerificationCodeRequired
                | Code::MasterKeyMissing
                | Code::MasterKeyWrong
                | Code::SecretUnreadable
        )
    }
}
