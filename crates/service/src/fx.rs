//! Exchange rates.

use crate::asset::asset_for;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service, visible};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::fx::Rate;
use store::audit::Actor;

pub use store::fx::FxRate;

/// Sets the rate of a pair: target major units per source major unit.
pub async fn set(
    service: &Service,
    actor: &Actor,
    source: &str,
    target: &str,
    rate: &str,
    origin: &str,
) -> Result<FxRate, Error> {
    let mut write = claimed!(service.write(actor, Action::RateSet));
    write.about = Fact::new(Action::RateSet, None).with("source", source).with("target", target);
    let done = set_in(&mut write, (source, target), rate, origin).await;
    write.end(done).await
}

/// The current rate of every pair.
pub async fn list(service: &Service) -> Result<Vec<FxRate>, Error> {
    let mut tx = service.store.read().await?;
    Ok(store::fx::list(&mut tx).await?)
}

async fn set_in(
    write: &mut Write,
    (source, target): (&str, &str),
    rate: &str,
    origin: &str,
) -> Result<WriteResult<FxRate>, Error> {
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
    Ok(WriteResult::one(rate, fact))
}
