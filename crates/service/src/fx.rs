//! Exchange rates.

use crate::{Deed, Error, Service, visible};
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::fx::{Conversion, Rate, Rounding, convert};
use serde_json::json;
use store::Tx;
use store::audit::Actor;
use store::transfer::Exchange;

pub use store::fx::FxRate;

impl Service {
    /// Sets the rate of a pair: target major units for one source major unit.
    pub async fn fx_set(
        &self,
        actor: &Actor,
        source: &str,
        target: &str,
        rate: &str,
        origin: &str,
    ) -> Result<FxRate, Error> {
        let parsed = Rate::parse(rate)
            .map_err(|code| Error::refused(code, rate.chars().take(64).collect::<String>()))?;
        let origin = visible(origin)?;
        let mut tx = self.begin().await?;
        let source = self.asset_for(&mut tx, source).await?;
        let target = self.asset_for(&mut tx, target).await?;
        if source.id == target.id {
            return Err(Error::refused(Code::RateInvalid, "a currency has no rate to itself"));
        }
        let rate =
            FxRate { source: source.id, target: target.id, rate: parsed.to_string(), origin, at: self.now() };
        store::fx::add(&mut tx, &rate).await?;
        // Doors keep the rates, too.
        store::head::raise_policy_version(&mut tx).await?;
        let detail = json!({ "source": source.code, "target": target.code, "rate": rate.rate });
        self.keep(&mut tx, &rate).await?;
        self.finish(tx, Deed { actor, action: "fx.set", subject: "fx_rate", id: None, detail }).await?;
        Ok(rate)
    }

    /// The rate that holds, of every pair.
    pub async fn fx_list(&self) -> Result<Vec<FxRate>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::fx::list(&mut tx).await?)
    }
}

/// How an amount is exchanged between two currencies: at the rate given, else at the stored one.
pub(crate) async fn exchange(
    tx: &mut Tx,
    source: &Asset,
    target: &Asset,
    amount: Amount,
    given: Option<&str>,
    now: i64,
) -> Result<Option<Exchange>, Error> {
    if source.id == target.id {
        return Ok(None);
    }
    let (text, origin, at) = match given {
        Some(rate) => (rate.to_owned(), "request".to_owned(), now),
        None => match store::fx::newest(tx, source.id, target.id).await? {
            Some(rate) => (rate.rate, rate.origin, rate.at),
            None => {
                return Err(Error::refused(
                    Code::CurrencyMismatch,
                    format!("{} to {}", source.code, target.code),
                ));
            }
        },
    };
    let rate = Rate::parse(&text)?;
    let rounding = Rounding::default();
    let Conversion { target: converted, residual } =
        convert(amount, source.scale, target.scale, &rate, rounding)?;
    Ok(Some(Exchange {
        target_amount: converted.minor(),
        rate: rate.to_string(),
        rate_source: origin,
        rate_at: at,
        rounding: rounding.number(),
        residual: residual.to_string(),
    }))
}
