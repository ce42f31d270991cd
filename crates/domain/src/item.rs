//! Items: the payments of a batch. Document 000 calls them relations, document 002 recipients.

use crate::code::Code;
use crate::stored_enum::stored_enum;

stored_enum! {
    /// The state of an item.
    ///
    /// Stored numbers begin at 2 so that a state change never changes a row's size in SQLite, where 0 and 1 take
    /// no payload byte: executing a million items then updates rows in place.
    ItemState {
        /// Waiting to be executed.
        Pending = 2 "pending",
        /// Handed to an external rail that has not answered yet.
        Processing = 3 "processing",
        /// Settled by exactly one transfer.
        Completed = 4 "completed",
        /// Refused or interrupted; its code says why. Can be retried.
        Failed = 5 "failed",
        /// Sent to an external rail and the answer was lost: query the rail, never retry blindly.
        Unknown = 6 "unknown",
        /// Skipped by a user, or because the batch was cancelled before it began.
        Skipped = 7 "skipped",
    }
}

impl ItemState {
    /// Whether an item may change to another state. The database trigger enforces the same list.
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        matches!(
            (self, to),
            (Self::Pending, Self::Processing | Self::Completed | Self::Failed | Self::Skipped)
                | (Self::Processing, Self::Completed | Self::Failed | Self::Unknown)
                | (Self::Unknown, Self::Completed | Self::Failed)
                | (Self::Failed, Self::Pending | Self::Skipped)
        )
    }

    /// Only failed items can be retried.
    pub const fn retry(self) -> Result<Self, Code> {
        match self {
            Self::Failed => Ok(Self::Pending),
            _ => Err(Code::ItemState),
        }
    }

    /// Failed and pending items can be skipped.
    pub const fn skip(self) -> Result<Self, Code> {
        match self {
            Self::Failed | Self::Pending => Ok(Self::Skipped),
            _ => Err(Code::ItemState),
        }
    }
}
