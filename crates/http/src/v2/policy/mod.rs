//! Limits and fees, per currency and per account.

use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::{Body, Input};
use crate::kit::operation::Groups;
use crate::kit::problem::Problem;
use crate::kit::query::Query;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use crate::v2::account::AccountInput;
use axum::extract::State;
use domain::access::Operation;
use domain::amount::format_minor;
use domain::asset::Asset;
use domain::code::Code;
use domain::code::groups::{ACCOUNT_REFERENCE, AMOUNT_TEXT, STEP_UP};
use domain::noun::NounId;
use domain::policy::Policy;
use serde::{Deserialize, Deserializer, Serialize};
use service::Secret;
use service::policy::{self, PolicyChange};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const SET: Message = Message { english: "The policy is now in effect", chinese: "策略已生效" };

pub(crate) fn routes() -> Routes {
    const SUBJECT: &[Code] = &[Code::AssetUnknown, Code::AccountNotFound, Code::CurrencyMismatch];
    const CHANGE: Groups = &[ACCOUNT_REFERENCE, SUBJECT, AMOUNT_TEXT, &[Code::PolicyInvalid], STEP_UP];
    Routes::new().add(Operation::PolicyShow, routes!(show), &[ACCOUNT_REFERENCE, SUBJECT]).add(
        Operation::PolicySet,
        routes!(set),
        CHANGE,
    )
}

/// Which policy.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Subject {
    /// The currency's code.
    #[param(example = "USD", max_length = 12)]
    currency: String,
    /// An account in this currency, by id or number; if omitted, the policy of the whole currency.
    #[param(example = "acct_17", max_length = 255, nullable = false)]
    account_id: Option<String>,
}

/// The limits and fees of a currency, or of one account in it. Amounts are in major units; null means no
/// limit.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyView {
    /// The currency.
    #[schema(example = "USD")]
    currency: String,
    /// The account's id; null for the policy of the whole currency.
    #[schema(example = json!(null))]
    account_id: Option<String>,
    /// The minimum amount of a transfer.
    #[schema(example = "0.01")]
    min: Option<String>,
    /// The maximum amount of a transfer.
    #[schema(example = "10000.00")]
    max: Option<String>,
    /// The maximum total that may leave an account in a day (in the organisation's time zone), without fees.
    #[schema(example = json!(null))]
    day: Option<String>,
    /// The maximum total that may leave an account in a month (in the organisation's time zone), without
    /// fees.
    #[schema(example = json!(null))]
    month: Option<String>,
    /// The maximum total of a batch.
    #[schema(example = "100000.00")]
    batch_max: Option<String>,
    /// Amounts up to this one are free of charge; null: all amounts are.
    #[schema(example = "1000.00")]
    fee_threshold: Option<String>,
    /// The fee as a fraction of the amount.
    #[schema(example = "0.001000")]
    fee_rate: String,
    /// The minimum fee.
    #[schema(example = "1.00")]
    fee_min: Option<String>,
    /// The maximum fee.
    #[schema(example = "50.00")]
    fee_max: Option<String>,
}

impl PolicyView {
    fn of(asset: &Asset, policy: &Policy, account_id: Option<String>) -> Self {
        let limit = |minor: i64| (minor != i64::MAX).then(|| format_minor(i128::from(minor), asset.scale));
        Self {
            currency: asset.code.clone(),
            account_id,
            min: limit(policy.limit.min),
            max: limit(policy.limit.max),
            day: limit(policy.limit.day),
            month: limit(policy.limit.month),
            batch_max: limit(policy.batch_max),
            fee_threshold: limit(policy.fee.threshold),
            fee_rate: format_minor(i128::from(policy.fee.rate_ppm), 6),
            fee_min: limit(policy.fee.min),
            fee_max: limit(policy.fee.max),
        }
    }
}

