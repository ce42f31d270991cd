//! Policies: limits and fees, by currency and by account.

use crate::asset::asset_for;
use crate::factor::demand::{Need, demand};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service, account_cache};
use domain::account_ref::GivenAccount;
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::fee::FeePolicy;
use domain::id::AccountId;
use domain::policy::Policy;
use serde_json::json;
use store::Tx;
use store::account::AccountView;
use store::audit::Actor;
use store::named_lock::{self, NamedLock};

/// The changes; amounts are major units as text, and `none` removes a limit.
#[derive(Debug, Clone, Default)]
pub struct PolicyChange {
    /// The minimum amount of a transfer.
    pub min: Option<String>,
    /// The maximum amount of a transfer.
    pub max: Option<String>,
    /// The maximum outflow per day.
    pub day: Option<String>,
    /// The maximum outflow per month.
    pub month: Option<String>,
    /// The maximum amount of a batch.
    pub batch_max: Option<String>,
    /// Amounts up to this one are free of fees.
    pub fee_threshold: Option<String>,
    /// The fee rate as a fraction of the amount, such as 0.001.
    pub fee_rate: Option<String>,
    /// The minimum fee.
    pub fee_min: Option<String>,
    /// The maximum fee.
    pub fee_max: Option<String>,
}

impl PolicyChange {
    fn apply(&self, policy: &mut Policy, scale: u8) -> Result<(), Error> {
        let set = |place: &mut i64, text: &Option<String>| -> Result<(), Error> {
            if let Some(text) = text {
                *place = read_limit(text, scale)?;
            }
            Ok(())
        };
        set(&mut policy.limit.min, &self.min)?;
        set(&mut policy.limit.max, &self.max)?;
        set(&mut policy.limit.day, &self.day)?;
        set(&mut policy.limit.month, &self.month)?;
        set(&mut policy.batch_max, &self.batch_max)?;
        set(&mut policy.fee.threshold, &self.fee_threshold)?;
        set(&mut policy.fee.min, &self.fee_min)?;
        set(&mut policy.fee.max, &self.fee_max)?;
        if let Some(rate) = &self.fee_rate {
            policy.fee.rate_ppm = FeePolicy::parse_rate(rate)?;
        }
        Ok(policy.check()?)
    }
}

fn read_limit(text: &str, scale: u8) -> Result<i64, Error> {
    if text == "none" {
        return Ok(i64::MAX);
    }
    Amount::parse(text, scale)
        .map(Amount::minor)
        .map_err(|code| Error::refused(code, text.chars().take(64).collect::<String>()))
}

/// A policy with its currency, and with its account if it belongs to one.
pub type PolicyOf = (Asset, Policy, Option<AccountId>);

/// The policy of a currency, or of an account in it, named by id or number; with that account's id.
pub async fn show(
    service: &Service,
    currency: &str,
    account: Option<&GivenAccount>,
) -> Result<PolicyOf, Error> {
    let mut tx = service.store.read().await?;
    let (asset, account) = named(&mut tx, currency, account).await?;
    let policy = current(&mut tx, &asset, account.as_ref()).await?;
    Ok((asset, policy, account.map(|account| account.id)))
}

/// Changes the policy of a currency, or of an account in it; absent fields stay as they are.
pub async fn set(
    service: &Service,
    actor: &Actor,
    currency: &str,
    account: Option<&GivenAccount>,
    change: &PolicyChange,
) -> Result<PolicyOf, Error> {
    let mut write = claimed!(service.write(actor, Action::PolicySet));
    write.about = Fact::new(Action::PolicySet, None)
        .with("currency", currency)
        .with("account", account.map(|given| given.written.as_str()));
    let done = set_in(&mut write, currency, account, change).await;
    write.end(done).await
}

async fn set_in(
    write: &mut Write,
    currency: &str,
    account: Option<&GivenAccount>,
    change: &PolicyChange,
) -> Result<WriteResult<PolicyOf>, Error> {
    let tx = &mut write.tx;
    named_lock::take(tx, NamedLock::Directory).await?;
    asset_for(tx, currency, write.now).await?;
    let (asset, account) = named(tx, currency, account).await?;
    let before = current(tx, &asset, account.as_ref()).await?;
    let mut policy = before.clone();
    change.apply(&mut policy, asset.scale)?;
    demand(write, Need::StepUp).await?;
    store::policy::set(&mut write.tx, asset.id, account.as_ref().map(|a| a.id), &policy).await?;
    let id = account.as_ref().map(|account| account.id);
    let fact = Fact::new(Action::PolicySet, id.map(|id| id.0))
        .with("currency", asset.code.as_str())
        .with("account", account.map(|a| a.number))
        .with("policy", audited(&policy))
        .with("before", audited(&before));
    Ok(WriteResult::one((asset, policy, id), fact))
}

/// A policy as the audit log shows it, in minor units.
fn audited(policy: &Policy) -> serde_json::Value {
    let (limit, fee) = (&policy.limit, &policy.fee);
    json!({
        "min": limit.min, "max": limit.max, "day": limit.day, "month": limit.month,
        "batch_max": policy.batch_max, "fee_threshold": fee.threshold, "fee_rate_ppm": fee.rate_ppm,
        "fee_min": fee.min, "fee_max": fee.max,
    })
}

async fn named(
    tx: &mut Tx,
    currency: &str,
    account: Option<&GivenAccount>,
) -> Result<(Asset, Option<AccountView>), Error> {
    let code = currency.trim().to_ascii_uppercase();
    let asset =
        crate::asset::find(tx, &code).await?.ok_or_else(|| Error::refused(Code::AssetUnknown, code))?;
    let account = match account {
        Some(given) => Some(account_cache::named(tx, given).await?),
        None => None,
    };
    match &account {
        Some(account) if account.asset != asset.id => {
            Err(Error::refused(Code::CurrencyMismatch, account.number.clone()))
        }
        _ => Ok((asset, account)),
    }
}

async fn current(tx: &mut Tx, asset: &Asset, account: Option<&AccountView>) -> Result<Policy, Error> {
    let book = store::policy::book(tx).await?;
    let none = AccountId(0);
    let policy = book.of(account.map_or(none, |a| a.id), asset.id);
    Ok(policy.cloned().unwrap_or_else(|| Policy::shipped(asset.scale)))
}
