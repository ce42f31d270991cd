//! Why a command failed: the exit code, and the messages for scripts and people.

use super::broken;
use super::number::Exit;
use crate::call::Call;
use crate::hint::hint;
use crate::lock_holder::LockHolder;
use crate::say::{Say, say};
use crate::terminal::one_line;
use crate::word;
use domain::code::Language;
use serde_json::{Value, json};
use service::{Error, Refusal};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use store::StoreError;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A use case refused, or something below it failed.
    Service(Error),
    /// There is no ledger in the directory.
    NoLedger(PathBuf),
    /// `init` where a ledger exists.
    Exists(String),
    /// Another process is writing.
    Busy {
        /// The data directory.
        directory: PathBuf,
        /// That process, as far as known.
        writer: LockHolder,
        /// The equivalent call of its API.
        call: Option<Call>,
    },
    /// A file cannot be read or written.
    File { path: PathBuf, error: std::io::Error },
    /// A link in place of a file of the data directory.
    Link(PathBuf),
    /// The operating system refused a request.
    System { what: Say, error: std::io::Error },
    /// Invalid settings, one line each.
    Settings(Vec<String>),
    /// The server is not ready or not reachable.
    NotReady(String),
    /// The server cannot listen.
    Listen { address: String, error: std::io::Error },
    /// Missing or conflicting options.
    Usage(String),
    /// The reader of our output has closed the pipe.
    PipeClosed,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Io(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Self::PipeClosed,
            error => Self::Service(error),
        }
    }
}

