//! The currencies and tokens that accounts can be held in.

use crate::app::App;
use crate::kit::answer::{Answer, Envelope, Message};
use crate::kit::body::Input;
use crate::kit::once::Once;
use crate::kit::problem::Problem;
use crate::kit::routes::Routes;
use crate::kit::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::asset::Asset;
use domain::code::Code;
use serde::{Deserialize, Serialize};
use service::asset;
use utoipa::ToSchema;
use utoipa_axum::routes;

const ADDED: Message = Message { english: "The currency was enabled", chinese: "币种已启用" };

pub(crate) fn routes() -> Routes {
    Routes::new().add(Operation::CurrencyList, routes!(list), &[]).add(
        Operation::CurrencyAdd,
        routes!(add),
        &[&[Code::AssetUnknown, Code::AssetInvalid, Code::AssetExists]],
    )
}

/// A currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CurrencyView {
    /// The currency's code.
    #[schema(example = "USD")]
    code: String,
    /// The number of decimals.
    #[schema(example = 2, minimum = 0, maximum = 8)]
    scale: u8,
}

impl From<Asset> for CurrencyView {
    fn from(asset: Asset) -> Self {
        Self { code: asset.code, scale: asset.scale }
    }
}

/// A currency to enable.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CurrencyInput {
    /// The currency's code: capital letters and digits.
    #[schema(example = "POINTS", pattern = "^[A-Z0-9]{3,12}$", min_length = 3, max_length = 12)]
    code: String,
    /// The number of decimals; by default the standard's, for a known currency.
    #[schema(example = 2, minimum = 0, maximum = 8)]
    scale: Option<u8>,
}

impl Input for CurrencyInput {}

/// Lists the enabled currencies, in the order they were enabled.
#[utoipa::path(get, path = "/api/v2/currencies", operation_id = "listCurrencies", tag = "currencies",
    responses((status = 200, description = "The currencies.", body = Envelope<Vec<CurrencyView>>)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Answer<Vec<CurrencyView>>, Problem> {
    Ok(Answer::of(asset::list(&app.service).await?.into_iter().map(CurrencyView::from).collect()))
}

/// Enables a currency. Its number of decimals can never be changed.
#[utoipa::path(post, path = "/api/v2/currencies", operation_id = "addCurrency", tag = "currencies",
    request_body = CurrencyInput,
    responses((status = 200, description = "The currency.", body = Envelope<CurrencyView>)))]
pub(crate) async fn add(who: Who, once: Once<CurrencyInput>) -> Result<Answer<CurrencyView>, Problem> {
    let new = &once.body;
    let asset = once.settle(asset::add(&once.service, who.actor(), &new.code, new.scale).await).await?;
    Ok(Answer::saying(ADDED, asset.into()))
}
