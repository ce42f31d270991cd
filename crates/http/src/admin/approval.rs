//! Approving and rejecting batches (document 002, F-ADMIN-091), and withdrawing an approval.

use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::Input;
use crate::kit::once::Once;
use crate::kit::operation::Groups;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use crate::kit::who::Who;
use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use domain::access::Operation;
use domain::approval::ApprovalAction;
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::code::groups::{BATCH, DECISION, NOTE, STEP_UP, TEXT};
use serde::{Deserialize, Serialize};
use service::approval::{self, BatchDecision, DecidedBatch, Decision};
use service::batch::{BatchRequest, read_ref};
use service::{Batch, Secret};
use utoipa::ToSchema;
use utoipa_axum::routes;

const COOLING: &[Code] = &[Code::ApproverCooling, Code::ApproverSponsored];

pub(super) fn routes() -> Routes {
    const APPROVE: Groups = &[DECISION, STEP_UP, COOLING, &[Code::IdempotencyKeyMissing]];
    const DECIDE: Groups = &[DECISION, STEP_UP, COOLING, &[Code::DecisionsInvalid]];
    const WITHDRAW: Groups = &[BATCH, NOTE, TEXT, &[Code::ApprovalNotFound]];
    Routes::new()
        .add(Operation::BatchApprove, routes!(approve), APPROVE)
        .add(Operation::BatchesDecide, routes!(decide), DECIDE)
        .add(Operation::ApprovalWithdraw, routes!(withdraw), WITHDRAW)
}

const APPROVED: Message = Message { english: "The batch was approved", chinese: "批次已审批通过" };
const GIVEN: Message = Message {
    english: "Your approval was recorded; the batch needs further approvals",
    chinese: "您的审批已记录，批次还需其他人审批",
};
const REJECTED: Message = Message { english: "The batch was rejected", chinese: "批次已审批拒绝" };
const DECIDED: Message = Message { english: "Your decisions were recorded", chinese: "审批已记录" };
const WITHDRAWN: Message = Message {
    english: "Your approval was withdrawn; the batch is pending again",
    chinese: "审批已撤回，批次恢复为待审批",
};

/// What an approver decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DecisionWord {
    /// The batch may be executed.
    Approve,
    /// The batch may not be executed.
    Reject,
}

/// A decision about a batch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveInput {
    /// What is decided.
    action: DecisionWord,
    /// A note, shown in the batch's timeline.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// The hash of the content that was seen; refused with `CONTENT_CHANGED` if the batch's differs. Without it the
    /// submitted content is meant.
    content_hash: Option<String>,
    /// The caller's current one-time code.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = String, example = "123456")]
    code: Option<Secret>,
}

impl Input for ApproveInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// Decisions about up to 20 batches, with one code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecideInput {
    /// The decisions; all of them take effect, or none.
    #[schema(min_items = 1, max_items = 20)]
    decisions: Vec<DecideOneInput>,
    /// The caller's current one-time code.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = String, example = "123456")]
    code: Option<Secret>,
}

/// A decision about one of several batches.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecideOneInput {
    /// The batch's number or id.
    #[schema(example = "batch-20260310-001")]
    batch_id: String,
    /// The hash of the content that was seen.
    content_hash: Option<String>,
    /// What is decided.
    action: DecisionWord,
    /// A note, shown in the batch's timeline.
    #[schema(max_length = 500)]
    note: Option<String>,
}

impl Input for DecideInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// A note for the timeline.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "row 7 is wrong" }))]
pub(crate) struct WithdrawInput {
    /// Why the approval is withdrawn.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// The same under another name; send only one of the two.
    #[schema(max_length = 500)]
    note: Option<String>,
}

impl Input for WithdrawInput {
    fn empty() -> Option<Self> {
        Some(Self::default())
    }
}

/// A batch after a decision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecidedView {
    /// The batch's number.
    #[schema(example = "batch-20251210-001")]
    batch_id: String,
    /// Its state: still `pending` if it needs further approvals.
    #[schema(example = "approved")]
    status: &'static str,
    /// When it was approved; null if it is not.
    #[schema(format = DateTime, example = "2025-12-10T08:45:00Z")]
    approved_at: Option<String>,
    /// The login of the person whose approval completed it; null if it is not approved.
    #[schema(example = "admin@company.com")]
    approved_by: Option<String>,
    /// What was decided.
    action: DecisionWord,
    /// The approver's login.
    #[schema(example = "admin@company.com")]
    decided_by: String,
    /// When it was decided.
    #[schema(format = DateTime, example = "2025-12-10T08:45:00Z")]
    decided_at: String,
    /// How many approvals it still needs.
    #[schema(example = 0)]
    lacking: i64,
}

/// A batch whose approval was withdrawn.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WithdrawnView {
    /// The batch's number.
    #[schema(example = "batch-20251210-001")]
    batch_id: String,
    /// Its state.
    #[schema(example = "pending")]
    status: &'static str,
}

/// The batch in a path: its number, or its id.
#[derive(Debug)]
pub(crate) struct PathBatch(BatchRef);

