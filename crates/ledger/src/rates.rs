//! The current exchange rates, and how a batch's items are converted at them. A run and its preview share
//! this code, so that they agree.

use domain::amount::Amount;
use domain::code::Code;
use domain::fx::{Conversion, FxPolicy, Rate, convert};
use domain::id::AssetId;
use hashbrown::HashMap;
use std::sync::Arc;
use store::batch::Batch;
use store::batch_rate::KeptRate;
use store::fx::FxRate;
use store::transfer::Exchange;
use store::{StoreError, Tx};

/// Everything a conversion needs to know about a currency pair, so that an item costs one lookup.
#[derive(Debug, Clone)]
struct Pair {
    rate: Rate,
    stored: FxRate,
    policy: FxPolicy,
    source_scale: u8,
    target_scale: u8,
}

/// All currency pairs with a rate, and the rates kept by one batch.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    stored: Arc<HashMap<(AssetId, AssetId), Pair>>,
    kept: HashMap<(AssetId, AssetId), Pair>,
}

impl Rates {
    /// Reads the current rates.
    pub async fn load(tx: &mut Tx) -> Result<Self, StoreError> {
        let scales: HashMap<_, _> =
            store::asset::all(tx).await?.into_iter().map(|asset| (asset.id, asset.scale)).collect();
        let policies = store::fx_policy::all(tx).await?;
        let policies: HashMap<_, _> =
            policies.into_iter().map(|pair| ((pair.source, pair.target), pair.policy)).collect();
        let unreadable = |code: Code| StoreError::Corrupt(format!("a stored rate is invalid: {code}"));
        let mut pairs = HashMap::new();
        for stored in store::fx::list(tx).await? {
            let rate = Rate::parse(&stored.rate).map_err(unreadable)?;
            let names = (stored.source, stored.target);
            let (Some(source_scale), Some(target_scale)) = (scales.get(&names.0), scales.get(&names.1))
            else {
                return Err(StoreError::Corrupt(format!(
                    "a stored rate names unknown currencies: {names:?}"
                )));
            };
            let policy = policies.get(&names).copied().unwrap_or_default();
            let (source_scale, target_scale) = (*source_scale, *target_scale);
            pairs.insert(names, Pair { rate, stored, policy, source_scale, target_scale });
        }
        Ok(Self { stored: Arc::new(pairs), kept: HashMap::new() })
    }

    /// These rates for one batch: its kept rates take precedence.
    pub fn keeping<'a>(&self, kept: impl Iterator<Item = &'a KeptRate>) -> Result<Self, StoreError> {
        let mut pairs = HashMap::new();
        for KeptRate { batch, rate: stored, .. } in kept {
            let names = (stored.source, stored.target);
            let unreadable = || StoreError::Corrupt(format!("bad rate kept by batch {batch}: {names:?}"));
            let pair = self.stored.get(&names).cloned().ok_or_else(unreadable)?;
            let rate = Rate::parse(&stored.rate).map_err(|_| unreadable())?;
            pairs.insert(names, Pair { rate, stored: stored.clone(), ..pair });
        }
        Ok(Self { stored: Arc::clone(&self.stored), kept: pairs })
    }

    /// Loads the current rates for a batch, with its kept rates.
    pub async fn load_for(tx: &mut Tx, batch: &Batch) -> Result<Self, StoreError> {
        let stored = Self::load(tx).await?;
        let kept = store::batch_rate::of(tx, batch.id).await?;
        stored.keeping(kept.iter())
    }

    /// Whether a rate from one currency to another is stored.
    #[must_use]
    pub fn knows(&self, source: AssetId, target: AssetId) -> bool {
        self.stored.contains_key(&(source, target))
    }

    /// Converts an amount from the source's currency to the target's; none within one currency.
    pub fn exchange(&self, source: AssetId, target: AssetId, amount: i64) -> Result<Option<Exchange>, Code> {
        if source == target {
            return Ok(None);
        }
        let names = (source, target);
        let pair = self.kept.get(&names).or_else(|| self.stored.get(&names)).ok_or(Code::RateNotFound)?;
        let amount = Amount::new(amount)?;
        let Conversion { target: converted, residual, rounding } =
            convert(amount, pair.source_scale, pair.target_scale, &pair.rate, &pair.policy)?;
        Ok(Some(Exchange {
            target_amount: converted.minor(),
            rate: pair.rate.to_string(),
            rate_source: pair.stored.origin.clone(),
            rate_at: pair.stored.at,
            rounding: rounding.number(),
            residual: residual.to_string(),
        }))
    }
}

/// Decides a request: calls `post` once, with what the target receives in its own currency. If the conversion
/// failed, its code replaces `CURRENCY_MISMATCH`. A run and its preview share this.
pub fn post_exchanged<T>(
    exchange: &Result<Option<Exchange>, Code>,
    post: impl FnOnce(Option<i64>) -> Result<T, Code>,
) -> Result<T, Code> {
    match exchange {
        Ok(exchange) => post(exchange.as_ref().map(|exchange| exchange.target_amount)),
        Err(why) => post(None).map_err(|code| if code == Code::CurrencyMismatch { *why } else { code }),
    }
}
