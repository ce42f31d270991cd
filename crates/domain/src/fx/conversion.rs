//! A conversion: exact in integers until it is rounded once.

use super::policy::FxPolicy;
use super::rate::Rate;
use super::rounding::Rounding;
use crate::amount::Amount;
use crate::code::Code;
use rust_decimal::Decimal;

/// The outcome of a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    /// What the target receives.
    pub target: Amount,
    /// Exact minus rounded, in target minor units: between -0.5 and 0.5, or below 1 where it was rounded
    /// down. It is kept so that rounding gains and losses can be booked and audited.
    pub residual: Decimal,
    /// How it was rounded: by the pair's rounding mode, or down below the pair's minimum.
    pub rounding: Rounding,
}

/// `round(source x rate)` in the target's minor units, rounded as the pair's policy says; `AMOUNT_TOO_LARGE`
/// if the target cannot hold it. A small amount may round to zero; whether zero may move is decided when it
/// is posted.
pub fn convert(
    source: Amount,
    source_scale: u8,
    target_scale: u8,
    rate: &Rate,
    policy: &FxPolicy,
) -> Result<Conversion, Code> {
    let exact = exact(source, source_scale, target_scale, rate).ok_or(Code::AmountTooLarge)?;
    let rounding = policy.rounding_of(exact.floor);
    let up = rounding.up(exact.floor, exact.rest, exact.unit);
    let rounded = exact.floor.checked_add(u128::from(up)).ok_or(Code::AmountTooLarge)?;
    let target = Amount::new(i64::try_from(rounded).map_err(|_| Code::AmountTooLarge)?)?;
    let residual = exact.residual(up).ok_or(Code::AmountTooLarge)?;
    Ok(Conversion { target, residual, rounding })
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
    let mantissa = u128::try_from(rate.decimal().mantissa()).ok()?;
    let down = rate.decimal().scale().checked_add(u32::from(source_scale))?;
    let up = u32::from(target_scale);
    let factor = mantissa.checked_mul(power(up.saturating_sub(down))?)?;
    divide(minor, factor, down.saturating_sub(up))
}

/// `minor x factor / 10^decimals`. The product can have 150 bits, so the factor is split into two halves.
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

    /// source minor, source scale, target scale, rate | half up, half even | residual of half up
    #[test]
    fn conversions_are_exact_until_the_final_rounding() {
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
                let policy = FxPolicy { rounding, minimum: 0, ..FxPolicy::SHIPPED };
                convert(source, input[1].parse().unwrap(), input[2].parse().unwrap(), &rate, &policy)
            };
            let target =
                |rounding| run(rounding).map_or_else(|c| c.to_string(), |c| c.target.minor().to_string());
            let residual = run(Rounding::HalfUp).map_or("-".to_owned(), |c| c.residual.to_string());
            let got = format!("{} {}", target(Rounding::HalfUp), target(Rounding::HalfEven));
            assert_eq!((got.as_str(), residual.as_str()), (parts[1], parts[2]), "{line}");
        }
    }

    /// source minor (scale 2 to 2), rate, rounding, minimum | target, residual, how it was rounded
    #[test]
    fn a_result_below_the_minimum_is_rounded_down_whatever_the_mode() {
        let table = "1 0.52 half_up 0 | 1 -0.48 half_up
            1 0.52 half_up 100 | 0 0.52 down
            1 1.92 half_up 100 | 1 0.92 down
            191 0.52 half_up 100 | 99 0.32 down
            192 0.52 half_up 100 | 99 0.84 down
            194 0.52 half_up 100 | 101 -0.12 half_up
            193 0.52 half_up 100 | 100 0.36 half_up
            193 0.52 half_up 101 | 100 0.36 down
            3 0.5 half_even 0 | 2 -0.5 half_even
            3 0.5 half_even 2 | 1 0.5 down
            100000000 0.999999999 down 0 | 99999999 0.9 down
            500 2 down 100 | 1000 0 down";
        for line in table.lines().map(str::trim) {
            let (input, expected) = line.split_once(" | ").unwrap();
            let cells: Vec<&str> = input.split(' ').collect();
            let rounding = Rounding::from_name(cells[2]).unwrap();
            let policy = FxPolicy { rounding, minimum: cells[3].parse().unwrap(), ..FxPolicy::SHIPPED };
            let source = Amount::new(cells[0].parse().unwrap()).unwrap();
            let done = convert(source, 2, 2, &Rate::parse(cells[1]).unwrap(), &policy).unwrap();
            let got = format!("{} {} {}", done.target.minor(), done.residual, done.rounding.name());
            assert_eq!(got, expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn a_division_in_two_halves_is_exact(minor in 0..=999_999_999_u128, factor in 0..=u128::pow(10, 28), decimals in 0..=26_u32) {
            let exact = divide(minor, factor, decimals).unwrap();
            prop_assert!(exact.rest < exact.unit);
            prop_assert_eq!(exact.floor * exact.unit + exact.rest, minor * factor);
        }

        #[test]
        fn no_conversion_panics_and_residuals_stay_within_the_bounds_of_their_rounding(
            minor in 0..=AMOUNT_MAX, from in any::<u8>(), to in any::<u8>(), low in 1..=u32::MAX, high in any::<u32>(), scale in 0..=18_u32,
            minimum in 0..=AMOUNT_MAX,
        ) {
            let rate = Rate::new(Decimal::from_parts(low, high, high, false, scale)).unwrap();
            for (from, to) in [(from % 9, to % 9), (from, to)] {
                for rounding in Rounding::ALL {
                    let policy = FxPolicy { rounding, minimum, ..FxPolicy::SHIPPED };
                    if let Ok(done) = convert(Amount::new(minor).unwrap(), from, to, &rate, &policy) {
                        let is_down = done.rounding == Rounding::Down;
                        prop_assert_eq!(is_down, rounding == Rounding::Down || done.target.minor() < minimum);
                        let below_one = Decimal::ZERO <= done.residual && done.residual < Decimal::ONE;
                        let below_half = done.residual.abs() <= Decimal::new(5, 1);
                        prop_assert!((is_down && below_one) || (!is_down && below_half));
                    }
                }
            }
        }
    }
}
