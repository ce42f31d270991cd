//! A requested transfer, deposit or withdrawal, from any interface.

use crate::voucher::read_vouchers;
use crate::{Error, Refusal};
use domain::account_ref::GivenAccount;
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::transfer::MEMO_MAX;
use domain::visible::shown;

/// The most characters of a reason.
pub(super) const REASON_MAX: usize = 500;

/// Accepts the request's rate even if it is out of bounds. Only callers who may set rates may do that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateOverride {
    /// The reason: 1 to 500 visible characters.
    pub reason: String,
    /// Whether the caller may set rates.
    pub is_allowed: bool,
}

impl RateOverride {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let reason = self.reason.trim();
        let is_text =
            (1..=REASON_MAX).contains(&reason.chars().count()) && !reason.contains(char::is_control);
        match (self.is_allowed, is_text) {
            (false, _) => {
                Err(Refusal::new(Code::Forbidden, "only callers who may set rates may override one"))
            }
            (true, false) => Err(Refusal::new(Code::RateOverrideInvalid, shown(reason))),
            (true, true) => Ok(()),
        }
    }
}

/// The amount requested, of the paying side's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AmountInput {
    /// Major units, as a person writes them.
    Major(String),
    /// Minor units.
    Minor(i64),
}

impl Default for AmountInput {
    fn default() -> Self {
        Self::Minor(0)
    }
}

impl From<String> for AmountInput {
    fn from(major: String) -> Self {
        Self::Major(major)
    }
}

impl AmountInput {
    /// The amount as requested, for the audit log.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Major(text) => shown(text),
            Self::Minor(minor) => format!("{minor} minor units"),
        }
    }

    pub(super) fn read(&self, asset: &Asset) -> Result<Amount, Error> {
        match self {
            Self::Major(text) => Amount::parse(text, asset.scale),
            Self::Minor(minor) => Amount::new(*minor),
        }
        .map_err(|code| Error::refused(code, self.text()))
    }
}

/// A requested transfer, deposit or withdrawal.
#[derive(Debug, Clone, Default)]
pub struct TransferRequest {
    /// The paying account; none for a deposit.
    pub from: Option<GivenAccount>,
    /// The paid account; none for a withdrawal.
    pub to: Option<GivenAccount>,
    /// The amount.
    pub amount: AmountInput,
    /// The expected amount in minor units of the paid side's currency, if the caller states one.
    pub target_amount: Option<i64>,
    /// Target major units per source major unit; the stored rate if none is given.
    pub rate: Option<String>,
    /// Accepts the rate even if it is out of bounds.
    pub rate_override: Option<RateOverride>,
    /// What it is for.
    pub memo: Option<String>,
    /// The value date, `YYYY-MM-DD`; today if none.
    pub date: Option<String>,
    /// Links to its vouchers.
    pub vouchers: Vec<String>,
    /// The caller's operation id for the request, so that it can be retried safely. Its fingerprint is
    /// computed from the parsed values.
    pub operation: Option<String>,
}

impl TransferRequest {
    /// Whether a person typed it. Then an impossible exchange is an error, not a stored refusal.
    pub(super) const fn is_typed(&self) -> bool {
        matches!(self.amount, AmountInput::Major(_))
    }

    pub(super) fn check_memo(&self) -> Result<(), Error> {
        let Some(memo) = &self.memo else { return Ok(()) };
        if memo.chars().count() > MEMO_MAX {
            return Err(Code::TextTooLong.into());
        }
        // Not every engine can store it, and one request must not break the chunk it shares with others.
        if memo.contains('\0') {
            return Err(Code::NulByte.into());
        }
        Ok(())
    }

    /// The vouchers as stored.
    pub(super) fn read_vouchers(&self) -> Result<Vec<String>, Error> {
        read_vouchers(&self.vouchers)
    }
}
