//! A level: how many people must agree, and which. To ask for something else, see the parent's introduction.

use crate::access::Role;
use serde::{Deserialize, Serialize};

/// A person, as levels see one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Approver {
    /// The user's id.
    pub user: i64,
    /// The role, when the approval was given or now.
    pub role: Role,
}

/// A number of people who must agree: those of some roles and some named users. Without either, anybody who may
/// approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// How many people.
    pub count: u8,
    /// People of these roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// These users, whatever their roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<i64>,
}

impl Approver {
    /// Whether the role may approve at all.
    #[must_use]
    pub const fn may_approve(self) -> bool {
        matches!(self.role, Role::Finance | Role::Admin)
    }
}

impl Level {
    /// A level for anybody who may approve.
    #[must_use]
    pub const fn of_anybody(count: u8) -> Self {
        Self { count, roles: Vec::new(), users: Vec::new() }
    }

    /// Whether a person can fill a place of this level.
    #[must_use]
    pub fn admits(&self, person: Approver) -> bool {
        let is_named = self.roles.contains(&person.role) || self.users.contains(&person.user);
        person.may_approve() && (is_named || self.is_open())
    }

    /// Whether everybody whom this level admits is admitted by the other one, whatever roles people have.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let roles: &[Role] = if self.is_open() { &APPROVING } else { &self.roles };
        let covers = |role: &Role| other.is_open() || other.roles.contains(role);
        let has_all_roles = APPROVING.iter().all(covers);
        roles.iter().all(covers) && (has_all_roles || self.users.iter().all(|id| other.users.contains(id)))
    }

    const fn is_open(&self) -> bool {
        self.roles.is_empty() && self.users.is_empty()
    }
}

/// The roles that may approve.
pub const APPROVING: [Role; 2] = [Role::Finance, Role::Admin];

/// The number of approvals that levels ask for.
#[must_use]
pub fn needed(levels: &[Level]) -> i64 {
    levels.iter().map(|level| i64::from(level.count)).sum()
}

/// Levels as they are stored.
#[must_use]
pub fn canonical(levels: &[Level]) -> String {
    serde_json::to_string(levels).unwrap_or_default()
}

/// Reads what [`canonical`] wrote.
pub fn read_levels(text: &str) -> Result<Vec<Level>, serde_json::Error> {
    serde_json::from_str(text)
}
