//! The rate of a transfer between two currencies: the stored one, or one that the request names within the
//! tolerance of it (contract: "Rates and conversions").

use super::request::{REASON_MAX, RateOverride, TransferRequest};
use crate::{Error, Refusal, Service};
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::fx::{Conversion, FxPolicy, Rate, Rounding, convert};
use domain::visible::shown;
use ledger::request::Quote;
use serde_json::json;
use store::fx::FxRate;
use store::transfer::Exchange;

/// How an amount is exchanged, or what was attempted and why it is refused.
#[derive(Debug)]
pub(super) struct Quoted {
    pub exchange: Option<Exchange>,
    pub refused: Option<Refusal>,
    pub quote: Option<Quote>,
}

/// Two different currencies and the rules of the pair.
struct Pair<'a> {
    source: &'a Asset,
    target: &'a Asset,
    stored: Option<FxRate>,
    policy: FxPolicy,
}

/// A rate, its origin, and when it was set.
struct Chosen {
    rate: Rate,
    origin: String,
    at: i64,
}

/// Determines the exchange of a request; reads the stored rate only where the currencies differ.
pub(super) async fn quote(
    service: &Service,
    request: &TransferRequest,
    source: &Asset,
    target: &Asset,
    amount: Amount,
) -> Result<Quoted, Error> {
    if source.id == target.id {
        let refused = within_one(request, amount).err();
        let attempted = refused.as_ref().and_then(|_| as_asked(request, service.now()));
        return Ok(Quoted { exchange: attempted, refused, quote: None });
    }
    let mut tx = service.store.point_read().await?;
    let stored = store::fx::newest(&mut tx, source.id, target.id).await?;
    let policy = store::fx_policy::of(&mut tx, source.id, target.id).await?;
    Ok(Pair { source, target, stored, policy }.quoted(request, amount, service.now()))
}

/// The exchange that a request within one currency asked for, as far as it states one.
fn as_asked(request: &TransferRequest, now: i64) -> Option<Exchange> {
    let rate = Rate::parse(request.rate.as_deref()?).ok()?.to_string();
    let (rate_source, residual) = ("request".to_owned(), "0".to_owned());
    let (target_amount, rounding) = (request.target_amount.unwrap_or(0), Rounding::default().number());
    Some(Exchange { target_amount, rate, rate_source, rate_at: now, rounding, residual })
}

/// Within one currency, a rate must be 1 and both amounts must be equal.
fn within_one(request: &TransferRequest, amount: Amount) -> Result<(), Refusal> {
    if request.rate_override.is_some() {
        return Err(Refusal::new(Code::RateOverrideInvalid, "both accounts have the same currency"));
    }
    let rate =
        request.rate.as_deref().map(Rate::parse).transpose().map_err(|code| about_rate(code, request))?;
    if rate.is_some_and(|rate| rate.to_string() != "1") {
        return Err(about_rate(Code::ExchangeMismatch, request));
    }
    check_expected(request, amount.minor())
}

fn about_rate(code: Code, request: &TransferRequest) -> Refusal {
    Refusal::new(code, request.rate.as_deref().map(shown).unwrap_or_default())
}

/// Checks the target amount that the request expects, if it states one.
fn check_expected(request: &TransferRequest, target_amount: i64) -> Result<(), Refusal> {
    match request.target_amount {
        Some(expected) if expected != target_amount => {
            let english = format!("expected {expected} minor units, got {target_amount}");
            let chinese = format!("预期 {expected} 个最小货币单位，实际为 {target_amount}");
            Err(Refusal::bilingual(Code::ExchangeMismatch, english, chinese))
        }
        _ => Ok(()),
    }
}

