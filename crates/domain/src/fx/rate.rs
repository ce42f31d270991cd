//! Exchange rates: how they are read, and how far two rates may differ.

use crate::code::Code;
use rust_decimal::Decimal;

/// One, in parts per million.
const MILLION: u128 = 1_000_000;

/// The most decimals in a rate.
pub const RATE_DECIMALS_MAX: u32 = 18;

/// Target major units for one source major unit: positive, with at most [`RATE_DECIMALS_MAX`] decimals and no
/// trailing zeros, so that each rate has one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(Decimal);

impl Rate {
    /// A rate from a decimal that was parsed elsewhere.
    pub fn new(decimal: Decimal) -> Result<Self, Code> {
        let rate = decimal.normalize();
        let valid = rate > Decimal::ZERO && rate.scale() <= RATE_DECIMALS_MAX;
        if valid { Ok(Self(rate)) } else { Err(Code::RateInvalid) }
    }

    /// Reads a rate strictly: ASCII digits, one dot, no sign, no exponent, no leading zero, no rounding.
    pub fn parse(text: &str) -> Result<Self, Code> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |s: &str| !s.is_empty() && s.len() <= 28 && s.bytes().all(|b| b.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        let too_fine = u32::try_from(fraction.len()).map_or(true, |n| n > RATE_DECIMALS_MAX);
        if leading_zero || too_fine || !digits(whole) || !digits(fraction) {
            return Err(Code::RateInvalid);
        }
        Self::new(Decimal::from_str_exact(text).map_err(|_| Code::RateInvalid)?)
    }

    /// The number itself.
    #[must_use]
    pub const fn decimal(&self) -> Decimal {
        self.0
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Rate {
    /// Whether this rate differs from a stored one by at most `tolerance_ppm` parts per million of the stored
    /// one. The comparison is exact.
    #[must_use]
    pub fn is_within(&self, stored: &Self, tolerance_ppm: i64) -> bool {
        let tolerance = u128::try_from(tolerance_ppm).unwrap_or(0);
        let decimals = self.0.scale().max(stored.0.scale());
        let bounds = (
            stored.scaled(decimals, MILLION - tolerance.min(MILLION)),
            stored.scaled(decimals, MILLION.saturating_add(tolerance)),
        );
        let own = self.scaled(decimals, MILLION);
        bounds.0 <= own && own <= bounds.1
    }

    /// `rate x 10^decimals x factor`, high half first. A mantissa has 96 bits, 10^18 has 60, and the factor
    /// at most 84, so the product needs two words.
    fn scaled(&self, decimals: u32, factor: u128) -> (u128, u128) {
        let mantissa = self.0.mantissa().unsigned_abs();
        let power = 10_u128.saturating_pow(decimals.saturating_sub(self.0.scale()));
        let (low, high) = mantissa.carrying_mul(power.saturating_mul(factor), 0);
        (high, low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_strictly() {
        let table = "7.10 | 7.1
            1 | 1
            0.000000000000000001 | 0.000000000000000001
            1.000000000000000000 | 1
            79228162514264337593543950335 | RATE_INVALID
            1234567890123456789012345678 | 1234567890123456789012345678
            0.0000000000000000001 | RATE_INVALID
            1.0000000000000000000 | RATE_INVALID
            12345678901234567890.123456789012 | RATE_INVALID
            0 | RATE_INVALID
            0.00 | RATE_INVALID
            -1 | RATE_INVALID
            +1 | RATE_INVALID
            1e3 | RATE_INVALID
            1_0 | RATE_INVALID
            1,5 | RATE_INVALID
            .5 | RATE_INVALID
            5. | RATE_INVALID
            1.2.3 | RATE_INVALID
            07.1 | RATE_INVALID
            ７ | RATE_INVALID
             | RATE_INVALID";
        for line in table.lines().map(str::trim) {
            let (text, expected) = line.split_once('|').unwrap();
            let got = Rate::parse(text.trim()).map_or_else(|c| c.to_string(), |r| r.to_string());
            assert_eq!(got, expected.trim(), "{line}");
        }
        assert_eq!(Rate::parse(&"9".repeat(10_000)), Err(Code::RateInvalid));
    }

    /// client's rate, stored rate, parts per million | whether it is within the tolerance
    #[test]
    fn a_rate_is_within_its_tolerance_to_the_last_digit() {
        let table = "0.9 0.9 0 | true
            0.900000000000000001 0.9 0 | false
            0.918 0.9 20000 | true
            0.918000000000000001 0.9 20000 | false
            0.882 0.9 20000 | true
            0.881999999999999999 0.9 20000 | false
            91 0.91 20000 | false
            1000000000 0.9 20000 | false
            0.000000000000000001 0.9 1000000 | true
            1.8 0.9 1000000 | true
            1.800000000000000001 0.9 1000000 | false
            0.000000000000000001 1234567890123456789012345678 999999 | false
            1234567890123456789012345678 0.000000000000000001 1000000 | false
            1234567890123456789012345678 1234567890123456789012345678 0 | true
            1234567890123456789012345678 1234567890123456789012345677 0 | false
            9 0.9 -1 | false";
        for line in table.lines().map(str::trim) {
            let (input, expected) = line.split_once(" | ").unwrap();
            let cells: Vec<&str> = input.split(' ').collect();
            let rate = |place: usize| Rate::parse(cells[place]).unwrap();
            let got = rate(0).is_within(&rate(1), cells[2].parse().unwrap());
            assert_eq!(got.to_string(), expected, "{line}");
        }
    }
}
