//! The exit codes. Scripts rely on the numbers: they are in `sluice --help` and never change.

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Success = 0,
    /// The ledger refused; nothing happened.
    Refused = 1,
    /// `verify` found a violation.
    Violated = 2,
    /// A file or the database failed, or `verify` could not finish.
    Broken = 3,
    /// Partly done: some rows were refused.
    Partial = 4,
    /// Another process is writing to the data directory.
    Busy = 5,
    /// The command line or the settings are invalid.
    Usage = 64,
    /// A write was not confirmed: only the ledger shows whether it was made.
    Unconfirmed = 74,
    /// The same command may succeed later.
    TryLater = 75,
    /// Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// For the operating system.
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
