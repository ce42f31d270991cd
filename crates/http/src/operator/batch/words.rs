//! The enumerations of the batch API.

use domain::batch::{BatchMode, BatchState, BatchType, ContactType};
use domain::item::ItemState;
use serde::{Deserialize, Serialize};
use service::batch::create::RateMode;
use utoipa::ToSchema;

/// The schemas of domain enums, which are read and written by their names on the wire.
macro_rules! schemas {
    ($($(#[doc = $doc:literal])+ $name:ident of $domain:ident;)*) => {$(
        $(#[doc = $doc])+
        pub(crate) enum $name {}

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                use utoipa::openapi::{ObjectBuilder, Type};
                let names = $domain::ALL.iter().map(|value| value.name());
                let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
                text.description(Some(concat!($($doc),+).trim())).into()
            }
        }

        impl utoipa::ToSchema for $name {}
    )*};
}

pub(super) use schemas;

schemas! {
    /// Which side of a batch is a single account, or outside the ledger.
    BatchTypeWord of BatchType;
    /// How a failed relation affects the rest of the batch.
    BatchModeWord of BatchMode;
    /// The exact state of a batch.
    BatchStateWord of BatchState;
    /// The exact state of a relation.
    RelationStateWord of ItemState;
    /// How `targetIdentifier` identifies an account.
    ContactWord of ContactType;
}

/// Document 000's four statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchStatusWord {
    /// Not yet begun.
    Pending,
    /// In progress.
    Processing,
    /// Completed.
    Completed,
    /// Failed entirely or in part, rejected or cancelled.
    Failed,
}

impl BatchStatusWord {
    /// The status for a batch's exact state.
    pub(crate) fn of_batch(state: BatchState) -> Self {
        match state.operator_status() {
            "processing" => Self::Processing,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            _ => Self::Pending,
        }
    }

    /// The batch states with this status.
    pub(crate) fn batch_states(self) -> Vec<BatchState> {
        BatchState::ALL.iter().copied().filter(|state| Self::of_batch(*state) == self).collect()
    }
}

/// Document 000's status of a relation, or `skipped`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RelationStatusWord {
    /// Not yet processed.
    Pending,
    /// In progress, or sent to an outside network with an unknown outcome.
    Processing,
    /// Paid.
    Completed,
    /// Refused or interrupted.
    Failed,
    /// Skipped.
    Skipped,
}

impl RelationStatusWord {
    /// The status for an item's exact state.
    pub(crate) const fn of_item(state: ItemState) -> Self {
        match state {
            ItemState::Pending => Self::Pending,
            ItemState::Processing | ItemState::Unknown => Self::Processing,
            ItemState::Completed => Self::Completed,
            ItemState::Failed => Self::Failed,
            ItemState::Skipped => Self::Skipped,
        }
    }

    /// The item states with this status.
    pub(crate) fn item_states(self) -> Vec<ItemState> {
        ItemState::ALL.into_iter().filter(|state| Self::of_item(*state) == self).collect()
    }
}

/// Which exchange rates a batch with `convert` is paid at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchRateMode {
    /// The rates kept at submission, as long as the stored ones stay within the pair's tolerance of them.
    Kept,
    /// The rates stored when each relation is paid.
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
    fn filtering_by_a_status_finds_every_state_that_has_it() {
        for state in BatchState::ALL {
            assert!(BatchStatusWord::of_batch(state).batch_states().contains(&state), "{state:?}");
        }
        for state in ItemState::ALL {
            let filtered = RelationStatusWord::of_item(state).item_states();
            assert!(filtered.contains(&state), "{state:?}");
            assert_eq!(filtered.len() > 1, matches!(state, ItemState::Processing | ItemState::Unknown));
        }
    }

    #[test]
    fn the_statuses_match_the_domain_names() {
        for state in BatchState::ALL {
            let word = serde_json::to_value(BatchStatusWord::of_batch(state)).unwrap();
            assert_eq!(word, state.operator_status());
        }
    }
}
