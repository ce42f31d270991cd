//! Items: the payments of a batch. Document 000 calls them relations, document 002 recipients.

use crate::code::Code;
use serde::{Deserialize, Serialize};

/// The state of an item.
///
/// Stored numbers begin at 2 so that a state change never changes a row's size in SQLite, where 0 and 1 take
/// no payload byte: executing a million items then updates rows in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Waiting to be executed.
    Pending,
    /// Handed to an external rail that has not answered yet.
    Processing,
    /// Settled by exactly one transfer.
    Completed,
    /// Refused or interrupted; its code says why. Can be retried.
    Failed,
    /// Sent to an external rail and the answer was lost: query the rail, never retry blindly.
    Unknown,
    /// Skipped by a user, or because the batch was cancelled before it began.
    Skipped,
}

impl ItemState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Processing, Self::Completed, Self::Failed, Self::Unknown, Self::Skipped];

    /// The stored number; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Pending => 2,
            Self::Processing => 3,
            Self::Completed => 4,
            Self::Failed => 5,
            Self::Unknown => 6,
            Self::Skipped => 7,
        }
    }

    /// The state with this stored number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

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
