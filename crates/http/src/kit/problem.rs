//! Error responses: the envelope with code, message and details.

mod rows;

use crate::kit::language;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use domain::code::{Code, Language, Retry};
use serde::Serialize;
use serde_json::Value;
use service::{Error, Refusal, StoreError};
use utoipa::ToSchema;

/// The default number of seconds after which a retry may succeed.
const RETRY_S: u64 = 1;
/// Maximum characters of the details.
const DETAILS_MAX: usize = 200;

/// Why a request failed.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub code: Code,
    pub status: u16,
    pub details: Option<Value>,
    pub data: Option<Value>,
    pub retry_after_s: Option<u64>,
    /// The text specific to the responding API; the code's own text if there is none.
    pub text: Option<&'static str>,
}

/// The envelope of an error response.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemView {
    /// Always false.
    #[schema(example = false)]
    pub success: bool,
    /// A message for people, in the language requested by `Accept-Language`.
    pub message: String,
    /// The error, for programs.
    pub error: ProblemErrorView,
    /// Additional data for programs, such as `duplicates`; null if there is none.
    #[schema(value_type = Option<Object>)]
    pub data: Option<Value>,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemErrorView {
    /// An error code listed in `docs/reference/error-codes.md`.
    pub code: &'static str,
    /// What the error concerns: a field, a number, a state.
    #[schema(value_type = Option<String>)]
    pub details: Option<Value>,
}

/// A response extension with the code, so that outer layers can count it and check it against the API
/// description.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused(pub Code);

impl Problem {
    pub(crate) fn about(code: Code, details: impl Into<String>) -> Self {
        Self { details: Some(Value::String(short(&details.into()))), ..code.into() }
    }

    /// The message for people. One about a missing permission says which one, since no code can name it.
    pub(crate) fn message(&self, language: Language) -> String {
        let text = self.text.unwrap_or_else(|| self.code.message(language));
        match (&self.details, self.code, language) {
            (Some(Value::String(detail)), Code::Forbidden, Language::English) => format!("{text}: {detail}"),
            (Some(Value::String(detail)), Code::Forbidden, Language::Chinese) => format!("{text}：{detail}"),
            _ => text.to_owned(),
        }
    }
}

/// Truncates what a client sent, which may be long, with an ellipsis where it was cut.
fn short(text: &str) -> String {
    match text.chars().nth(DETAILS_MAX) {
        None => text.to_owned(),
        Some(_) => text.chars().take(DETAILS_MAX - 1).chain(['…']).collect(),
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        let retry_after_s = (code.retry() == Retry::Later && code.http() >= 429).then_some(RETRY_S);
        Self { code, status: code.http(), details: None, data: None, retry_after_s, text: None }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = match language::current() {
            Language::English => refusal.detail,
            Language::Chinese => refusal.chinese.or(refusal.detail),
        };
        let details = detail.filter(|text| !text.is_empty()).map(|text| Value::String(short(&text)));
        let data = refusal.data.map(rows::with_messages);
        let problem = Self::from(refusal.code);
        // A throttled attempt knows how long it has to wait.
        let wait = data.as_ref().and_then(|data| data["retryAfterSeconds"].as_u64());
        let retry_after_s = problem.retry_after_s.and(wait.or(problem.retry_after_s));
        Self { details, data, retry_after_s, ..problem }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Store(error) => of_store(&error),
            Error::Io(error) => {
                tracing::error!(%error, "file I/O failed");
                Code::ServerFault.into()
            }
            Error::Replayed(_) => {
                tracing::error!("a stored answer was not read; pass the result through `settle`");
                Code::ServerFault.into()
            }
        }
    }
}

/// None of the database's own error text leaves the server.
fn of_store(error: &StoreError) -> Problem {
    let code = match error {
        StoreError::Busy(_) | StoreError::Conflict(_) => Code::ServerBusy,
        StoreError::Away(_) | StoreError::NoLedger | StoreError::Unavailable(_) => Code::ServerAway,
        StoreError::InDoubt(_) => Code::AnswerLost,
        StoreError::DiskFull => Code::StorageFull,
        StoreError::Fatal(_) => Code::WriteUnconfirmed,
        StoreError::Moved(_) => Code::LedgerMoved,
        StoreError::Behind(_) => Code::LedgerBehind,
        StoreError::Corrupt(_) | StoreError::Constraint(_) | StoreError::Duplicate(_) => Code::ServerFault,
    };
    tracing::error!(%error, code = code.name(), "database error");
    code.into()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemView {
            success: false,
            message: self.message(language::current()),
            error: ProblemErrorView { code: self.code.name(), details: self.details },
            data: self.data,
        };
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Refused(self.code));
        response
    }
}

/// A code's envelope as text, for a connection that never became a request.
pub(crate) fn body(code: Code, language: Language) -> String {
    let error = ProblemErrorView { code: code.name(), details: None };
    let body = ProblemView { success: false, message: code.message(language).to_owned(), error, data: None };
    serde_json::to_string(&body).unwrap_or_default()
}

/// A problem in the operator's API, where a wrong state is 400 with a code of its own (document 000) and
/// document 000's texts are used to the letter.
#[derive(Debug, Clone)]
pub(crate) struct OperatorProblem(pub Problem);

/// Document 000's Chinese text for a code, if it has one. The bound or the next step follows it.
pub(crate) const fn operator_text(code: Code, language: Language) -> Option<&'static str> {
    match (language, code) {
        (Language::English, _) => None,
        (_, Code::BatchNotFound) => Some("找不到指定的批量转账"),
        (_, Code::ItemNotFound) => Some("找不到指定的转账关系"),
        (_, Code::BatchCannotCancel) => Some("只能中断等待中或处理中的批量转账"),
        (_, Code::DuplicateTarget) => Some("一对多模式下不允许对同一目标账户多次转账"),
        (_, Code::DuplicateSource) => Some("多对一模式下不允许从同一源账户多次转账"),
        _ => None,
    }
}

impl<E: Into<Problem>> From<E> for OperatorProblem {
    fn from(error: E) -> Self {
        let mut problem = error.into();
        problem.status = operator_status(problem.code);
        problem.text = operator_text(problem.code, language::current());
        Self(problem)
    }
}

/// A code's status in the operator's API.
pub(crate) const fn operator_status(code: Code) -> u16 {
    match code {
        Code::BatchState
        | Code::BatchNotPending
        | Code::BatchNotApproved
        | Code::ApprovalExpired
        | Code::ItemState
        | Code::BatchCannotCancel
        | Code::BatchNotResumable
        | Code::BatchCancelled => 400,
        _ => code.http(),
    }
}

impl IntoResponse for OperatorProblem {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}
