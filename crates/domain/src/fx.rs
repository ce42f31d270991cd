//! Exchange: a rate, how a conversion is rounded, and what the rounding left.
//!
//! The product is exact: it is taken in integers, because a decimal of 28 digits would round a large amount
//! before the rounding that was asked for. To add a way of rounding, give [`Rounding`] a variant with the
//! next free number and say in `Rounding::up` when it goes up.

use rust_decimal::Decimal;

use crate::amount::Amount;
use crate::code::Code;

/// The most decimals of a rate.
pub const RATE_DECIMALS_MAX: u32 = 18;

/// Target major units for one source major unit: positive, at most [`RATE_DECIMALS_MAX`] decimals, without
/// trailing zeros, so that one rate has one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(Decimal);

impl Rate {
    /// A rate of a decimal that came from elsewhere.
    pub fn new(decimal: Decimal) -> Result<Self, Code> {
        let rate = decimal.normalize();
        let valid = rate > Decimal::ZERO && rate.scale() <= RATE_DECIMALS_MAX;
        if valid { Ok(Self(rate)) } else { Err(Code::RateInvalid) }
    }

    /// Reads a rate strictly: ASCII digits, one dot, no sign, no exponent, no leading zero, nothing rounded.
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

/// What happens to the part below the target's minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rounding {
    /// Half goes up, away from zero: what people expect of money.
    #[default]
    HalfUp,
    /// Half goes to the even neighbour, so that many conversions do not drift upwards.
    HalfEven,
}

impl Rounding {
    /// The number that is stored; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::HalfUp => 1,
            Self::HalfEven => 2,
        }
    }

    /// The rounding of a stored number.
    #[must_use]
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::HalfUp),
            2 => Some(Self::HalfEven),
            _ => None,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfUp => "half_up",
            Self::HalfEven => "half_even",
        }
    }

    /// Whether `floor + rest / unit` becomes `floor + 1`.
    const fn up(self, floor: u128, rest: u128, unit: u128) -> bool {
        let below = unit - rest;
        match self {
            Self::HalfUp => rest >= below,
            Self::HalfEven => rest > below || (rest == below && floor % 2 == 1),
        }
    }
}

/// The outcome of a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    /// What the target gets.
    pub target: Amount,
    /// Exact minus rounded, in target minor units: between -0.5 and 0.5. It is kept so that what rounding
    /// gives or takes can be booked and audited.
    pub residual: Decimal,
}

/// `round(source x rate)` in the target's minor units; `AMOUNT_TOO_LARGE` if the target cannot hold it.
pub fn convert(
    source: Amount,
    source_scale: u8,
    target_scale: u8,
    rate: &Rate,
    rounding: Rounding,
) -> Result<Conversion, Code> {
    let exact = exact(source, source_scale, target_scale, rate).ok_or(Code::AmountTooLarge)?;
    let up = rounding.up(exact.floor, exact.rest, exact.unit);
    let rounded = exact.floor.checked_add(u128::from(up)).ok_or(Code::AmountTooLarge)?;
    let target = Amount::new(i64::try_from(rounded).map_err(|_| Code::AmountTooLarge)?)?;
    let residual = exact.residual(up).ok_or(Code::AmountTooLarge)?;
    Ok(Conversion { target, residual })
}

/// `floor + rest / unit`, where `unit` is ten to the power of `decimals`.
struct Exact {
    floor: u128,
    rest: u128,
    unit: u128,
    decimals: u32,
}

impl Exact {
    fn residual(&self, up: bool) -> Option<Decimal> {
        let taken = if up { self.unit } else { 0 };
        let difference = i128::try_from(self.rest).ok()?.checked_sub(i128::try_from(taken).ok()?)?;
        Decimal::try_from_i128_with_scale(difference, self.decimals).ok().map(|d| d.normalize())
    }
}

fn exact(source: Amount, source_scale: u8, target_scale: u8, rate: &Rate) -> Option<Exact> {
    let minor = u128::try_from(source.minor()).ok()?;
    let mantissa = u128::try_from(rate.0.mantissa()).ok()?;
    let down = rate.0.scale().checked_add(u32::from(source_scale))?;
    let up = u32::from(target_scale);
    let factor = mantissa.checked_mul(power(up.saturating_sub(down))?)?;
    divide(minor, factor, down.saturating_sub(up))
}

