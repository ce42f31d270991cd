//! Exit codes and failures. Scripts rely on the numbers: they are in `sluice --help` and never change.

use domain::code::Language;
use serde_json::{Value, json};
use service::Error;
use std::path::PathBuf;
use store::StoreError;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Success = 0,
    /// The ledger refused; nothing happened.
    Refused = 1,
    /// `verify` found a violation.
    Violated = 2,
    /// A file or the database does not do its part; `verify` could not finish.
    Broken = 3,
    /// Done in part: rows were refused and are open.
    Partial = 4,
    /// Another process writes to the data directory.
    Busy = 5,
    /// The command line cannot be understood.
    Usage = 64,
    /// The disk did not confirm a write: start again to see what stands.
    Unconfirmed = 74,
    /// The same command may succeed later.
    TryLater = 75,
    /// Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// As the operating system takes it.
    pub(crate) fn code(self) -> std::process::ExitCode {
        std::process::ExitCode::from(u8::try_from(self.number()).unwrap_or(3))
    }

    /// The number.
    pub(crate) const fn number(self) -> i32 {
        match self {
            Self::Success => 0,
            Self::Refused => 1,
            Self::Violated => 2,
            Self::Broken => 3,
            Self::Partial => 4,
            Self::Busy => 5,
            Self::Usage => 64,
            Self::Unconfirmed => 74,
            Self::TryLater => 75,
            Self::Interrupted => 130,
        }
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A use case says no, or what is below it is broken.
    Service(Error),
    /// There is no ledger in the directory.
    NoLedger(PathBuf),
    /// `init` where a ledger stands.
    Exists(String),
    /// Another process writes.
    Busy { directory: PathBuf, pid: Option<u32> },
    /// A file cannot be read or written.
    File { path: PathBuf, error: std::io::Error },
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
        Self::Service(Error::Store(error))
    }
}

impl Failure {
    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Service(Error::Refused(_)) | Self::NoLedger(_) | Self::Exists(_) => Exit::Refused,
            Self::Service(Error::Store(StoreError::NoLedger)) => Exit::Refused,
            Self::Service(Error::Store(StoreError::Fatal(_) | StoreError::InDoubt(_))) => Exit::Unconfirmed,
            Self::Service(Error::Store(error)) if error.is_retryable() => Exit::TryLater,
            Self::Service(_) | Self::File { .. } | Self::Listen { .. } => Exit::Broken,
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
                StoreError::Duplicate(_) | StoreError::Constraint(_) => "DATABASE_REFUSED",
            },
            Self::Service(Error::Replayed(_)) => "DONE_BEFORE",
            Self::Service(Error::Io(_)) | Self::File { .. } => "FILE_ERROR",
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

    /// What is wrong.
    pub(crate) fn message(&self, language: Language) -> String {
        match self {
            Self::Service(Error::Refused(refusal)) => refusal.code.message(language).to_owned(),
            Self::Service(error) => error.to_string(),
            Self::NoLedger(path) => {
                format!("There is no ledger in {}; run `sluice --data {0} init` first", path.display())
            }
            Self::Exists(place) => {
                format!("There is a ledger in {place} already; it was left as it is, go on using it")
            }
            Self::Busy { directory, pid } => {
                let who = pid.map_or_else(|| "Another process".to_owned(), |pid| format!("Process {pid}"));
                format!(
                    "{who} is writing to {}. Wait for it or stop it (Ctrl-C there pauses its batch), then try \
                     again. Reading works meanwhile: batch status, batch list, account show, verify",
                    directory.display()
                )
            }
            Self::File { path, error } => {
                format!(
                    "{} cannot be read or written ({error}); check its name and permissions",
                    path.display()
                )
            }
            Self::Usage(text) => format!("{text}; see --help"),
            Self::NotReady(text) => format!("the server is not ready: {text}"),
            Self::Settings(lines) => format!("settings cannot be used:\n  {}", lines.join("\n  ")),
            Self::Listen { address, error } => {
                format!("the server cannot listen on {address} ({error}); choose another address by --listen")
            }
            Self::PipeClosed => "nobody reads the output".to_owned(),
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

    /// For scripts.
    pub(crate) fn to_json(&self, language: Language) -> Value {
        json!({ "error": { "code": self.code(), "message": self.message(language), "detail": self.detail() } })
    }

    /// For people.
    pub(crate) fn to_line(&self, language: Language) -> String {
        let about = self.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
        format!("error: {}{about} ({})", self.message(language), self.code())
    }
}