impl Pair<'_> {
    fn name(&self) -> String {
        format!("{} to {}", self.source.code, self.target.code)
    }

    fn quoted(&self, request: &TransferRequest, amount: Amount, now: i64) -> Quoted {
        let done = self.choose(request, now).and_then(|chosen| self.exchange(&chosen, amount));
        let (exchange, refused) = match done {
            Ok(exchange) => {
                let refused = check_expected(request, exchange.target_amount).err();
                let target_amount = request.target_amount.unwrap_or(exchange.target_amount);
                (Some(Exchange { target_amount, ..exchange }), refused)
            }
            Err(refusal) => (self.attempted(request, amount, now), Some(refusal)),
        };
        let stored = self.stored.as_ref().map(|stored| stored.rate.clone());
        let reason = |over: &RateOverride| over.reason.trim().chars().take(REASON_MAX).collect();
        let quote = Some(Quote { stored, reason: request.rate_override.as_ref().map(reason) });
        Quoted { exchange, refused, quote }
    }

    fn exchange(&self, chosen: &Chosen, amount: Amount) -> Result<Exchange, Refusal> {
        let converted = self.convert(&chosen.rate, amount).map_err(|code| Refusal::new(code, self.name()))?;
        Ok(Exchange {
            target_amount: converted.target.minor(),
            rate: chosen.rate.to_string(),
            rate_source: chosen.origin.clone(),
            rate_at: chosen.at,
            rounding: converted.rounding.number(),
            residual: converted.residual.to_string(),
        })
    }

    /// The exchange that a refused request asked for, as far as it states one.
    fn attempted(&self, request: &TransferRequest, amount: Amount, now: i64) -> Option<Exchange> {
        let rate = Rate::parse(request.rate.as_deref()?).ok()?;
        let converted = self.convert(&rate, amount).ok();
        let target_amount = converted.map_or(0, |converted| converted.target.minor());
        Some(Exchange {
            target_amount: request.target_amount.unwrap_or(target_amount),
            rate: rate.to_string(),
            rate_source: "request".to_owned(),
            rate_at: now,
            rounding: converted.map_or(self.policy.rounding, |converted| converted.rounding).number(),
            residual: converted.map_or_else(|| "0".to_owned(), |converted| converted.residual.to_string()),
        })
    }

    fn convert(&self, rate: &Rate, amount: Amount) -> Result<Conversion, Code> {
        convert(amount, self.source.scale, self.target.scale, rate, &self.policy)
    }

    fn choose(&self, request: &TransferRequest, now: i64) -> Result<Chosen, Refusal> {
        let Some(text) = request.rate.as_deref() else { return self.choose_stored(request) };
        let rate = Rate::parse(text).map_err(|code| about_rate(code, request))?;
        let origin = match &request.rate_override {
            Some(over) => over.check().map(|()| "override")?,
            None => self.check_bounds(&rate).map(|()| "request")?,
        };
        Ok(Chosen { rate, origin: origin.to_owned(), at: now })
    }

    fn choose_stored(&self, request: &TransferRequest) -> Result<Chosen, Refusal> {
        if request.rate_override.is_some() {
            return Err(Refusal::new(Code::RateOverrideInvalid, "the request names no rate"));
        }
        let missing = || Refusal::new(Code::CurrencyMismatch, self.name());
        let stored = self.stored.as_ref().ok_or_else(missing)?;
        let rate = Rate::parse(&stored.rate).map_err(|code| Refusal::new(code, self.name()))?;
        Ok(Chosen { rate, origin: stored.origin.clone(), at: stored.at })
    }

    fn check_bounds(&self, rate: &Rate) -> Result<(), Refusal> {
        let stored = self.stored.as_ref().map(|stored| stored.rate.as_str());
        let parsed = stored.and_then(|text| Rate::parse(text).ok());
        let is_within = parsed.is_some_and(|stored| self.policy.admits(rate, &stored));
        if is_within || self.policy.tolerance_ppm == 0 {
            return Ok(());
        }
        let tolerance = self.policy.tolerance();
        let pair = self.name();
        let (english, chinese) = match stored {
            Some(stored) => (
                format!("{pair}: {rate} is not within {tolerance} of the stored {stored}"),
                format!("{pair}：{rate} 与已存汇率 {stored} 的偏差超过 {tolerance}"),
            ),
            None => (format!("{pair}: no rate is stored"), format!("{pair}：没有已存汇率")),
        };
        let data = json!({ "source": self.source.code, "target": self.target.code, "rate": rate.to_string(),
                           "storedRate": stored, "tolerance": tolerance });
        Err(Refusal { data: Some(data), ..Refusal::bilingual(Code::RateOutOfBounds, english, chinese) })
    }
}
