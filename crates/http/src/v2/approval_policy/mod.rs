//! Approval policies: from which amounts on batches need approvals, and whose.

use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::approval::ApprovalLevelView;
use crate::kit::body::{Body, Input};
use crate::kit::once::Once;
use crate::kit::operation::Groups;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use crate::kit::version::if_match;
use crate::kit::who::Who;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use domain::access::Operation;
use domain::amount::format_minor;
use domain::approval::{ApprovalPolicy, Band};
use domain::asset::Asset;
use domain::code::Code;
use domain::code::groups::{AMOUNT_TEXT, STEP_UP};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::Secret;
use service::approval_policy::{self, ApprovalPolicyOf, NewApprovalPolicy, WaitingPolicy};
use utoipa::ToSchema;
use utoipa_axum::routes;

const SET: Groups = &[
    AMOUNT_TEXT,
    STEP_UP,
    &[
        Code::AssetUnknown,
        Code::ApprovalPolicyInvalid,
        Code::ApprovalPolicyChanged,
        Code::ApprovalUnreachable,
        Code::IdInvalid,
        Code::UserNotFound,
        Code::IfMatchInvalid,
    ],
];
const CONFIRM: Groups = &[
    STEP_UP,
    &[
        Code::AssetUnknown,
        Code::ApprovalPolicySettled,
        Code::ApprovalPolicyChanged,
        Code::CannotConfirmOwn,
        Code::ApproverCooling,
        Code::ApproverSponsored,
    ],
];

pub(crate) fn routes() -> Routes {
    Routes::new()
        .add(Operation::ApprovalPolicyShow, routes!(show), &[])
        .add(Operation::ApprovalPolicySet, routes!(set), SET)
        .add(Operation::ApprovalPolicyConfirm, routes!(confirm), CONFIRM)
}

const IN_FORCE: Message =
    Message { english: "The approval policy is now in effect", chinese: "审批策略已生效" };
const WAITS: Message = Message {
    english: "The change loosens the approval policy: it takes effect later, or once a second administrator confirms it",
    chinese: "该修改放宽了审批策略，将在等待期后生效，或由另一位管理员确认后立即生效",
};

/// The approval policy of a currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApprovalPolicyView {
    /// The currency.
    #[schema(example = "USD")]
    currency: String,
    /// The bands, the lowest first. Amounts below the lowest need no approval.
    bands: Vec<ApprovalBandView>,
    /// How many hours an approved batch may wait for its first execution; 0: any time.
    #[schema(example = 72)]
    valid_hours: i64,
    /// The version in effect; 0 if no policy was set.
    #[schema(example = 1)]
    version: i64,
    /// A change that is not in effect yet; null if there is none.
    waiting: Option<ApprovalPolicyWaitingView>,
    /// The logins of people whose own batches would find too few approvers in some band.
    #[schema(example = json!([]))]
    unreachable_for: Vec<String>,
}

/// A change of a policy that waits.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApprovalPolicyWaitingView {
    /// The bands.
    bands: Vec<ApprovalBandView>,
    /// How many hours an approved batch may wait for its first execution.
    #[schema(example = 72)]
    valid_hours: i64,
    /// Its version.
    #[schema(example = 2)]
    version: i64,
    /// Who made the change.
    #[schema(example = "admin-1")]
    set_by: String,
    /// When it takes effect without a confirmation.
    #[schema(format = DateTime, example = "2026-03-11T12:00:00Z")]
    due_at: String,
}

/// The approvals that amounts from a lower bound upwards need.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ApprovalBandView {
    /// The smallest amount, in major units. A batch counts with what the same maker submitted that day with the same
    /// single account.
    #[schema(example = "1000.00")]
    from: String,
    /// The levels; all must be filled, by different people, none of whom made the batch.
    levels: Vec<ApprovalLevelView>,
}

/// A policy to set, as `getApprovalPolicy` returns it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ApprovalPolicyInput {
    /// The currency.
    #[schema(example = "USD", min_length = 3, max_length = 12)]
    currency: String,
    /// The bands; without any, no batch needs an approval.
    bands: Vec<ApprovalBandView>,
    /// How many hours an approved batch may wait for its first execution; 0: any time. As before if it is omitted.
    #[schema(example = 72, minimum = 0, maximum = 8_760, nullable = false)]
    valid_hours: Option<i64>,
    /// The version in effect that the change is based on, like `If-Match`.
    #[schema(example = 1, nullable = false)]
    version: Option<i64>,
    /// Ignored.
    #[serde(rename = "waiting")]
    #[schema(value_type = Option<Object>)]
    _waiting: Option<Value>,
    /// Ignored.
    #[serde(rename = "unreachableFor")]
    #[schema(value_type = Option<Vec<String>>)]
    _unreachable_for: Option<Value>,
    /// The caller's current one-time code, if the caller has a second factor and gave none in this session within the
    /// last five minutes.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
}

