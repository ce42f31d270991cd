//! The policy of a currency pair: how far rates may differ, how conversions are rounded, how long a batch's
//! kept rate is valid (contract: "Rates and conversions"). 0 switches each bound off.

use super::rate::Rate;
use super::rounding::Rounding;
use crate::amount::{AMOUNT_MAX, format_minor};
use crate::code::Code;
use crate::fee::FeePolicy;

/// The widest tolerance, in parts per million: all of the stored rate.
pub const TOLERANCE_MAX: i64 = 1_000_000;
/// The longest validity of a batch's kept rate, in hours: ten years.
pub const MAX_AGE_H_MAX: i64 = 87_600;

const HOUR_US: i64 = 3_600_000_000;

/// The rules of one pair, in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FxPolicy {
    /// How far a client's rate may be from the stored rate, in parts per million of the stored rate, and the
    /// stored rate from a batch's kept rate, in parts per million of the kept rate. 0: no bound.
    pub tolerance_ppm: i64,
    /// What happens to the fraction below the target's minor unit.
    pub rounding: Rounding,
    /// Conversions that yield less than this, in minor units of the target, are rounded down whatever
    /// `rounding` says. 0: no minimum.
    pub minimum: i64,
    /// How long a batch may wait for its first execution at its kept rate, in hours. 0: indefinitely.
    pub max_age_h: i64,
}

impl Default for FxPolicy {
    fn default() -> Self {
        Self::SHIPPED
    }
}

impl FxPolicy {
    /// The default, which applies until an administrator sets another policy.
    pub const SHIPPED: Self =
        Self { tolerance_ppm: 20_000, rounding: Rounding::HalfUp, minimum: 100, max_age_h: 72 };

    /// `FX_POLICY_INVALID` if a number is negative or above its bound.
    pub fn check(&self) -> Result<(), Code> {
        let fits = (0..=TOLERANCE_MAX).contains(&self.tolerance_ppm)
            && (0..=AMOUNT_MAX).contains(&self.minimum)
            && (0..=MAX_AGE_H_MAX).contains(&self.max_age_h);
        if fits { Ok(()) } else { Err(Code::FxPolicyInvalid) }
    }

    /// Reads a tolerance such as `0.02` (2 %) as parts per million; a finer one is refused, not rounded.
    pub fn parse_tolerance(text: &str) -> Result<i64, Code> {
        FeePolicy::parse_rate(text).map_err(|_| Code::FxPolicyInvalid)
    }

    /// The tolerance as a fraction, such as `0.020000`.
    #[must_use]
    pub fn tolerance(&self) -> String {
        format_minor(i128::from(self.tolerance_ppm), 6)
    }

    /// Whether a client's rate is close enough to the stored one.
    #[must_use]
    pub fn admits(&self, client: &Rate, stored: &Rate) -> bool {
        self.tolerance_ppm == 0 || client.is_within(stored, self.tolerance_ppm)
    }

    /// Whether a batch may still be paid at its kept rate, given the rate that is stored now.
    #[must_use]
    pub fn holds(&self, kept: &Rate, stored: &Rate) -> bool {
        self.tolerance_ppm == 0 || stored.is_within(kept, self.tolerance_ppm)
    }

    /// Whether a rate kept at `kept_at` is too old at `now`, both in microseconds.
    #[must_use]
    pub const fn is_too_old(&self, kept_at: i64, now: i64) -> bool {
        self.max_age_h > 0 && now.saturating_sub(kept_at) > self.max_age_h.saturating_mul(HOUR_US)
    }

    /// How a conversion is rounded whose result is `floor` minor units of the target before rounding.
    pub(super) fn rounding_of(&self, floor: u128) -> Rounding {
        let is_small = i64::try_from(floor).is_ok_and(|floor| floor < self.minimum);
        if is_small { Rounding::Down } else { self.rounding }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_checked_and_zero_switches_each_one_off() {
        let shipped = FxPolicy::SHIPPED;
        let off = FxPolicy { tolerance_ppm: 0, minimum: 0, max_age_h: 0, ..shipped };
        for policy in [shipped, off] {
            assert_eq!(policy.check(), Ok(()));
        }
        for wrong in [
            FxPolicy { tolerance_ppm: -1, ..shipped },
            FxPolicy { tolerance_ppm: TOLERANCE_MAX + 1, ..shipped },
            FxPolicy { minimum: -1, ..shipped },
            FxPolicy { minimum: AMOUNT_MAX + 1, ..shipped },
            FxPolicy { max_age_h: -1, ..shipped },
            FxPolicy { max_age_h: MAX_AGE_H_MAX + 1, ..shipped },
        ] {
            assert_eq!(wrong.check(), Err(Code::FxPolicyInvalid), "{wrong:?}");
        }
        let rate = |text| Rate::parse(text).unwrap();
        let far = (rate("1000000000"), rate("0.9"));
        assert_eq!((shipped.admits(&far.0, &far.1), off.admits(&far.0, &far.1)), (false, true));
        assert_eq!((shipped.holds(&far.0, &far.1), off.holds(&far.0, &far.1)), (false, true));
        assert_eq!((shipped.is_too_old(0, i64::MAX), off.is_too_old(0, i64::MAX)), (true, false));
    }

    #[test]
    fn a_kept_rate_is_valid_to_its_last_microsecond() {
        let age = 72 * HOUR_US;
        let shipped = FxPolicy::SHIPPED;
        assert_eq!((shipped.is_too_old(7, 7 + age), shipped.is_too_old(7, 8 + age)), (false, true));
        // Setting the clock back does not make a rate older.
        assert!(!shipped.is_too_old(7, 0));
    }

    /// kept, then stored | whether the batch is paid
    #[test]
    fn the_tolerance_of_a_kept_rate_is_relative_to_the_kept_rate() {
        for (kept, stored, expected) in [
            ("1", "1.02", true),
            ("1", "1.020001", false),
            ("1", "0.98", true),
            ("1.02", "1", true),
            ("1.0205", "1", false),
        ] {
            let got = FxPolicy::SHIPPED.holds(&Rate::parse(kept).unwrap(), &Rate::parse(stored).unwrap());
            assert_eq!(got, expected, "{kept} {stored}");
        }
    }

    #[test]
    fn a_tolerance_is_a_fraction_with_at_most_six_decimals() {
        for (text, expected) in [
            ("0.02", Ok(20_000)),
            ("0", Ok(0)),
            ("1", Ok(1_000_000)),
            ("0.0000001", Err(Code::FxPolicyInvalid)),
            ("-0.1", Err(Code::FxPolicyInvalid)),
            ("2 %", Err(Code::FxPolicyInvalid)),
        ] {
            assert_eq!(FxPolicy::parse_tolerance(text), expected, "{text}");
        }
        assert_eq!(FxPolicy::SHIPPED.tolerance(), "0.020000");
    }
}
