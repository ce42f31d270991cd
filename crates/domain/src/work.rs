//! Work that one node at a time does under a lease. To add a kind, add it here; the code that does the work
//! takes the lease and locks it in each of its transactions.

use crate::id::{BatchId, TaskId};
use crate::stored_enum::stored_enum;

stored_enum! {
    /// A kind of work.
    WorkKind {
        /// Running a batch.
        Run = 1 "run",
        /// Importing a file as a batch.
        Import = 2 "import",
        /// Encrypting the stored secrets under another master key.
        Rotation = 3 "rotation",
        /// Spreading events to those who are told.
        Spread = 4 "spread",
        /// Sending e-mails.
        Mail = 5 "mail",
        /// Delivering webhooks.
        Deliver = 6 "deliver",
        /// A background task.
        Task = 7 "task",
        /// Removing files whose time is over.
        Expiry = 8 "expiry",
    }
}

/// A piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Work {
    /// Its kind.
    pub kind: WorkKind,
    /// The id of what it is done to: of the batch, or 0.
    pub id: i64,
}

impl Work {
    /// Running a batch.
    #[must_use]
    pub const fn run(batch: BatchId) -> Self {
        Self { kind: WorkKind::Run, id: batch.0 }
    }

    /// Importing a file as a batch.
    #[must_use]
    pub const fn import(batch: BatchId) -> Self {
        Self { kind: WorkKind::Import, id: batch.0 }
    }

    /// Encrypting the stored secrets under another master key.
    #[must_use]
    pub const fn rotation() -> Self {
        Self { kind: WorkKind::Rotation, id: 0 }
    }

    /// Spreading events to those who are told.
    #[must_use]
    pub const fn spread() -> Self {
        Self { kind: WorkKind::Spread, id: 0 }
    }

    /// Sending e-mails.
    #[must_use]
    pub const fn mail() -> Self {
        Self { kind: WorkKind::Mail, id: 0 }
    }

    /// Delivering webhooks.
    #[must_use]
    pub const fn deliver() -> Self {
        Self { kind: WorkKind::Deliver, id: 0 }
    }

    /// A background task.
    #[must_use]
    pub const fn task(task: TaskId) -> Self {
        Self { kind: WorkKind::Task, id: task.0 }
    }

    /// Removing files whose time is over.
    #[must_use]
    pub const fn expiry() -> Self {
        Self { kind: WorkKind::Expiry, id: 0 }
    }
}
