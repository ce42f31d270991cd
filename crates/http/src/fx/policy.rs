//! What applies to a pair of currencies, in one direction.

use crate::answer::{Answer, Envelope, Message};
use crate::app::App;
use crate::body::{Body, Input};
use crate::problem::Problem;
use crate::query::Query;
use crate::who::Who;
use axum::extract::State;
use domain::amount::format_minor;
use serde::{Deserialize, Serialize};
use service::fx_policy::{FxPolicyChange, FxRules};
use utoipa::{IntoParams, ToSchema};

const SET: Message = Message { english: "The policy holds from now on", chinese: "策略已生效" };

/// Which pair.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FxPairQuery {
    /// The currency that is paid.
    #[param(example = "USD", max_length = 12)]
    source: String,
    /// The currency that arrives.
    #[param(example = "CNY", max_length = 12)]
    target: String,
}

/// What applies to a pair in this direction; 0 switches a bound off.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FxPolicyView {
    /// The currency that is paid.
    #[schema(example = "USD")]
    source: String,
    /// The currency that arrives.
    #[schema(example = "CNY")]
    target: String,
    /// How far the rate of a request may be from the stored one, and how far the stored rate may move before a
    /// submitted batch has to be repriced: a share of one.
    #[schema(example = "0.020000")]
    tolerance: String,
    /// What happens to the part below the smallest unit of the currency that arrives.
    #[schema(example = "half_up")]
    rounding: &'static str,
    /// Conversions that give less than this are rounded down: major units of the currency that arrives.
    #[schema(example = "1.00")]
    minimum: String,
    /// How many hours a submitted batch keeps its rate before it is first executed.
    #[schema(example = 72)]
    max_age_hours: i64,
}

impl From<FxRules> for FxPolicyView {
    fn from(rules: FxRules) -> Self {
        let FxRules { source, target, policy } = rules;
        Self {
            tolerance: policy.tolerance(),
            rounding: policy.rounding.name(),
            minimum: format_minor(policy.minimum.into(), target.scale),
            max_age_hours: policy.max_age_h,
            source: source.code,
            target: target.code,
        }
    }
}

/// What to change; fields that are left out stay as they are, 0 switches a bound off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct FxPolicyInput {
    /// The currency that is paid.
    #[schema(example = "USD", min_length = 3, max_length = 12)]
    source: String,
    /// The currency that arrives.
    #[schema(example = "CNY", min_length = 3, max_length = 12)]
    target: String,
    /// A share from 0 to 1, at most six decimals.
    #[schema(example = "0.01", nullable = false)]
    tolerance: Option<String>,
    /// `half_up`, `half_even` or `down`.
    #[schema(example = "down", nullable = false)]
    rounding: Option<String>,
    /// Major units of the currency that arrives.
    #[schema(example = "5.00", nullable = false)]
    minimum: Option<String>,
    /// Hours.
    #[schema(example = 24, minimum = 0, maximum = 87_600, nullable = false)]
    max_age_hours: Option<i64>,
}

impl Input for FxPolicyInput {}

/// What applies to a pair.
#[utoipa::path(get, path = "/api/v2/fx-rates/policies", operation_id = "getFxPolicy", tag = "currencies",
    params(FxPairQuery),
    responses((status = 200, description = "The policy.", body = Envelope<FxPolicyView>)))]
pub(crate) async fn show(
    State(app): State<App>,
    Query(pair): Query<FxPairQuery>,
) -> Result<Answer<FxPolicyView>, Problem> {
    Ok(Answer::of(app.service.fx_policy_show(&pair.source, &pair.target).await?.into()))
}

/// Changes what applies to a pair in one direction.
#[utoipa::path(put, path = "/api/v2/fx-rates/policies", operation_id = "setFxPolicy", tag = "currencies",
    request_body = FxPolicyInput,
    responses((status = 200, description = "The policy.", body = Envelope<FxPolicyView>)))]
pub(crate) async fn set(
    State(app): State<App>,
    who: Who,
    Body(input): Body<FxPolicyInput>,
) -> Result<Answer<FxPolicyView>, Problem> {
    let change = FxPolicyChange {
        tolerance: input.tolerance,
        rounding: input.rounding,
        minimum: input.minimum,
        max_age_h: input.max_age_hours,
    };
    let rules = app.service.fx_policy_set(who.actor(), &input.source, &input.target, &change).await?;
    Ok(Answer::saying(SET, rules.into()))
}
