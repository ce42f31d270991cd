//! Fees: none up to the threshold or between accounts of one holder, else
//! `clamp(rate x amount, min, max)` (design, section 4; numbers of document 004).

use crate::code::Code;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// How a transfer is charged. All amounts are in minor units of the source's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeePolicy {
    /// Amounts up to and including this one are free.
    pub threshold: i64,
    /// The share of the amount, in parts per million: 1,000 is 0.1 %.
    pub rate_ppm: i64,
    /// The smallest fee above the threshold.
    pub min: i64,
    /// The largest fee.
    pub max: i64,
}

impl FeePolicy {
    /// No fee.
    pub const NONE: Self = Self { threshold: i64::MAX, rate_ppm: 0, min: 0, max: i64::MAX };

    /// The fee charged on top of an amount, in minor units, rounded half away from zero.
    pub fn fee(&self, amount: i64) -> Result<i64, Code> {
        if amount <= self.threshold {
            return Ok(0);
        }
        let exact = i128::from(amount)
            .checked_mul(i128::from(self.rate_ppm))
            .and_then(|product| product.checked_add(500_000))
            .ok_or(Code::FeeOverflow)?;
        let rounded = exact / 1_000_000;
        let least = rounded.max(i128::from(self.min));
        // `i64::MAX` means no cap: a fee beyond it cannot be charged, so it is an overflow.
        let capped = if self.max == i64::MAX { least } else { least.min(i128::from(self.max)) };
        i64::try_from(capped).map_err(|_| Code::FeeOverflow)
    }

    /// Reads a rate such as `0.001` as parts per million; finer rates are refused, not rounded.
    pub fn parse_rate(text: &str) -> Result<i64, Code> {
        let rate: Decimal = text.parse().map_err(|_| Code::PolicyInvalid)?;
        let ppm = rate.checked_mul(Decimal::from(1_000_000)).ok_or(Code::PolicyInvalid)?;
        if ppm.is_sign_negative() || !ppm.fract().is_zero() {
            return Err(Code::PolicyInvalid);
        }
        ppm.to_i64().ok_or(Code::PolicyInvalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &str) {
        let policy = FeePolicy { threshold: 100_000, rate_ppm: 1_000, min: 100, max: 5_000 };
        for line in table.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let (amount, fee) = line.split_once("->").unwrap();
            assert_eq!(policy.fee(amount.trim().parse().unwrap()), Ok(fee.trim().parse().unwrap()), "{line}");
        }
    }

    #[test]
    fn there_is_no_fee_up_to_the_threshold_and_a_clamped_fee_above_it() {
        check(
            "0        -> 0
             100000   -> 0
             100001   -> 100
             150000   -> 150
             150499   -> 150
             150500   -> 151
             5000000  -> 5000
             5000001  -> 5000
             900000000 -> 5000",
        );
    }

    #[test]
    fn a_fee_that_no_balance_can_hold_is_refused_unless_it_is_capped() {
        let absurd = FeePolicy { threshold: 0, rate_ppm: i64::MAX, min: 0, max: i64::MAX };
        assert_eq!(absurd.fee(2_000_000), Err(Code::FeeOverflow));
        assert_eq!(FeePolicy { max: 5_000, ..absurd }.fee(2_000_000), Ok(5_000));
    }

    #[test]
    fn a_rate_finer_than_a_millionth_is_refused() {
        assert_eq!(FeePolicy::parse_rate("0.001"), Ok(1_000));
        assert_eq!(FeePolicy::parse_rate("0.0000001"), Err(Code::PolicyInvalid));
        assert_eq!(FeePolicy::parse_rate("-0.1"), Err(Code::PolicyInvalid));
    }
}