impl<S: Send + Sync> FromRequestParts<S> for PathBatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(name) = path.map_err(|_| Problem::from(Code::BatchNotFound))?;
        Ok(Self(read_ref(&name)?))
    }
}

impl From<DecisionWord> for ApprovalAction {
    fn from(word: DecisionWord) -> Self {
        match word {
            DecisionWord::Approve => Self::Approve,
            DecisionWord::Reject => Self::Reject,
        }
    }
}

impl From<ApprovalAction> for DecisionWord {
    fn from(action: ApprovalAction) -> Self {
        match action {
            ApprovalAction::Approve => Self::Approve,
            ApprovalAction::Reject => Self::Reject,
        }
    }
}

impl From<DecidedBatch> for DecidedView {
    fn from(decided: DecidedBatch) -> Self {
        let is_approved = decided.batch.state == BatchState::Approved;
        let at = wire(decided.at);
        Self {
            batch_id: decided.batch.number(),
            status: decided.batch.state.name(),
            approved_at: is_approved.then(|| at.clone()),
            approved_by: is_approved.then(|| decided.by.clone()),
            action: decided.action.into(),
            decided_by: decided.by,
            decided_at: at,
            lacking: decided.lacking,
        }
    }
}

impl From<Batch> for WithdrawnView {
    fn from(batch: Batch) -> Self {
        Self { batch_id: batch.number(), status: batch.state.name() }
    }
}

/// Approves or rejects a batch. It is not executed.
///
/// The caller needs a second factor and an `Idempotency-Key`, and must not have created, edited or submitted the
/// batch, nor have made an API key that did.
#[utoipa::path(post, path = "/api/v1/admin/transfer/batches/{batch_id}/approve", operation_id = "approveBatch",
    tag = "approvals",
    params(("batch_id" = String, Path, description = "The batch's number or id", example = "batch-20251210-001")),
    request_body = ApproveInput,
    responses((status = 200, description = "The decision was recorded.", body = Envelope<DecidedView>)))]
pub(crate) async fn approve(
    who: Who,
    PathBatch(batch): PathBatch,
    headers: HeaderMap,
    once: Once<ApproveInput>,
) -> Result<Answer<DecidedView>, Problem> {
    if !headers.contains_key("idempotency-key") {
        return Err(Code::IdempotencyKeyMissing.into());
    }
    let Once { body, service } = once;
    let decision = Decision { content_hash: body.content_hash, note: body.note.unwrap_or_default() };
    let decided = match body.action {
        DecisionWord::Approve => approval::approve(&service, who.actor(), batch, &decision).await?,
        DecisionWord::Reject => approval::reject(&service, who.actor(), batch, &decision).await?,
    };
    let message = match decided.batch.state {
        BatchState::Approved => APPROVED,
        BatchState::Rejected => REJECTED,
        _ => GIVEN,
    };
    Ok(Answer::saying(message, decided.into()))
}

/// Decides about up to 20 batches with one code: all decisions take effect, or none.
#[utoipa::path(post, path = "/api/v1/approvals/decide", operation_id = "decideBatches", tag = "approvals",
    request_body = DecideInput,
    responses((status = 200, description = "The decisions were recorded.", body = Envelope<Vec<DecidedView>>)))]
pub(crate) async fn decide(who: Who, once: Once<DecideInput>) -> Result<Answer<Vec<DecidedView>>, Problem> {
    let Once { body, service } = once;
    let mut decisions = Vec::with_capacity(body.decisions.len());
    for one in body.decisions {
        let decision = Decision { content_hash: one.content_hash, note: one.note.unwrap_or_default() };
        decisions.push(BatchDecision {
            batch: read_ref(&one.batch_id)?,
            action: one.action.into(),
            decision,
        });
    }
    let decided = approval::decide(&service, who.actor(), &decisions).await?;
    Ok(Answer::saying(DECIDED, decided.into_iter().map(Into::into).collect()))
}

/// Withdraws the caller's approval of a batch that has not begun.
///
/// All approvals of the batch become void, and it is pending again.
#[utoipa::path(post, path = "/api/v1/admin/transfer/batches/{batch_id}/withdraw-approval",
    operation_id = "withdrawApproval", tag = "approvals",
    params(("batch_id" = String, Path, description = "The batch's number or id", example = "batch-20251210-001")),
    request_body = Option<WithdrawInput>,
    responses((status = 200, description = "The approval was withdrawn.", body = Envelope<WithdrawnView>)))]
pub(crate) async fn withdraw(
    who: Who,
    PathBatch(batch): PathBatch,
    once: Once<WithdrawInput>,
) -> Result<Answer<WithdrawnView>, Problem> {
    let Once { body, service } = once;
    let note = match (body.reason, body.note) {
        (Some(_), Some(_)) => {
            return Err(Problem::about(Code::BodyInvalid, "reason, note: send only one of them"));
        }
        (one, other) => one.or(other).unwrap_or_default(),
    };
    let batch = approval::withdraw(&service, who.actor(), BatchRequest::of(batch).noted(&note)).await?;
    Ok(Answer::saying(WITHDRAWN, batch.into()))
}