/// `minor x factor / 10^decimals`. The product can have 150 bits, so the factor is taken in two halves.
fn divide(minor: u128, factor: u128, decimals: u32) -> Option<Exact> {
    let unit = power(decimals)?;
    let low_digits = decimals.min(13);
    let (low_unit, high_unit) = (power(low_digits)?, power(decimals - low_digits)?);
    let whole = minor.checked_mul(factor / unit)?;
    let below = factor % unit;
    let low = minor.checked_mul(below % low_unit)?;
    let high = minor.checked_mul(below / low_unit)?.checked_add(low / low_unit)?;
    let floor = whole.checked_add(high / high_unit)?;
    let rest = (high % high_unit).checked_mul(low_unit)?.checked_add(low % low_unit)?;
    Some(Exact { floor, rest, unit, decimals })
}

fn power(exponent: u32) -> Option<u128> {
    10_u128.checked_pow(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::AMOUNT_MAX;
    use proptest::prelude::*;

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

    /// source minor, source scale, target scale, rate | half up, half even | residual of half up
    #[test]
    fn conversions_are_exact_until_they_are_rounded() {
        let table = "10000 2 2 7.1 | 71000 71000 | 0
            1 2 2 0.5    | 1 0 | -0.5
            3 2 2 0.5    | 2 2 | -0.5
            1 2 2 0.49   | 0 0 | 0.49
            100 2 0 151.237 | 151 151 | 0.237
            100 0 2 0.0066 | 66 66 | 0
            1 0 8 1.5    | 150000000 150000000 | 0
            100000000 8 0 1600000000.000000000000000001 | 1600000000 1600000000 | 0.000000000000000001
            999999999999999999 8 0 10000000.000000000000000001 | 100000000000000000 100000000000000000 | -0.09999999000000000000000001
            999999999999999999 0 0 1 | 999999999999999999 999999999999999999 | 0
            999999999999999999 0 0 1.1 | AMOUNT_TOO_LARGE AMOUNT_TOO_LARGE | -
            999999999999999999 0 8 1234567890123456789012345678 | AMOUNT_TOO_LARGE AMOUNT_TOO_LARGE | -
            0 2 2 3 | 0 0 | 0";
        for line in table.lines().map(str::trim) {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let input: Vec<&str> = parts[0].split(' ').collect();
            let run = |rounding| {
                let source = Amount::new(input[0].parse().unwrap()).unwrap();
                let rate = Rate::parse(input[3]).unwrap();
                convert(source, input[1].parse().unwrap(), input[2].parse().unwrap(), &rate, rounding)
            };
            let target =
                |rounding| run(rounding).map_or_else(|c| c.to_string(), |c| c.target.minor().to_string());
            let residual = run(Rounding::HalfUp).map_or("-".to_owned(), |c| c.residual.to_string());
            let got = format!("{} {}", target(Rounding::HalfUp), target(Rounding::HalfEven));
            assert_eq!((got.as_str(), residual.as_str()), (parts[1], parts[2]), "{line}");
        }
    }

    #[test]
    fn roundings_read_back_from_their_numbers() {
        for rounding in [Rounding::HalfUp, Rounding::HalfEven] {
            assert_eq!(Rounding::from_number(rounding.number()), Some(rounding));
        }
        assert_eq!((Rounding::from_number(0), Rounding::default().name()), (None, "half_up"));
    }

    proptest! {
        #[test]
        fn the_halves_of_a_division_make_the_whole(minor in 0..=999_999_999_u128, factor in 0..=u128::pow(10, 28), decimals in 0..=26_u32) {
            let exact = divide(minor, factor, decimals).unwrap();
            prop_assert!(exact.rest < exact.unit);
            prop_assert_eq!(exact.floor * exact.unit + exact.rest, minor * factor);
        }

        #[test]
        fn no_conversion_panics_and_residuals_are_half_a_unit_at_most(
            minor in 0..=AMOUNT_MAX, from in any::<u8>(), to in any::<u8>(), low in 1..=u32::MAX, high in any::<u32>(), scale in 0..=18_u32,
        ) {
            let rate = Rate::new(Decimal::from_parts(low, high, high, false, scale)).unwrap();
            for (from, to) in [(from % 9, to % 9), (from, to)] {
                for rounding in [Rounding::HalfUp, Rounding::HalfEven] {
                    if let Ok(done) = convert(Amount::new(minor).unwrap(), from, to, &rate, rounding) {
                        prop_assert!(done.residual.abs() <= Decimal::new(5, 1));
                    }
                }
            }
        }
    }
}
