//! Exchange rates and the policies of currency pairs.

mod policy;

use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::Input;
use crate::kit::once::Once;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::time::wire;
use crate::kit::who::Who;
use crate::v2::transfer::Decimal;
use axum::extract::State;
use domain::access::Operation;
use domain::asset::Asset;
use domain::code::Code;
use domain::id::AssetId;
use serde::{Deserialize, Serialize};
use service::asset;
use service::fx::{self, FxRate};
use utoipa::ToSchema;
use utoipa_axum::routes;

const SET: Message = Message { english: "The rate is now in effect", chinese: "汇率已生效" };

pub(crate) fn routes() -> Routes {
    const RATE: &[Code] = &[Code::RateInvalid, Code::AssetUnknown, Code::NameInvalid];
    Routes::new()
        .add(Operation::RateList, routes!(list), &[])
        .add(Operation::RateSet, routes!(set), &[RATE])
        .merge(policy::routes())
}

/// A currency pair's current exchange rate.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FxRateView {
    /// The source currency.
    #[schema(example = "USD")]
    source: String,
    /// The target currency.
    #[schema(example = "CNY")]
    target: String,
    /// Major units of the target currency for one major unit of the source currency.
    #[schema(example = "7.1")]
    rate: String,
    /// The origin of the rate.
    #[schema(example = "treasury")]
    origin: String,
    /// When the rate was set.
    #[schema(example = "2026-03-10T12:00:00Z", format = DateTime)]
    created_at: String,
}

impl FxRateView {
    fn of(rate: FxRate, assets: &[Asset]) -> Self {
        let code = |id: AssetId| {
            assets.iter().find(|asset| asset.id == id).map_or_else(String::new, |asset| asset.code.clone())
        };
        Self {
            source: code(rate.source),
            target: code(rate.target),
            rate: rate.rate,
            origin: rate.origin,
            created_at: wire(rate.at),
        }
    }
}

/// A rate to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FxRateInput {
    /// The source currency.
    #[schema(example = "USD", min_length = 3, max_length = 12)]
    source: String,
    /// The target currency.
    #[schema(example = "CNY", min_length = 3, max_length = 12)]
    target: String,
    /// Major units of the target currency for one major unit of the source currency: positive, at most 18
    /// decimals.
    #[schema(example = "7.1")]
    rate: Decimal,
    /// The origin of the rate; `api` by default.
    #[schema(example = "treasury", min_length = 1, max_length = 255)]
    origin: Option<String>,
}

impl Input for FxRateInput {}

/// Lists the current exchange rate of every currency pair.
#[utoipa::path(get, path = "/api/v2/fx-rates", operation_id = "listFxRates", tag = "currencies",
    responses((status = 200, description = "The rates.", body = Envelope<Vec<FxRateView>>)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Answer<Vec<FxRateView>>, Problem> {
    let (rates, assets) = (fx::list(&app.service).await?, asset::list(&app.service).await?);
    Ok(Answer::of(rates.into_iter().map(|rate| FxRateView::of(rate, &assets)).collect()))
}

/// Sets a currency pair's exchange rate. Earlier rates stay on record.
#[utoipa::path(post, path = "/api/v2/fx-rates", operation_id = "setFxRate", tag = "currencies",
    request_body = FxRateInput,
    responses((status = 200, description = "The rate.", body = Envelope<FxRateView>)))]
pub(crate) async fn set(who: Who, once: Once<FxRateInput>) -> Result<Answer<FxRateView>, Problem> {
    let FxRateInput { source, target, rate, origin } = &once.body;
    let rate = String::from(rate.clone());
    let origin = origin.as_deref().unwrap_or("api");
    let set = fx::set(&once.service, who.actor(), source, target, &rate, origin).await;
    let rate = once.settle(set).await?;
    Ok(Answer::saying(SET, FxRateView::of(rate, &asset::list(&once.service).await?)))
}
