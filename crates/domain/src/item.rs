//! Items: a batch's lines. Document 000 calls them relations, document 002 recipients.

use crate::code::Code;
use serde::{Deserialize, Serialize};

/// Where an item is in its life.
///
/// Stored numbers begin at 2 so that a change of state never changes a row's size in SQLite (0 and 1 take
/// no payload byte there): a run of a million items is then a same-size update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ItemState {
    /// Waits to be executed.
    Pending,
    /// Handed to an outside rail, not answered yet.
    Processing,
    /// Exactly one transfer settles it.
    Completed,
    /// Refused or interrupted; its code says why. May be retried.
    Failed,
    /// Sent to an outside rail and the answer was lost: probe, never retry blindly.
    Unknown,
    /// Taken out by a person, or with a batch cancelled before it began.
    Skipped,
}

impl ItemState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Processing, Self::Completed, Self::Failed, Self::Unknown, Self::Skipped];

    /// The number that is stored; never reused.
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

    /// The state of a stored number.
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

    /// The state of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether an item may move on to another state. The database's trigger holds the same list.
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

    /// Retry takes failed items only.
    pub const fn retry(self) -> Result<Self, Code> {
        match self {
            Self::Failed => Ok(Self::Pending),
            _ => Err(Code::ItemState),
        }
    }

    /// Skip takes failed and waiting items.
    pub const fn skip(self) -> Result<Self, Code> {
        match self {
            Self::Failed | Self::Pending => Ok(Self::Skipped),
            _ => Err(Code::ItemState),
        }
    }
}
