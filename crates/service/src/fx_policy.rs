//! The rules of a currency pair in one direction: how far rates may differ, how conversions are rounded, how
//! long a batch keeps its rates.

use crate::asset::{asset_for, find};
use crate::factor::demand::{Need, demand};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::fx::{FxPolicy, Rounding};
use serde_json::{Value, json};
use store::Tx;
use store::audit::Actor;
use store::fx_policy::PairPolicy;
use store::named_lock::{self, NamedLock};

/// A currency pair and its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FxRules {
    /// The currency paid.
    pub source: Asset,
    /// The currency received.
    pub target: Asset,
    /// The rules.
    pub policy: FxPolicy,
}

/// The changes; an absent field stays as it is. 0 switches a bound off.
#[derive(Debug, Clone, Default)]
pub struct FxPolicyChange {
    /// A fraction of the rate, such as `0.02`.
    pub tolerance: Option<String>,
    /// `half_up`, `half_even` or `down`.
    pub rounding: Option<String>,
    /// Major units of the currency received.
    pub minimum: Option<String>,
    /// Hours.
    pub max_age_h: Option<i64>,
}

impl FxPolicyChange {
    fn apply(&self, policy: &mut FxPolicy, target: &Asset) -> Result<(), Error> {
        let wrong =
            |text: &str| Error::refused(Code::FxPolicyInvalid, text.chars().take(64).collect::<String>());
        if let Some(text) = &self.tolerance {
            policy.tolerance_ppm = FxPolicy::parse_tolerance(text).map_err(|_| wrong(text))?;
        }
        if let Some(name) = &self.rounding {
            policy.rounding = Rounding::from_name(name).ok_or_else(|| wrong(name))?;
        }
        if let Some(text) = &self.minimum {
            let minimum =
                Amount::parse(text, target.scale).map_err(|code| Error::refused(code, text.as_str()))?;
            policy.minimum = minimum.minor();
        }
        policy.max_age_h = self.max_age_h.unwrap_or(policy.max_age_h);
        policy
            .check()
            .map_err(|code| Error::refused(code, format!("{} {}", policy.tolerance(), policy.max_age_h)))
    }
}

/// The rules of a pair.
pub async fn show(service: &Service, source: &str, target: &str) -> Result<FxRules, Error> {
    let mut tx = service.store.read().await?;
    let pair = [known(&mut tx, source).await?, known(&mut tx, target).await?];
    let [source, target] = differing(pair)?;
    let policy = store::fx_policy::of(&mut tx, source.id, target.id).await?;
    Ok(FxRules { source, target, policy })
}

/// Changes the rules of a pair.
pub async fn set(
    service: &Service,
    actor: &Actor,
    source: &str,
    target: &str,
    change: &FxPolicyChange,
) -> Result<FxRules, Error> {
    let mut write = claimed!(service.write(actor, Action::FxPolicySet));
    write.about = Fact::new(Action::FxPolicySet, None).with("source", source).with("target", target);
    let done = set_in(&mut write, source, target, change).await;
    write.end(done).await
}

async fn known(tx: &mut Tx, code: &str) -> Result<Asset, Error> {
    let code = code.trim().to_ascii_uppercase();
    let about = code.chars().take(64).collect::<String>();
    find(tx, &code).await?.ok_or_else(|| Error::refused(Code::AssetUnknown, about))
}

fn differing([source, target]: [Asset; 2]) -> Result<[Asset; 2], Error> {
    if source.id == target.id {
        return Err(Error::refused(Code::FxPolicyInvalid, "a currency has no rate to itself"));
    }
    Ok([source, target])
}

async fn set_in(
    write: &mut Write,
    source: &str,
    target: &str,
    change: &FxPolicyChange,
) -> Result<WriteResult<FxRules>, Error> {
    let (tx, now) = (&mut write.tx, write.now);
    named_lock::take(tx, NamedLock::Directory).await?;
    let pair = [asset_for(tx, source, now).await?, asset_for(tx, target, now).await?];
    let [source, target] = differing(pair)?;
    let before = store::fx_policy::of(tx, source.id, target.id).await?;
    let mut policy = before;
    change.apply(&mut policy, &target)?;
    demand(write, Need::StepUp).await?;
    let pair = PairPolicy { source: source.id, target: target.id, policy };
    store::fx_policy::set(&mut write.tx, &pair).await?;
    let fact = Fact::new(Action::FxPolicySet, None)
        .with("source", source.code.as_str())
        .with("target", target.code.as_str())
        .with("policy", audited(&policy))
        .with("before", audited(&before));
    Ok(WriteResult::one(FxRules { source, target, policy }, fact))
}

/// The rules as the audit log shows them.
fn audited(policy: &FxPolicy) -> Value {
    json!({
        "tolerance_ppm": policy.tolerance_ppm, "rounding": policy.rounding.name(), "minimum": policy.minimum,
        "max_age_h": policy.max_age_h,
    })
}
