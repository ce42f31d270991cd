//! The conversion policy of a currency pair, in one direction.

use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, Input};
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation as O;
use domain::amount::format_minor;
use domain::code::Code;
use domain::code::groups::{AMOUNT_TEXT, STEP_UP};
use serde::{Deserialize, Serialize};
use service::Secret;
use service::fx_policy::{self, FxPolicyChange, FxRules};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const CODES: &[Code] = &[Code::AssetUnknown, Code::FxPolicyInvalid];

pub(super) fn routes() -> Routes {
    Routes::new().add(O::FxPolicyShow, routes!(show), &[CODES]).add(
        O::FxPolicySet,
        routes!(set),
        &[CODES, AMOUNT_TEXT, STEP_UP],
    )
}

const SET: Message = Message { english: "The policy is now in effect", chinese: "策略已生效" };

/// Which currency pair.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FxPairQuery {
    /// The source currency.
    #[param(example = "USD", max_length = 12)]
    source: String,
    /// The target currency.
    #[param(example = "CNY", max_length = 12)]
    target: String,
}

/// The conversion policy of a currency pair in this direction; 0 disables a bound.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FxPolicyView {
    /// The source currency.
    #[schema(example = "USD")]
    source: String,
    /// The target currency.
    #[schema(example = "CNY")]
    target: String,
    /// How far a request's rate may deviate from the stored one, and how far the stored rate may move before
    /// a submitted batch must be repriced, as a fraction of 1.
    #[schema(example = "0.020000")]
    tolerance: String,
    /// How amounts are rounded to the target currency's minor unit: `half_up`, `half_even` or `down`.
    #[schema(example = "half_up")]
    rounding: &'static str,
    /// Conversions that yield less than this are rounded down, in major units of the target currency.
    #[schema(example = "1.00")]
    minimum: String,
    /// How many hours a submitted batch keeps its rate until its first execution.
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

/// Changes to a conversion policy; omitted fields stay unchanged, 0 disables a bound.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct FxPolicyInput {
    /// The source currency.
    #[schema(example = "USD", min_length = 3, max_length = 12)]
    source: String,
    /// The target currency.
    #[schema(example = "CNY", min_length = 3, max_length = 12)]
    target: String,
    /// How far a rate may deviate: a fraction from 0 to 1, at most six decimals.
    #[schema(example = "0.01", nullable = false)]
    tolerance: Option<String>,
    /// How amounts are rounded: `half_up`, `half_even` or `down`.
    #[schema(example = "down", nullable = false)]
    rounding: Option<String>,
    /// The amount below which conversions are rounded down, in major units of the target currency.
    #[schema(example = "5.00", nullable = false)]
    minimum: Option<String>,
    /// How many hours a submitted batch keeps its rate until its first execution.
    #[schema(example = 24, minimum = 0, maximum = 87_600, nullable = false)]
    max_age_hours: Option<i64>,
    /// The caller's current one-time code, if the caller has a second factor and gave none in this session within
    /// the last five minutes.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
}

impl Input for FxPolicyInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// Returns a currency pair's conversion policy.
#[utoipa::path(get, path = "/api/v2/fx-rates/policies", operation_id = "getFxPolicy", tag = "currencies",
    params(FxPairQuery),
    responses((status = 200, description = "The policy.", body = Envelope<FxPolicyView>)))]
pub(crate) async fn show(
    State(app): State<App>,
    Query(pair): Query<FxPairQuery>,
) -> Result<Answer<FxPolicyView>, Problem> {
    Ok(Answer::of(fx_policy::show(&app.service, &pair.source, &pair.target).await?.into()))
}

/// Changes a currency pair's conversion policy, in one direction.
#[utoipa::path(put, path = "/api/v2/fx-rates/policies", operation_id = "setFxPolicy", tag = "currencies",
    request_body = FxPolicyInput,
    responses((status = 200, description = "The policy.", body = Envelope<FxPolicyView>)))]
pub(crate) async fn set(
    State(app): State<App>,
    who: Who,
    Body(input): Body<FxPolicyInput>,
) -> Result<Answer<FxPolicyView>, Problem> {
    let service = who.proving(&app.service, input.code());
    let change = FxPolicyChange {
        tolerance: input.tolerance,
        rounding: input.rounding,
        minimum: input.minimum,
        max_age_h: input.max_age_hours,
    };
    let rules = fx_policy::set(&service, who.actor(), &input.source, &input.target, &change).await?;
    Ok(Answer::saying(SET, rules.into()))
}
