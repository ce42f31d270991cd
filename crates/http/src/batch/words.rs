//! The values that fields of this noun take.

use domain::batch::{BatchMode, BatchState, BatchType, ContactType};
use domain::item::ItemState;
use serde::{Deserialize, Serialize};
use service::batch::create::RateMode;
use utoipa::ToSchema;

macro_rules! word {
    ($(#[$doc:meta])* $name:ident = $domain:ident { $($(#[$vdoc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[$vdoc])* $variant,)* }

        impl From<$name> for $domain {
            fn from(word: $name) -> Self {
                match word { $($name::$variant => Self::$variant,)* }
            }
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                match value { $($domain::$variant => Self::$variant,)* }
            }
        }
    };
}

word! {
    /// Which side of a batch is one account.
    BatchTypeWord = BatchType {
        /// One account pays many.
        OneToMany,
        /// Many accounts pay one.
        ManyToOne,
        /// Each relation names both sides.
        ManyToMany,
    }
}

word! {
    /// What a failed relation means for the rest.
    BatchModeWord = BatchMode {
        /// The others go on.
        Continue,
        /// The rest is not tried.
        StopOnFailure,
        /// All or nothing.
        Atomic,
    }
}

word! {
    /// Where a batch is in its life, exactly.
    BatchStateWord = BatchState {
        /// Can be edited.
        Draft,
        /// Submitted.
        Pending,
        /// Checked.
        Approved,
        /// Refused by a checker.
        Rejected,
        /// Being executed.
        Processing,
        /// Stopped by a person; can go on.
        Paused,
        /// Every relation that was not skipped is completed.
        Completed,
        /// Some relations failed.
        PartiallyCompleted,
        /// No relation succeeded.
        Failed,
        /// Called off before it began.
        Cancelled,
    }
}

word! {
    /// Where a relation is in its life, exactly.
    RelationStateWord = ItemState {
        /// Waits.
        Pending,
        /// On its way.
        Processing,
        /// Paid.
        Completed,
        /// Refused or interrupted.
        Failed,
        /// Sent outside, and the answer was lost.
        Unknown,
        /// Taken out.
        Skipped,
    }
}

word! {
    /// How `targetIdentifier` names an account.
    ContactWord = ContactType {
        /// The holder's uid.
        Uid,
        /// The holder's e-mail address.
        Email,
        /// The account's id or number.
        Inner,
    }
}

/// Document 000's four statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchStatusWord {
    /// Waits.
    Pending,
    /// On its way.
    Processing,
    /// Done.
    Completed,
    /// Failed, in part or as a whole, or called off.
    Failed,
}

impl BatchStatusWord {
    /// The status of a batch's state.
    pub(crate) fn of_batch(state: BatchState) -> Self {
        match state.operator_status() {
            "processing" => Self::Processing,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            _ => Self::Pending,
        }
    }

    /// The states of batches that have this status.
    pub(crate) fn batch_states(self) -> Vec<BatchState> {
        BatchState::ALL.iter().copied().filter(|state| Self::of_batch(*state) == self).collect()
    }
}

/// Document 000's status of a relation, and `skipped`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RelationStatusWord {
    /// Waits.
    Pending,
    /// On its way, or sent outside and the answer was lost.
    Processing,
    /// Paid.
    Completed,
    /// Refused or interrupted.
    Failed,
    /// Taken out.
    Skipped,
}

impl RelationStatusWord {
    /// The status of an item's state.
    pub(crate) const fn of_item(state: ItemState) -> Self {
        match state {
            ItemState::Pending => Self::Pending,
            ItemState::Processing | ItemState::Unknown => Self::Processing,
            ItemState::Completed => Self::Completed,
            ItemState::Failed => Self::Failed,
            ItemState::Skipped => Self::Skipped,
        }
    }

    /// The states of items that have this status.
    pub(crate) fn item_states(self) -> Vec<ItemState> {
        ItemState::ALL.into_iter().filter(|state| Self::of_item(*state) == self).collect()
    }
}

/// At which rates a batch that converts is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchRateMode {
    /// At those that were stored when it was submitted, while the stored ones stay near them.
    Kept,
    /// At those that are stored when each relation is paid.
    Follow,
}

impl From<BatchRateMode> for RateMode {
    fn from(mode: BatchRateMode) -> Self {
        match mode {
            BatchRateMode::Kept => Self::Kept,
            BatchRateMode::Follow => Self::Follow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_a_filter_for_what_carries_it() {
        for state in BatchState::ALL {
            assert!(BatchStatusWord::of_batch(*state).batch_states().contains(state), "{state:?}");
        }
        for state in ItemState::ALL {
            let filtered = RelationStatusWord::of_item(state).item_states();
            assert!(filtered.contains(&state), "{state:?}");
            assert_eq!(filtered.len() > 1, matches!(state, ItemState::Processing | ItemState::Unknown));
        }
    }

    #[test]
    fn words_are_the_names_of_the_domain() {
        for state in BatchState::ALL {
            assert_eq!(serde_json::to_value(BatchStateWord::from(*state)).unwrap(), state.name());
        }
        for state in ItemState::ALL {
            assert_eq!(serde_json::to_value(RelationStateWord::from(state)).unwrap(), state.name());
        }
        for kind in BatchType::ALL {
            assert_eq!(serde_json::to_value(BatchTypeWord::from(*kind)).unwrap(), kind.name());
        }
        for mode in BatchMode::ALL {
            assert_eq!(serde_json::to_value(BatchModeWord::from(*mode)).unwrap(), mode.name());
        }
        for state in BatchState::ALL {
            let word = serde_json::to_value(BatchStatusWord::of_batch(*state)).unwrap();
            assert_eq!(word, state.operator_status());
        }
    }
}
