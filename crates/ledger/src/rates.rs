//! The exchange rates that hold, and how a batch's items are exchanged at them. The run and its preview share
//! this, so that they say the same.

use domain::amount::Amount;
use domain::code::Code;
use domain::fx::{Conversion, Rate, Rounding, convert};
use domain::id::AssetId;
use hashbrown::HashMap;
use store::fx::FxRate;
use store::transfer::Exchange;
use store::{StoreError, Tx};

/// The stored rate of every pair, and the decimals of every currency.
#[derive(Debug, Default)]
pub struct Rates {
    scales: HashMap<AssetId, u8>,
    pairs: HashMap<(AssetId, AssetId), (Rate, FxRate)>,
}

impl Rates {
    /// Reads what holds now.
    pub async fn load(tx: &mut Tx) -> Result<Self, StoreError> {
        let scales = store::asset::all(tx).await?.into_iter().map(|asset| (asset.id, asset.scale)).collect();
        let unreadable = |code: Code| StoreError::Corrupt(format!("a stored rate: {code}"));
        let mut pairs = HashMap::new();
        for stored in store::fx::list(tx).await? {
            let rate = Rate::parse(&stored.rate).map_err(unreadable)?;
            pairs.insert((stored.source, stored.target), (rate, stored));
        }
        Ok(Self { scales, pairs })
    }

    /// How an amount of the source's currency becomes one of the target's; none within one currency.
    pub fn exchange(&self, source: AssetId, target: AssetId, amount: i64) -> Result<Option<Exchange>, Code> {
        if source == target {
            return Ok(None);
        }
        let (rate, stored) = self.pairs.get(&(source, target)).ok_or(Code::RateNotFound)?;
        let scale = |asset| self.scales.get(&asset).copied().ok_or(Code::RateNotFound);
        let rounding = Rounding::default();
        let Conversion { target: converted, residual } =
            convert(Amount::new(amount)?, scale(source)?, scale(target)?, rate, rounding)?;
        Ok(Some(Exchange {
            target_amount: converted.minor(),
            rate: rate.to_string(),
            rate_source: stored.origin.clone(),
            rate_at: stored.at,
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
