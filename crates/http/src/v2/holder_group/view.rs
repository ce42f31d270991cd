//! A group as the API shows it.

use crate::kit::time::wire;
use domain::script::is_mixed;
use serde::Serialize;
use service::holder_group::{ChangedMembers, HolderGroup};
use utoipa::ToSchema;

/// A group of holders.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct HolderGroupView {
    /// The group's id.
    #[schema(example = 4)]
    id: i64,
    /// Its name.
    #[schema(example = "Sales London")]
    name: String,
    /// Whether the name mixes scripts with look-alike letters, such as Latin and Cyrillic. If so, read it letter by
    /// letter before using it.
    #[schema(example = false)]
    mixed_scripts: bool,
    /// What it is for; may be empty.
    #[schema(example = "paid on the 25th")]
    description: String,
    /// The number of its members.
    #[schema(example = 120)]
    members: i64,
    /// Who added it.
    #[schema(example = "anna")]
    created_by: String,
    /// When it was added.
    #[schema(example = "2026-03-10T12:00:00Z", format = DateTime)]
    created_at: String,
}

impl From<HolderGroup> for HolderGroupView {
    fn from(group: HolderGroup) -> Self {
        Self {
            id: group.id.0,
            mixed_scripts: is_mixed(&group.name),
            name: group.name,
            description: group.description,
            members: group.members,
            created_by: group.created_by.name,
            created_at: wire(group.created_at),
        }
    }
}

/// A group whose members were changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangedMembersView {
    /// The group.
    group: HolderGroupView,
    /// How many holders joined; those who were members already are not counted.
    #[schema(example = 2)]
    added: u64,
    /// How many left; those who were no members are not counted.
    #[schema(example = 1)]
    removed: u64,
}

impl From<ChangedMembers> for ChangedMembersView {
    fn from(changed: ChangedMembers) -> Self {
        Self { group: changed.group.into(), added: changed.added, removed: changed.removed }
    }
}
