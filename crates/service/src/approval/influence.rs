//! What others did that an approval rests on (contract: "No administrator is four eyes alone"): who added, promoted or
//! reset an approver shortly before a decision, and who loosened the policy that a batch was submitted under.

use crate::Error;
use domain::change::LATELY_DAYS;
use domain::principal::{Principal, SponsorDeed};
use store::Tx;
use store::approval::Approval;
use store::approval_round::ApprovalRound;
use store::sponsor::Sponsor;

/// How long a deed is shown in the approvals that it touches.
const LATELY: i64 = LATELY_DAYS * 24 * 3_600 * 1_000_000;

/// Somebody who added or promoted an approver, or reset the approver's password or second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApproverSponsor {
    /// The approver, by the user's id.
    pub user: i64,
    /// What was done.
    pub deed: SponsorDeed,
    /// By whom: a login, or what it was if it was no person.
    pub by: String,
    /// When, microseconds UTC.
    pub at: i64,
}

/// A change that loosened an approval policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoosenedPolicy {
    /// The policy's version since then.
    pub version: i64,
    /// Who made the change.
    pub set_by: String,
    /// When, microseconds UTC.
    pub set_at: i64,
    /// The login of the administrator who confirmed it; none: it took effect when it was due.
    pub confirmed_by: Option<String>,
}

impl ApproverSponsor {
    /// Whether it was done to the approver shortly before the decision.
    #[must_use]
    pub const fn touches(&self, decision: &Approval) -> bool {
        self.user == decision.user && self.at <= decision.at && self.at > decision.at - LATELY
    }
}

/// The sponsors of those who decided, oldest deed first.
pub(super) async fn sponsors(tx: &mut Tx, decisions: &[Approval]) -> Result<Vec<ApproverSponsor>, Error> {
    if decisions.is_empty() {
        return Ok(Vec::new());
    }
    let mut users: Vec<i64> = decisions.iter().map(|decision| decision.user).collect();
    users.sort_unstable();
    users.dedup();
    let mut sponsors = Vec::new();
    for (user, Sponsor { principal, deed, at }) in store::sponsor::of_users(tx, users).await? {
        sponsors.push(ApproverSponsor { user, deed, by: name(tx, principal).await?, at });
    }
    sponsors.sort_by_key(|sponsor| (sponsor.at, sponsor.user));
    Ok(sponsors)
}

/// The change that loosened the policy of a round shortly before the round began, if there was one.
pub(super) async fn loosened(tx: &mut Tx, round: &ApprovalRound) -> Result<Option<LoosenedPolicy>, Error> {
    let found = store::approval_policy::get(tx, round.asset, round.policy_version).await?;
    let since = round.opened_at.saturating_sub(LATELY);
    // Only what loosens a policy has to wait.
    let waited = found.filter(|row| row.due_at > row.set_at && row.in_force_at.is_some_and(|at| at > since));
    let Some(row) = waited else { return Ok(None) };
    let confirmed_by = match row.confirmed_by {
        Some(user) => Some(name(tx, Principal::User(user)).await?),
        None => None,
    };
    let (version, set_by, set_at) = (row.version, row.set_by.name, row.set_at);
    Ok(Some(LoosenedPolicy { version, set_by, set_at, confirmed_by }))
}

async fn name(tx: &mut Tx, principal: Principal) -> Result<String, Error> {
    let login = match principal {
        Principal::User(id) => store::user::get(tx, id).await?.map(|user| user.login),
        Principal::System | Principal::CommandLine | Principal::Key(_) | Principal::Anonymous => None,
    };
    Ok(login.unwrap_or_else(|| principal.kind_name().to_owned()))
}
