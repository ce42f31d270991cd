//! What can go wrong below the domain. Never shown to people as it is: `service` turns it into an answer.

use crate::mark::Behind;

/// An infrastructure error. Business refusals are `domain::code::Code`.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// A unique key exists already; names the constraint as the engine does.
    #[error("duplicate key: {0}")]
    Duplicate(String),
    /// A check, foreign key or trigger refused the write: a defect above, since decisions come first.
    #[error("the database refused the write: {0}")]
    Constraint(String),
    /// Transactions stood in each other's way and this one was chosen to give way: the whole of it may be
    /// done again at once.
    #[error("the transaction gave way to another: {0}")]
    Conflict(String),
    /// A lock was waited for in vain, or another process holds the database.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The database cannot be reached now. The transaction did not commit.
    #[error("the database is away, nothing was written; try again: {0}")]
    Away(String),
    /// The answer to COMMIT was lost: the transaction stands, or it does not.
    #[error("the database's answer was lost ({0}); look what stands before you try again")]
    InDoubt(String),
    /// No space is left. The transaction was rolled back and may be tried again when there is space.
    #[error("no space left on the disk; nothing was written, free some space and try again")]
    DiskFull,
    /// The outcome of a commit is unknown: a sync failed. The process must end; the restart looks.
    #[error("the disk did not confirm a write ({0}); the process ends, start it again to see what stands")]
    Fatal(String),
    /// The database can be reached and holds no ledger.
    #[error("there is no ledger in the database; make one with `sluice init`")]
    NoLedger,
    /// The database cannot be used at all.
    #[error("the database cannot be opened: {0}")]
    Unavailable(String),
    /// The ledger is sealed: it has moved, or is moving, to this place. Nothing was written.
    #[error("the ledger was moved to {0}")]
    Moved(String),
    /// The ledger lacks commits that were made, as far as this machine knows. Nothing was written.
    #[error("the ledger is behind: {0}")]
    Behind(Behind),
    /// What is stored cannot be what was written.
    #[error("the database holds what Sluice never writes: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Whether nothing was written and the same call may succeed later without any change.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Busy(_) | Self::Away(_) | Self::DiskFull)
    }
}
