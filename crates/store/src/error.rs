//! Errors below the domain. They are never shown to users as they are: the crates above turn each into an
//! answer.

use crate::mark::behind::Behind;
use domain::code::Code;
use domain::refusal::Refusal;

/// An infrastructure error. Business refusals are `domain::code::Code`.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The unique key already exists; carries the constraint's name as the engine reports it.
    #[error("duplicate key: {0}")]
    Duplicate(String),
    /// A check, foreign key or trigger refused the write: a defect above, since decisions come first.
    #[error("the database refused the write: {0}")]
    Constraint(String),
    /// The transaction was aborted by a lock conflict; it can be retried as a whole at once.
    #[error("the transaction was aborted by a lock conflict: {0}")]
    Conflict(String),
    /// Waiting for a lock timed out, or another process holds the database.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The database is unreachable at the moment. The transaction did not commit.
    #[error("the database is unreachable and nothing was written; try again: {0}")]
    Away(String),
    /// The response to COMMIT was lost: the transaction may or may not have been committed.
    #[error("the response to a commit was lost ({0}); check whether it was committed before you try again")]
    InDoubt(String),
    /// No space is left. The transaction was rolled back and can be retried once there is space.
    #[error("no space left on the disk; nothing was written, free some space and try again")]
    DiskFull,
    /// The outcome of a commit is unknown: a sync failed. The process must end; the restart finds out.
    #[error("the disk did not confirm a write ({0}); the process ends; restart it to see what was committed")]
    Fatal(String),
    /// The database is reachable but holds no ledger.
    #[error("there is no ledger in the database; create one with `sluice init`")]
    NoLedger,
    /// The database cannot be used at all.
    #[error("the database cannot be opened: {0}")]
    Unavailable(String),
    /// The ledger is sealed: it has been or is being moved to this place. Nothing was written.
    #[error("the ledger was moved to {0}")]
    Moved(String),
    /// As far as this machine knows, the ledger lacks commits that were made. Nothing was written.
    #[error("the ledger is behind: {0}")]
    Behind(Behind),
    /// The stored data cannot be what was written.
    #[error("the database holds data that Sluice never writes: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Whether nothing was written and the same call may succeed later unchanged.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Busy(_) | Self::Away(_) | Self::DiskFull)
    }

    /// The refusal that this error amounts to: about the ledger as a whole, the operator can act on it.
    pub fn into_refusal(self) -> Result<Refusal, Self> {
        match self {
            Self::Moved(place) => Ok(Refusal::new(Code::LedgerMoved, place)),
            Self::Behind(behind) => {
                Ok(Refusal::bilingual(Code::LedgerBehind, behind.to_string(), behind.chinese()))
            }
            error => Err(error),
        }
    }
}
