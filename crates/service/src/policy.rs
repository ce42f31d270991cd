//! Policies: limits and fees, by currency and by account.

use crate::{Deed, Error, Service};
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::fee::FeePolicy;
use domain::id::AccountId;
use domain::policy::Policy;
use serde_json::json;
use store::Tx;
use store::account::AccountView;
use store::audit::Actor;
use store::turn::{self, Turn};

/// What to change; amounts are major units as text, `none` lifts a limit.
#[derive(Debug, Clone, Default)]
pub struct PolicyChange {
    /// The least one transfer may move.
    pub min: Option<String>,
    /// The most one transfer may move.
    pub max: Option<String>,
    /// The most that may leave in a day.
    pub day: Option<String>,
    /// The most that may leave in a month.
    pub month: Option<String>,
    /// The most one batch may move.
    pub batch_max: Option<String>,
    /// Amounts up to this one are free of fees.
    pub fee_threshold: Option<String>,
    /// The fee's share of the amount, such as 0.001.
    pub fee_rate: Option<String>,
    /// The least that is taken.
    pub fee_min: Option<String>,
    /// The most that is taken.
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

impl Service {
    async fn policy_show(&self, currency: &str, account: Option<&str>) -> Result<(Asset, Policy), Error> {
        let mut tx = self.store.read().await?;
        let (asset, account) = named(&mut tx, currency, account).await?;
        let policy = current(&mut tx, &asset, account.as_ref()).await?;
        Ok((asset, policy))
    }

    /// What holds for a currency, or for one account of it that is named by id or number; and that account's id.
    pub async fn policy_of(
        &self,
        currency: &str,
        account: Option<&str>,
    ) -> Result<(Asset, Policy, Option<AccountId>), Error> {
        let account = self.policy_account(account).await?;
        let (asset, policy) = self.policy_show(currency, account.as_ref().map(|a| a.number.as_str())).await?;
        Ok((asset, policy, account.map(|account| account.id)))
    }

    /// Changes what holds, as [`Self::policy_set`], for an account that is named by id or number.
    pub async fn policy_change(
        &self,
        actor: &Actor,
        currency: &str,
        account: Option<&str>,
        change: &PolicyChange,
    ) -> Result<(Asset, Policy, Option<AccountId>), Error> {
        let account = self.policy_account(account).await?;
        let number = account.as_ref().map(|account| account.number.as_str());
        let (asset, policy) = self.policy_set(actor, currency, number, change).await?;
        Ok((asset, policy, account.map(|account| account.id)))
    }

    async fn policy_account(&self, account: Option<&str>) -> Result<Option<AccountView>, Error> {
        let Some(text) = account else { return Ok(None) };
        let mut tx = self.store.read().await?;
        Self::account_named(&mut tx, text).await.map(Some)
    }

    /// Changes what holds for a currency, or for one account of it; the rest stays as it was.
    pub async fn policy_set(
        &self,
        actor: &Actor,
        currency: &str,
        account: Option<&str>,
        change: &PolicyChange,
    ) -> Result<(Asset, Policy), Error> {
        let mut tx = self.begin().await?;
        turn::take(&mut tx, Turn::Directory).await?;
        self.asset_for(&mut tx, currency).await?;
        let (asset, account) = named(&mut tx, currency, account).await?;
        let mut policy = current(&mut tx, &asset, account.as_ref()).await?;
        change.apply(&mut policy, asset.scale)?;
        store::policy::set(&mut tx, asset.id, account.as_ref().map(|a| a.id), &policy).await?;
        let detail = json!({ "currency": asset.code, "account": account.as_ref().map(|a| &a.number),
                             "policy": format!("{policy:?}") });
        let id = account.map(|a| a.id.0);
        let changed = (asset, policy);
        self.keep(&mut tx, &changed).await?;
        self.finish(tx, Deed { actor, action: "policy.set", subject: "policy", id, detail }).await?;
        Ok(changed)
    }
}

async fn named(
    tx: &mut Tx,
    currency: &str,
    account: Option<&str>,
) -> Result<(Asset, Option<AccountView>), Error> {
    let code = currency.trim().to_ascii_uppercase();
    let asset =
        crate::asset::find(tx, &code).await?.ok_or_else(|| Error::refused(Code::AssetUnknown, code))?;
    let account = match account {
        Some(number) => Some(Service::account_by_number(tx, number).await?),
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
