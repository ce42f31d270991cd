//! How approvals look in every part of the API: levels, what a batch needs and has, and decisions. The admin API takes
//! these values over under names of its own.

use crate::kit::time::wire;
use domain::access::Role;
use domain::amount::format_minor;
use domain::approval::Level;
use domain::asset::Asset;
use domain::code::Code;
use domain::id::UserId;
use domain::noun::NounId;
use serde::{Deserialize, Serialize};
use service::approval::{Approval, ApprovalStanding, ApproverSponsor, LevelStanding, LoosenedPolicy};
use service::user::User;
use utoipa::ToSchema;

/// A role that may approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ApprovingRole {
    /// Finance.
    Finance,
    /// Administrators.
    Admin,
}

/// An approval level: a number of people who must agree, of some roles and some named users. With neither, anybody
/// in finance or administration.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ApprovalLevelView {
    /// How many people must approve; nobody counts for two levels.
    #[schema(example = 1, minimum = 1, maximum = 20)]
    count: u8,
    /// The roles they may have.
    #[serde(default)]
    #[schema(example = json!(["finance"]))]
    roles: Vec<ApprovingRole>,
    /// Users they may be, by id.
    #[serde(default)]
    #[schema(example = json!(["user_3"]))]
    users: Vec<String>,
}

/// What a batch needs to be executed, and what it has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApprovalView {
    /// How many approvals the batch needs; 0: none.
    #[schema(example = 2)]
    pub(crate) needed: i64,
    /// How many of them were given.
    #[schema(example = 1)]
    pub(crate) given: i64,
    /// What its maker had submitted that day with the same single account, in the batch's currency. It counts towards
    /// the band that decides how many approvals are needed, so that payments cannot be split below it.
    #[schema(example = "600.00")]
    pub(crate) same_day: String,
    /// The levels.
    pub(crate) levels: Vec<ApprovalLevelStandView>,
    /// The people who could approve now: they have a second factor and are not cooling off.
    pub(crate) may_approve: Vec<ApproverView>,
    /// The change that loosened the approval policy within 35 days before the submission; null if there was none.
    pub(crate) loosened: Option<LoosenedPolicyView>,
    /// The hash of the content that approvals are for; null before the submission.
    pub(crate) content_hash: Option<String>,
    /// How many hours an approved batch may wait for its first execution; 0: any time.
    #[schema(example = 72)]
    pub(crate) valid_hours: i64,
    /// Until when an approved batch can be executed; null if there is no such time.
    #[schema(format = DateTime)]
    pub(crate) expires_at: Option<String>,
}

/// A change that loosened an approval policy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoosenedPolicyView {
    /// The policy's version since then.
    #[schema(example = 2)]
    pub(crate) version: i64,
    /// Who made the change.
    #[schema(example = "admin-1")]
    pub(crate) set_by: String,
    /// When.
    #[schema(format = DateTime, example = "2026-03-09T12:00:00Z")]
    pub(crate) set_at: String,
    /// The login of the administrator who confirmed it; null if it took effect when it was due.
    #[schema(example = "admin-2")]
    pub(crate) confirmed_by: Option<String>,
}

/// A decision about a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApprovalDecisionView {
    /// `approve` or `reject`.
    #[schema(example = "approve")]
    pub(crate) action: &'static str,
    /// The approver's login.
    #[schema(example = "check-1")]
    pub(crate) approver: String,
    /// The approver's role at that time.
    #[schema(value_type = ApprovingRole)]
    pub(crate) role: Option<ApprovingRole>,
    /// The approver's note.
    pub(crate) note: Option<String>,
    /// The hash of the content that was decided about.
    pub(crate) content_hash: String,
    /// The second factor that was given.
    #[schema(example = "totp")]
    pub(crate) factor: String,
    /// When.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    pub(crate) decided_at: String,
    /// Who added or promoted the approver, or reset the approver's password or second factor, within 35 days before.
    pub(crate) sponsors: Vec<ApproverSponsorView>,
    /// Whether it counts: false if the batch was submitted or repriced, an approval withdrawn or expired since.
    pub(crate) counts: bool,
}

/// Somebody who added or promoted an approver, or reset the approver's password or second factor, within 35 days before
/// the decision.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApproverSponsorView {
    /// `added`, `promoted`, `password_reset` or `totp_reset`.
    #[schema(example = "totp_reset")]
    deed: &'static str,
    /// By whom: a login, or `command_line`.
    #[schema(example = "admin-1")]
    by: String,
    /// When.
    #[schema(format = DateTime, example = "2026-03-08T12:00:00Z")]
    at: String,
}

