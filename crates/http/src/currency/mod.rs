//! Currencies and tokens that accounts can be kept in.

use crate::answer::{Answer, Envelope, Message};
use crate::app::App;
use crate::body::Input;
use crate::once::Once;
use crate::problem::Problem;
use crate::routes::Routes;
use crate::who::Who;
use axum::extract::State;
use domain::access::Operation;
use domain::asset::Asset;
use domain::code::Code;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

const ADDED: Message = Message { english: "The currency is enabled", chinese: "币种已启用" };

pub(crate) fn routes() -> Routes {
    Routes::new().add(Operation::CurrencyList, routes!(list), &[]).add(
        Operation::CurrencyAdd,
        routes!(add),
        &[Code::AssetUnknown, Code::AssetInvalid, Code::AssetExists],
    )
}

/// A currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CurrencyView {
    /// Its code.
    #[schema(example = "USD")]
    code: String,
    /// How many decimals it has.
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
pub(crate) struct NewCurrency {
    /// Its code: capital letters and digits.
    #[schema(example = "POINTS", pattern = "^[A-Z0-9]{3,12}$", min_length = 3, max_length = 12)]
    code: String,
    /// How many decimals it has; those of the standard if none are given and it is known.
    #[schema(example = 2, minimum = 0, maximum = 8)]
    scale: Option<u8>,
}

impl Input for NewCurrency {}

/// Every enabled currency, in the order in which they were enabled.
#[utoipa::path(get, path = "/api/v2/currencies", operation_id = "listCurrencies", tag = "currencies",
    responses((status = 200, description = "The currencies.", body = Envelope<Vec<CurrencyView>>)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Answer<Vec<CurrencyView>>, Problem> {
    Ok(Answer::of(app.service.asset_list().await?.into_iter().map(CurrencyView::from).collect()))
}

/// Enables a currency; its decimals can never be changed.
#[utoipa::path(post, path = "/api/v2/currencies", operation_id = "addCurrency", tag = "currencies",
    request_body = NewCurrency,
    responses((status = 200, description = "The currency.", body = Envelope<CurrencyView>)))]
pub(crate) async fn add(who: Who, once: Once<NewCurrency>) -> Result<Answer<CurrencyView>, Problem> {
    let new = &once.body;
    let asset = once.settle(once.service.asset_add(who.actor(), &new.code, new.scale).await).await?;
    Ok(Answer::saying(ADDED, asset.into()))
}
