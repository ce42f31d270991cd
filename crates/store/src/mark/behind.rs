//! Why a ledger cannot be the one that its mark knows.

/// Why a ledger cannot be the one that its mark knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Behind {
    /// The last process did not shut down cleanly, and the log with its commits is missing.
    #[error("the file with the last commits (sluice.db-wal) is missing after an unclean shutdown")]
    NoLog,
    /// The mark knows commits that do not exist.
    #[error("the mark knows commit {known}, but the ledger ends at commit {found}")]
    Commits {
        /// The mark's.
        known: i64,
        /// The ledger's.
        found: i64,
    },
    /// The commits exist, but are not the ones that the mark knows.
    #[error("commit {known} is not the one that the mark knows")]
    Differs {
        /// The mark's.
        known: i64,
    },
    /// The mark belongs to another ledger.
    #[error("the mark belongs to another ledger")]
    Other,
    /// There is a mark but no ledger.
    #[error("the mark knows commit {known}, but there is no ledger")]
    Gone {
        /// The mark's.
        known: i64,
    },
    /// A loss was found at an earlier start.
    #[error("a loss was found at an earlier start and was not accepted")]
    Unaccepted,
    /// The mark is not valid.
    #[error("the mark cannot be read")]
    Unreadable,
}
