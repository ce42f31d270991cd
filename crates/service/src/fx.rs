//! Exchange rates.

use crate::asset::asset_for;
use crate::write::{Done, Write, begun};
use crate::{Error, Service, visible};
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::fx::{Conversion, Rate, convert};
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
        let mut write = begun!(self.write(actor, Action::RateSet));
        write.about = Fact::new(Action::RateSet, None).with("source", source).with("target", target);
        let done = set(&mut write, (source, target), rate, origin).await;
        write.end(done).await
    }

    /// The rate that holds, of every pair.
    pub async fn fx_list(&self) -> Result<Vec<FxRate>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::fx::list(&mut tx).await?)
    }
}

async fn set(
    write: &mut Write,
    (source, target): (&str, &str),
    rate: &str,
    origin: &str,
) -> Result<Done<FxRate>, Error> {
    let parsed =
        Rate::parse(rate).map_err(|code| Error::refused(code, rate.chars().take(64).collect::<String>()))?;
    let origin = visible(origin)?;
    let source = asset_for(&mut write.tx, source, write.now).await?;
    let target = asset_for(&mut write.tx, target, write.now).await?;
    if source.id == target.id {
        return Err(Error::refused(Code::RateInvalid, "a currency has no rate to itself"));
    }
    let rate =
        FxRate { source: source.id, target: target.id, rate: parsed.to_string(), origin, at: write.now };
    store::fx::add(&mut write.tx, &rate).await?;
    // Doors cache the rates with the policies.
    store::head::raise_policy_version(&mut write.tx).await?;
    let fact = Fact::new(Action::RateSet, None)
        .with("source", source.code)
        .with("target", target.code)
        .with("rate", rate.rate.as_str());
    Ok(Done::one(rate, fact))
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
    let policy = store::fx_policy::of(tx, source.id, target.id).await?;
    let Conversion { target: converted, residual, rounding } =
        convert(amount, source.scale, target.scale, &rate, &policy)?;
    Ok(Some(Exchange {
        target_amount: converted.minor(),
        rate: rate.to_string(),
        rate_source: origin,
        rate_at: at,
        rounding: rounding.number(),
        residual: residual.to_string(),
    }))
}