/// Changes to a policy; omitted fields stay unchanged, null removes a limit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PolicyInput {
    /// The currency's code.
    #[schema(example = "USD", min_length = 3, max_length = 12)]
    currency: String,
    /// An account in this currency, by id or number; if omitted, the policy of the whole currency.
    #[schema(example = json!(null))]
    account_id: Option<AccountInput>,
    /// The minimum amount of a transfer.
    #[schema(example = "0.01", nullable = false)]
    min: Option<String>,
    /// The maximum amount of a transfer.
    #[serde(default, deserialize_with = "lifted")]
    #[schema(example = "5000.00")]
    max: Option<String>,
    /// The maximum total that may leave an account in a day.
    #[serde(default, deserialize_with = "lifted")]
    #[schema(example = "10000.00")]
    day: Option<String>,
    /// The maximum total that may leave an account in a month.
    #[serde(default, deserialize_with = "lifted")]
    #[schema(example = "50000.00")]
    month: Option<String>,
    /// The maximum total of a batch.
    #[serde(default, deserialize_with = "lifted")]
    #[schema(example = "100000.00")]
    batch_max: Option<String>,
    /// Amounts up to this one are free of charge; null: all amounts are.
    #[serde(default, deserialize_with = "lifted")]
    #[schema(example = "1000.00")]
    fee_threshold: Option<String>,
    /// The fee as a fraction of the amount, at most six decimals.
    #[schema(example = "0.001", nullable = false)]
    fee_rate: Option<String>,
    /// The minimum fee.
    #[schema(example = "1.00", nullable = false)]
    fee_min: Option<String>,
    /// The maximum fee.
    #[serde(default, deserialize_with = "lifted")]
    #[schema(example = "50.00")]
    fee_max: Option<String>,
    /// The caller's current one-time code, if the caller has a second factor and gave none in this session within
    /// the last five minutes.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    code: Option<Secret>,
}

impl Input for PolicyInput {
    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// Reads null as a removed limit; serde does not call this for an omitted field.
fn lifted<'de, D: Deserializer<'de>>(field: D) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::deserialize(field)?.unwrap_or_else(|| "none".to_owned())))
}

/// Returns the policy of a currency, or of one account in it.
#[utoipa::path(get, path = "/api/v2/policies", operation_id = "getPolicy", tag = "policies", params(Subject),
    responses((status = 200, description = "The policy.", body = Envelope<PolicyView>)))]
pub(crate) async fn show(
    State(app): State<App>,
    Query(subject): Query<Subject>,
) -> Result<Answer<PolicyView>, Problem> {
    let account = subject.account_id.as_deref().map(AccountInput::read).transpose()?.map(|account| account.0);
    let (asset, policy, account) = policy::show(&app.service, &subject.currency, account.as_ref()).await?;
    Ok(Answer::of(PolicyView::of(&asset, &policy, account.map(NounId::tagged))))
}

/// Changes the policy of a currency, or of one account in it.
#[utoipa::path(put, path = "/api/v2/policies", operation_id = "setPolicy", tag = "policies",
    request_body = PolicyInput,
    responses((status = 200, description = "The policy.", body = Envelope<PolicyView>)))]
pub(crate) async fn set(
    State(app): State<App>,
    who: Who,
    Body(input): Body<PolicyInput>,
) -> Result<Answer<PolicyView>, Problem> {
    let service = who.proving(&app.service, input.code());
    let (currency, account) = (input.currency, input.account_id.map(|account| account.0));
    let change = PolicyChange {
        min: input.min,
        max: input.max,
        day: input.day,
        month: input.month,
        batch_max: input.batch_max,
        fee_threshold: input.fee_threshold,
        fee_rate: input.fee_rate,
        fee_min: input.fee_min,
        fee_max: input.fee_max,
    };
    let changed = policy::set(&service, who.actor(), &currency, account.as_ref(), &change).await?;
    let (asset, policy, account) = changed;
    Ok(Answer::saying(SET, PolicyView::of(&asset, &policy, account.map(NounId::tagged))))
}