impl From<upkeep::Error> for Failure {
    fn from(error: upkeep::Error) -> Self {
        Self::from(match error {
            upkeep::Error::Refused(refusal) => Error::Refused(refusal),
            upkeep::Error::Store(error) => Error::Store(error),
            upkeep::Error::Io(error) => Error::Io(error),
        })
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl Failure {
    /// A usage error.
    pub(crate) fn usage(text: Say, language: Language) -> Self {
        Self::Usage(text.to(language).to_owned())
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Service(Error::Refused(_)) | Self::NoLedger(_) | Self::Exists(_) => Exit::Refused,
            Self::Service(Error::Store(StoreError::NoLedger)) => Exit::Refused,
            Self::Service(Error::Store(StoreError::Fatal(_) | StoreError::InDoubt(_))) => Exit::Unconfirmed,
            Self::Service(Error::Store(error)) if error.is_retryable() => Exit::TryLater,
            Self::Service(_)
            | Self::File { .. }
            | Self::Link(_)
            | Self::System { .. }
            | Self::Listen { .. } => Exit::Broken,
            Self::Busy { .. } => Exit::Busy,
            Self::NotReady(_) => Exit::TryLater,
            Self::Usage(_) | Self::Settings(_) => Exit::Usage,
            Self::PipeClosed => Exit::Success,
        }
    }

    /// The code for scripts.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Service(Error::Refused(refusal)) => refusal.code.name(),
            Self::Service(Error::Store(error)) => match error {
                StoreError::Fatal(_) => "WRITE_NOT_CONFIRMED",
                StoreError::DiskFull => "DISK_FULL",
                StoreError::InDoubt(_) => "ANSWER_LOST",
                StoreError::Busy(_) | StoreError::Conflict(_) => "DATABASE_BUSY",
                StoreError::Away(_) => "DATABASE_AWAY",
                StoreError::NoLedger => "NO_LEDGER",
                StoreError::Unavailable(_) => "DATABASE_UNAVAILABLE",
                StoreError::Corrupt(_) => "DATABASE_CORRUPT",
                StoreError::Moved(_) => "LEDGER_MOVED",
                StoreError::Behind(_) => "LEDGER_BEHIND",
                StoreError::Duplicate(_) | StoreError::Constraint(_) => "DATABASE_REFUSED",
            },
            Self::Service(Error::Replayed(_)) => "DONE_BEFORE",
            Self::Service(Error::Io(_)) | Self::File { .. } => "FILE_ERROR",
            Self::Link(_) => "DATA_FILE_LINK",
            Self::System { .. } => "SYSTEM_ERROR",
            Self::NoLedger(_) => "NO_LEDGER",
            Self::Exists(_) => "LEDGER_EXISTS",
            Self::Busy { .. } => "DATA_DIRECTORY_BUSY",
            Self::Usage(_) => "USAGE",
            Self::Settings(_) => "SETTINGS_INVALID",
            Self::NotReady(_) => "NOT_READY",
            Self::Listen { .. } => "CANNOT_LISTEN",
            Self::PipeClosed => "PIPE_CLOSED",
        }
    }

    /// What is wrong, and what to do next.
    pub(crate) fn message(&self, language: Language) -> String {
        match self {
            Self::Service(Error::Refused(refusal)) => refusal.code.message(language).to_owned(),
            Self::Service(error) => broken::message(error, language),
            Self::NoLedger(path) => {
                let path = path.display();
                say!(
                    language,
                    "There is no ledger in {path}; create one with `sluice --data {path} init`",
                    "{path} 中没有账本；请用 `sluice --data {path} init` 创建"
                )
            }
            Self::Exists(place) => say!(
                language,
                "{place} already contains a ledger; it was left unchanged and can be used",
                "{place} 中已有账本；未作任何更改，可继续使用"
            ),
            Self::Busy { directory, writer, call } => writer.busy(directory, call.as_ref(), language),
            Self::File { path, error } => file(path, error, language),
            Self::Link(path) => {
                let path = path.display();
                say!(
                    language,
                    "{path} is a link; replace it with the file itself, so that no other directory shares it",
                    "{path} 是链接；请替换为文件本身，以免与其他目录共用"
                )
            }
            Self::System { what, error } => {
                let (what, error) = (what.to(language), word::io(error, language));
                say!(language, "{what}: {error}", "{what}：{error}")
            }
            Self::Usage(text) => say!(language, "{text}; see --help", "{text}；用法见 --help"),
            Self::NotReady(text) => say!(
                language,
                "The server is not ready: {text}; its address is the setting `listen` (SLUICE_LISTEN)",
                "服务器未就绪：{text}；其地址取自配置项 `listen`（SLUICE_LISTEN）"
            ),
            Self::Settings(lines) => {
                let lines = lines.join("\n  ");
                say!(language, "Invalid settings:\n  {lines}", "配置无效：\n  {lines}")
            }
            Self::Listen { address, error } => {
                let error = word::io(error, language);
                say!(
                    language,
                    "The server cannot listen on {address} ({error}); choose another address with --listen",
                    "服务器无法监听 {address}（{error}）；请用 --listen 指定其他地址"
                )
            }
            Self::PipeClosed => say!(language, "The output pipe was closed", "输出管道已关闭"),
        }
    }

    /// The detail, such as the value concerned.
    pub(crate) fn detail(&self) -> Option<&str> {
        match self {
            Self::Service(Error::Refused(refusal)) => {
                refusal.detail.as_deref().filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }

    /// The detail in the reader's language.
    fn shown_detail(&self, language: Language) -> Option<String> {
        match (self, language) {
            (Self::Service(Error::Refused(Refusal { chinese: Some(chinese), .. })), Language::Chinese) => {
                Some(chinese.clone())
            }
            _ => self.detail().map(|detail| word::detail(detail, language)),
        }
    }

    /// The command or option that helps.
    fn hint(&self, language: Language) -> Option<&'static str> {
        match self {
            Self::Service(Error::Refused(refusal)) => hint(refusal.code).map(|hint| hint.to(language)),
            _ => None,
        }
    }

    /// How long to wait, if the refusal says so. Programs find it in the data of the API's answer.
    fn wait(&self, language: Language) -> Option<String> {
        let Self::Service(Error::Refused(refusal)) = self else { return None };
        let seconds =
            refusal.data.as_ref()?.get("retryAfterSeconds")?.as_u64().filter(|seconds| *seconds > 0)?;
        Some(say!(language, "try again in {seconds} s", "请在 {seconds} 秒后重试"))
    }

    /// For scripts.
    pub(crate) fn to_json(&self, language: Language) -> Value {
        let parts = [Some(self.message(language)), self.hint(language).map(ToOwned::to_owned)];
        let message = joined(parts, language);
        let mut error = json!({ "code": self.code(), "message": message, "detail": self.detail() });
        if let (Self::Busy { writer, call, .. }, Some(fields)) = (self, error.as_object_mut()) {
            fields.insert("writer".to_owned(), writer.to_json());
            fields.insert("call".to_owned(), call.as_ref().map(Call::to_json).into());
        }
        json!({ "error": error })
    }

    /// For people.
    pub(crate) fn to_line(&self, language: Language) -> String {
        let about = self.shown_detail(language).map(|detail| one_line(&detail));
        let (message, code) = (self.message(language), self.code());
        let message = match about {
            Some(about) => say!(language, "{message}: {about}", "{message}：{about}"),
            None => message,
        };
        let hint = self.hint(language).map(ToOwned::to_owned);
        let message = joined([Some(message), self.wait(language), hint], language);
        say!(language, "error: {message} ({code})", "错误：{message} ({code})")
    }
}

/// A file that cannot be used.
fn file(path: &Path, error: &std::io::Error, language: Language) -> String {
    let path = path.display();
    if error.kind() == ErrorKind::AlreadyExists {
        return say!(
            language,
            "{path} already exists; it was left unchanged. Name a new file, or keep using this one",
            "{path} 已存在，未作任何更改；请指定新的文件，或继续使用该文件"
        );
    }
    let error = word::io(error, language);
    say!(
        language,
        "Cannot read or write {path} ({error}); check the path and its permissions",
        "无法读取或写入 {path}（{error}）；请检查路径与权限"
    )
}

/// Joins the parts of a sentence.
fn joined(parts: impl IntoIterator<Item = Option<String>>, language: Language) -> String {
    let mark = say("; ", "；").to(language);
    parts.into_iter().flatten().collect::<Vec<_>>().join(mark)
}
