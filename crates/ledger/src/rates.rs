//! The exchange rates that hold, and how a batch's items are exchanged at them. The run and its preview share
//! this, so that they say the same.

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

/// What an exchange needs to know of a pair of currencies, so that an item costs one look-up.
#[derive(Debug, Clone)]
struct Pair {
    rate: Rate,
    stored: FxRate,
    policy: FxPolicy,
    source_scale: u8,
    target_scale: u8,
}

/// Every pair of currencies that has a rate, and what one batch has kept of it.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    stored: Arc<HashMap<(AssetId, AssetId), Pair>>,
    kept: HashMap<(AssetId, AssetId), Pair>,
}

impl Rates {
    /// Reads what holds now.
    pub async fn load(tx: &mut Tx) -> Result<Self, StoreError> {
        let scales: HashMap<_, _> =
            store::asset::all(tx).await?.into_iter().map(|asset| (asset.id, asset.scale)).collect();
        let policies = store::fx_policy::all(tx).await?;
        let policies: HashMap<_, _> =
            policies.into_iter().map(|pair| ((pair.source, pair.target), pair.policy)).collect();
        let unreadable = |code: Code| StoreError::Corrupt(format!("a stored rate: {code}"));
        let mut pairs = HashMap::new();
        for stored in store::fx::list(tx).await? {
            let rate = Rate::parse(&stored.rate).map_err(unreadable)?;
            let names = (stored.source, stored.target);
            let (Some(source_scale), Some(target_scale)) = (scales.get(&names.0), scales.get(&names.1))
            else {
                return Err(StoreError::Corrupt(format!("a stored rate of unknown currencies: {names:?}")));
            };
            let policy = policies.get(&names).copied().unwrap_or_default();
            let (source_scale, target_scale) = (*source_scale, *target_scale);
            pairs.insert(names, Pair { rate, stored, policy, source_scale, target_scale });
        }
        Ok(Self { stored: Arc::new(pairs), kept: HashMap::new() })
    }

    /// These rates for a batch: those that it has kept come first.
    pub fn keeping<'a>(&self, kept: impl Iterator<Item = &'a KeptRate>) -> Result<Self, StoreError> {
        let mut pairs = HashMap::new();
        for KeptRate { batch, rate: stored, .. } in kept {
            let names = (stored.source, stored.target);
            let unreadable = || StoreError::Corrupt(format!("a rate that batch {batch} has kept: {names:?}"));
            let pair = self.stored.get(&names).cloned().ok_or_else(unreadable)?;
            let rate = Rate::parse(&stored.rate).map_err(|_| unreadable())?;
            pairs.insert(names, Pair { rate, stored: stored.clone(), ..pair });
        }
        Ok(Self { stored: Arc::clone(&self.stored), kept: pairs })
    }

    /// The rates for a batch as they hold now, read where it has kept some.
    pub async fn load_for(tx: &mut Tx, batch: &Batch) -> Result<Self, StoreError> {
        let stored = Self::load(tx).await?;
        let kept = store::batch_rate::of(tx, batch.id).await?;
        stored.keeping(kept.iter())
    }

    /// How an amount of the source's currency becomes one of the target's; none within one currency.
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

/// Decides a batch's item: `post` is asked once, with what the target gets in its own currency. Where that is
/// not known, the reason stands in for "the currencies differ".
pub fn post_item<T>(
    exchange: Result<Option<Exchange>, Code>,
    post: impl FnOnce(Option<i64>) -> Result<T, Code>,
) -> Result<(T, Option<Exchange>), Code> {
    match exchange {
        Ok(exchange) => {
            let posted = post(exchange.as_ref().map(|exchange| exchange.target_amount))?;
            Ok((posted, exchange))
        }
        Err(why) => match post(None) {
            Err(Code::CurrencyMismatch) => Err(why),
            other => other.map(|posted| (posted, None)),
        },
    }
}