/// A level of a batch, and who has filled it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApprovalLevelStandView {
    /// What the level asks for.
    #[serde(flatten)]
    level: ApprovalLevelView,
    /// The logins of the approvers who fill it.
    #[schema(example = json!(["check-1"]))]
    given: Vec<String>,
    /// How many approvals it lacks.
    #[schema(example = 1)]
    open: i64,
}

/// A person who may approve.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApproverView {
    /// The user's id.
    #[schema(example = "user_3")]
    id: String,
    /// The login.
    #[schema(example = "check-1")]
    login: String,
    /// The display name.
    #[schema(example = "Check One")]
    name: String,
}

impl ApprovingRole {
    pub(crate) const fn role(self) -> Role {
        match self {
            Self::Finance => Role::Finance,
            Self::Admin => Role::Admin,
        }
    }

    /// The role; none for one that may not approve.
    pub(crate) const fn of(role: Role) -> Option<Self> {
        match role {
            Role::Finance => Some(Self::Finance),
            Role::Admin => Some(Self::Admin),
            Role::Operator | Role::Auditor => None,
        }
    }
}

impl ApprovalLevelView {
    /// The level that a request asks for.
    pub(crate) fn read(self) -> Result<Level, Code> {
        let Self { count, roles, users } = self;
        let users: Result<Vec<i64>, Code> =
            users.iter().map(|id| UserId::from_text(id).map(|id| id.0)).collect();
        Ok(Level { count, roles: roles.into_iter().map(ApprovingRole::role).collect(), users: users? })
    }
}

impl From<&Level> for ApprovalLevelView {
    fn from(level: &Level) -> Self {
        Self {
            count: level.count,
            roles: level.roles.iter().copied().filter_map(ApprovingRole::of).collect(),
            users: level.users.iter().map(|id| UserId(*id).tagged()).collect(),
        }
    }
}

impl From<LevelStanding> for ApprovalLevelStandView {
    fn from(standing: LevelStanding) -> Self {
        let LevelStanding { level, given, open } = standing;
        Self { level: (&level).into(), given, open }
    }
}

impl From<LoosenedPolicy> for LoosenedPolicyView {
    fn from(loosened: LoosenedPolicy) -> Self {
        let LoosenedPolicy { version, set_by, set_at, confirmed_by } = loosened;
        Self { version, set_by, set_at: wire(set_at), confirmed_by }
    }
}

impl ApprovalDecisionView {
    /// All decisions about a batch, oldest first.
    pub(crate) fn all(standing: &ApprovalStanding) -> impl Iterator<Item = Self> {
        standing.decisions.iter().map(|one| Self::of(one, standing))
    }

    fn of(approval: &Approval, standing: &ApprovalStanding) -> Self {
        let touching = standing.sponsors.iter().filter(|sponsor| sponsor.touches(approval));
        Self {
            action: approval.action.name(),
            approver: approval.login.clone(),
            role: ApprovingRole::of(approval.role),
            note: approval.note.clone(),
            content_hash: approval.content_hash.clone(),
            factor: approval.factor.clone(),
            decided_at: wire(approval.at),
            sponsors: touching.map(Into::into).collect(),
            counts: approval.round == standing.round,
        }
    }
}

impl From<&ApproverSponsor> for ApproverSponsorView {
    fn from(sponsor: &ApproverSponsor) -> Self {
        Self { deed: sponsor.deed.name(), by: sponsor.by.clone(), at: wire(sponsor.at) }
    }
}

impl From<User> for ApproverView {
    fn from(user: User) -> Self {
        Self { id: UserId(user.id).tagged(), login: user.login, name: user.name }
    }
}

impl ApprovalView {
    /// The view of a batch in this currency.
    pub(crate) fn of(standing: ApprovalStanding, asset: &Asset) -> Self {
        Self {
            needed: standing.needed,
            given: standing.given,
            same_day: format_minor(i128::from(standing.same_day), asset.scale),
            levels: standing.levels.into_iter().map(Into::into).collect(),
            may_approve: standing.may_approve.into_iter().map(Into::into).collect(),
            loosened: standing.loosened.map(Into::into),
            content_hash: standing.content_hash,
            valid_hours: standing.valid_hours,
            expires_at: standing.expires_at.map(wire),
        }
    }
}
