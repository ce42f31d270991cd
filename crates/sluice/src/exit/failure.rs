//! Why a command failed: how the process ends, what scripts and what people are told.

use super::{Exit, broken};
use crate::api::Call;
use crate::data_dir::Writer;
use crate::hint::hint;
use crate::say::{Say, say};
use crate::terminal::one_line;
use crate::word;
use domain::code::Language;
use serde_json::{Value, json};
use service::{Error, Refusal};
use std::path::PathBuf;
use store::StoreError;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A use case says no, or what is below it is broken.
    Service(Error),
    /// There is no ledger in the directory.
    NoLedger(PathBuf),
    /// `init` where a ledger exists.
    Exists(String),
    /// Another process writes.
    Busy {
        /// The data directory.
        directory: PathBuf,
        /// Which process, as far as it says so.
        writer: Writer,
        /// What of its API does the same as the command.
        call: Option<Call>,
    },
    /// A file cannot be read or written.
    File { path: PathBuf, error: std::io::Error },
    /// A link where a file of the data directory belongs.
    Link(PathBuf),
    /// The operating system does not do its part.
    System { what: Say, error: std::io::Error },
    /// Settings that cannot be; one line each.
    Settings(Vec<String>),
    /// The server cannot work, or is not there.
    NotReady(String),
    /// The server cannot listen.
    Listen { address: String, error: std::io::Error },
    /// Options that do not fit together.
    Usage(String),
    /// Nobody reads our output any more.
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

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl Failure {
    /// A command line that cannot be carried out as it is.
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

    /// The name for scripts.
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

    /// What is wrong, and what to do about it.
    pub(crate) fn message(&self, language: Language) -> String {
        match self {
            Self::Service(Error::Refused(refusal)) => refusal.code.message(language).to_owned(),
            Self::Service(error) => broken::message(error, language),
            Self::NoLedger(path) => {
                let path = path.display();
                say!(
                    language,
                    "There is no ledger in {path}; run `sluice --data {path} init` first",
                    "{path} 中没有账本；请先运行 `sluice --data {path} init`"
                )
            }
            Self::Exists(place) => say!(
                language,
                "There is a ledger in {place} already; it was left as it is and can be used",
                "{place} 中已有账本；未作改动，可继续使用"
            ),
            Self::Busy { directory, writer, call } => writer.busy(directory, call.as_ref(), language),
            Self::File { path, error } => {
                let (path, error) = (path.display(), word::io(error, language));
                say!(
                    language,
                    "{path} cannot be read or written ({error}); check its name and permissions",
                    "{path} 无法读取或写入（{error}）；请检查文件名与权限"
                )
            }
            Self::Link(path) => {
                let path = path.display();
                say!(
                    language,
                    "{path} is a link; put the file itself there, so that no other directory shares it",
                    "{path} 是链接；请将文件本身放在该处，不要与其他目录共用"
                )
            }
            Self::System { what, error } => {
                format!("{}: {}", what.to(language), word::io(error, language))
            }
            Self::Usage(text) => say!(language, "{text}; see --help", "{text}；用法见 --help"),
            Self::NotReady(text) => {
                say!(language, "The server is not ready: {text}", "服务器未就绪：{text}")
            }
            Self::Settings(lines) => {
                let lines = lines.join("\n  ");
                say!(language, "The settings cannot be used:\n  {lines}", "配置无法使用：\n  {lines}")
            }
            Self::Listen { address, error } => {
                let error = word::io(error, language);
                say!(
                    language,
                    "The server cannot listen on {address} ({error}); choose another address with --listen",
                    "服务器无法监听 {address}（{error}）；请用 --listen 换一个地址"
                )
            }
            Self::PipeClosed => say!(language, "Nobody reads the output", "输出无人读取"),
        }
    }

    /// What it is about.
    pub(crate) fn detail(&self) -> Option<&str> {
        match self {
            Self::Service(Error::Refused(refusal)) => {
                refusal.detail.as_deref().filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }

    /// What it is about, in the language of the reader.
    fn shown_detail(&self, language: Language) -> Option<String> {
        match (self, language) {
            (Self::Service(Error::Refused(Refusal { chinese: Some(chinese), .. })), Language::Chinese) => {
                Some(chinese.clone())
            }
            _ => self.detail().map(|detail| word::detail(detail, language)),
        }
    }

    /// Which command or option helps.
    fn hint(&self, language: Language) -> Option<&'static str> {
        match self {
            Self::Service(Error::Refused(refusal)) => hint(refusal.code).map(|hint| hint.to(language)),
            _ => None,
        }
    }

    /// For scripts.
    pub(crate) fn to_json(&self, language: Language) -> Value {
        let message =
            joined([Some(self.message(language)), self.hint(language).map(ToOwned::to_owned)], language);
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
        let message = joined([Some(message), self.hint(language).map(ToOwned::to_owned)], language);
        say!(language, "error: {message} ({code})", "错误：{message} ({code})")
    }
}

/// Parts of a sentence.
fn joined(parts: [Option<String>; 2], language: Language) -> String {
    let mark = say("; ", "；").to(language);
    parts.into_iter().flatten().collect::<Vec<_>>().join(mark)
}