impl Input for ApprovalPolicyInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// The confirmation of a change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ApprovalPolicyConfirmInput {
    /// The version of the change that was seen; refused if another one waits.
    #[schema(example = 2, nullable = false)]
    version: Option<i64>,
    /// The caller's current one-time code.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
}

impl Input for ApprovalPolicyConfirmInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// The currency in a path.
#[derive(Debug)]
pub(crate) struct CurrencyName(String);

impl<S: Send + Sync> FromRequestParts<S> for CurrencyName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(code)| Self(code)).map_err(|_| Code::AssetUnknown.into())
    }
}

impl ApprovalPolicyInput {
    fn read(self, if_match: Option<i64>) -> Result<NewApprovalPolicy, Problem> {
        if let (Some(version), Some(header)) = (self.version, if_match)
            && version != header
        {
            return Err(Problem::about(Code::BodyInvalid, "version: differs from If-Match"));
        }
        let mut bands = Vec::with_capacity(self.bands.len());
        for band in self.bands {
            let levels: Result<Vec<_>, Code> = band.levels.into_iter().map(ApprovalLevelView::read).collect();
            bands.push((band.from, levels?));
        }
        let version = if_match.or(self.version);
        Ok(NewApprovalPolicy { currency: self.currency, bands, valid_hours: self.valid_hours, version })
    }
}

fn bands(policy: &ApprovalPolicy, asset: &Asset) -> Vec<ApprovalBandView> {
    let view = |band: &Band| ApprovalBandView {
        from: format_minor(i128::from(band.from), asset.scale),
        levels: band.levels.iter().map(Into::into).collect(),
    };
    policy.bands.iter().map(view).collect()
}

impl From<ApprovalPolicyOf> for ApprovalPolicyView {
    fn from(found: ApprovalPolicyOf) -> Self {
        let ApprovalPolicyOf { asset, policy, version, waiting, unreachable_for } = found;
        let waiting = waiting.map(|waiting: WaitingPolicy| ApprovalPolicyWaitingView {
            bands: bands(&waiting.policy, &asset),
            valid_hours: waiting.policy.valid_hours,
            version: waiting.version,
            set_by: waiting.set_by,
            due_at: wire(waiting.due_at),
        });
        Self {
            bands: bands(&policy, &asset),
            valid_hours: policy.valid_hours,
            version,
            waiting,
            unreachable_for,
            currency: asset.code,
        }
    }
}

/// Returns the approval policies of all currencies.
#[utoipa::path(get, path = "/api/v2/approval-policies", operation_id = "getApprovalPolicy", tag = "currencies",
    responses((status = 200, description = "The policies.", body = Envelope<Vec<ApprovalPolicyView>>)))]
pub(crate) async fn show(State(app): State<App>) -> Result<Answer<Vec<ApprovalPolicyView>>, Problem> {
    let policies = approval_policy::list(&app.service).await?;
    Ok(Answer::of(policies.into_iter().map(Into::into).collect()))
}

/// Sets the approval policy of a currency.
///
/// A policy under which nobody's batches could be approved is refused with `APPROVAL_UNREACHABLE`. A change that
/// loosens the policy in effect waits, as `waiting` says, unless a second administrator confirms it. Submitted
/// batches keep what was asked of them.
#[utoipa::path(put, path = "/api/v2/approval-policies", operation_id = "setApprovalPolicy", tag = "currencies",
    params(("If-Match" = Option<String>, Header, description = "The version in effect that the change is based on")),
    request_body = ApprovalPolicyInput,
    responses((status = 200, description = "The policy.", body = Envelope<ApprovalPolicyView>)))]
pub(crate) async fn set(
    State(app): State<App>,
    who: Who,
    headers: HeaderMap,
    Body(input): Body<ApprovalPolicyInput>,
) -> Result<Answer<ApprovalPolicyView>, Problem> {
    let service = who.proving(&app.service, input.code());
    let new = input.read(if_match(&headers)?)?;
    let found = approval_policy::set(&service, who.actor(), &new).await?;
    let message = if found.waiting.is_some() { WAITS } else { IN_FORCE };
    Ok(Answer::saying(message, found.into()))
}

/// Confirms a change of an approval policy that waits, as a second administrator. It takes effect at once.
#[utoipa::path(post, path = "/api/v2/approval-policies/{currency}/confirm", operation_id = "confirmApprovalPolicy",
    tag = "currencies", params(("currency" = String, Path, description = "The currency", example = "USD")),
    request_body = ApprovalPolicyConfirmInput,
    responses((status = 200, description = "The policy.", body = Envelope<ApprovalPolicyView>)))]
pub(crate) async fn confirm(
    who: Who,
    CurrencyName(currency): CurrencyName,
    once: Once<ApprovalPolicyConfirmInput>,
) -> Result<Answer<ApprovalPolicyView>, Problem> {
    let version = once.body.version;
    let found = approval_policy::confirm(&once.service, who.actor(), &currency, version).await?;
    Ok(Answer::saying(IN_FORCE, found.into()))
}
