//! The approvals of a batch in the admin API: what it needs and has, and every decision.

use crate::kit::approval::{
    ApprovalDecisionView, ApprovalLevelStandView, ApprovalView, ApproverSponsorView, ApproverView,
    ApprovingRole, LoosenedPolicyView,
};
use domain::asset::Asset;
use serde::Serialize;
use service::approval::ApprovalStanding;
use utoipa::ToSchema;

/// What a batch needs to be executed, what it has, and every decision about it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminApprovalView {
    /// How many approvals the batch needs; 0: none.
    #[schema(example = 2)]
    needed: i64,
    /// How many of them were given.
    #[schema(example = 1)]
    given: i64,
    /// What its maker had submitted that day with the same single account; it counts towards the band.
    #[schema(example = "600.00")]
    same_day: String,
    /// The levels.
    levels: Vec<ApprovalLevelStandView>,
    /// The people who could approve now: they have a second factor and are not cooling off.
    may_approve: Vec<ApproverView>,
    /// The change that loosened the approval policy within 35 days before the submission; null if there was none.
    loosened: Option<AdminLoosenedView>,
    /// How many hours an approved batch may wait for its first execution; 0: any time.
    #[schema(example = 72)]
    valid_hours: i64,
    /// Until when an approved batch can be executed; null if there is no such time.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// All decisions, oldest first.
    decisions: Vec<AdminDecisionView>,
}

/// A change that loosened an approval policy.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminLoosenedView {
    /// The policy's version since then.
    #[schema(example = 2)]
    version: i64,
    /// Who made the change.
    #[schema(example = "admin-1")]
    set_by: String,
    /// When.
    #[schema(format = DateTime, example = "2026-03-09T12:00:00Z")]
    set_at: String,
    /// The login of the administrator who confirmed it; null if it took effect when it was due.
    #[schema(example = "admin-2")]
    confirmed_by: Option<String>,
}

/// A decision about a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdminDecisionView {
    /// `approve` or `reject`.
    #[schema(example = "approve")]
    action: &'static str,
    /// The approver's login.
    #[schema(example = "check-1")]
    approver: String,
    /// The approver's role at that time.
    #[schema(value_type = ApprovingRole)]
    role: Option<ApprovingRole>,
    /// The approver's note.
    note: Option<String>,
    /// The hash of the content that was decided about.
    content_hash: String,
    /// The second factor that was given.
    #[schema(example = "totp")]
    factor: String,
    /// When.
    #[schema(format = DateTime, example = "2026-03-10T12:00:00Z")]
    decided_at: String,
    /// Who added or promoted the approver, or reset the approver's password or second factor, within 35 days before.
    sponsors: Vec<ApproverSponsorView>,
    /// Whether it counts: false if the batch was submitted or repriced, an approval withdrawn or expired since.
    counts: bool,
}

impl AdminApprovalView {
    /// The view of a batch in this currency.
    pub(super) fn of(standing: ApprovalStanding, asset: &Asset) -> Self {
        let decisions = ApprovalDecisionView::all(&standing).map(Into::into).collect();
        let approval = ApprovalView::of(standing, asset);
        Self {
            decisions,
            needed: approval.needed,
            given: approval.given,
            same_day: approval.same_day,
            levels: approval.levels,
            may_approve: approval.may_approve,
            loosened: approval.loosened.map(Into::into),
            valid_hours: approval.valid_hours,
            expires_at: approval.expires_at,
        }
    }
}

impl From<LoosenedPolicyView> for AdminLoosenedView {
    fn from(loosened: LoosenedPolicyView) -> Self {
        let LoosenedPolicyView { version, set_by, set_at, confirmed_by } = loosened;
        Self { version, set_by, set_at, confirmed_by }
    }
}

impl From<ApprovalDecisionView> for AdminDecisionView {
    fn from(decision: ApprovalDecisionView) -> Self {
        let ApprovalDecisionView {
            action,
            approver,
            role,
            note,
            content_hash,
            factor,
            decided_at,
            sponsors,
            counts,
        } = decision;
        Self { action, approver, role, note, content_hash, factor, decided_at, sponsors, counts }
    }
}
