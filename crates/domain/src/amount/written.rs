//! Sums of amounts as written, for control totals: exact, and computed before the currency is known.

use super::cause;
use super::value::{AMOUNT_MAX, SCALE_MAX, format_minor, parts};
use crate::code::Code;

/// An exact sum of amounts of one or several scales. Two sums are equal if their values are equal, however
/// many decimals they were written with.
#[derive(Debug, Clone, Copy, Default)]
pub struct WrittenSum {
    /// Units of 10^-[`SCALE_MAX`].
    units: i128,
    /// The largest number of decimals that was written.
    decimals: u8,
}

impl WrittenSum {
    /// Zero.
    pub const ZERO: Self = Self { units: 0, decimals: 0 };

    /// Reads one amount by the rules of [`crate::amount::Amount::parse`], with as many decimals as it has. More than
    /// [`SCALE_MAX`] decimals are `AMOUNT_PRECISION`; more than [`AMOUNT_MAX`] units of its last decimal are
    /// `AMOUNT_TOO_LARGE`.
    pub fn read(text: &str) -> Result<Self, Code> {
        let (whole, fraction) = parts(text).ok_or_else(|| cause::of(text))?;
        let decimals = u8::try_from(fraction.len()).ok().filter(|decimals| *decimals <= SCALE_MAX);
        let decimals = decimals.ok_or(Code::AmountPrecision)?;
        let mut number: i64 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            let next = number.checked_mul(10).and_then(|n| n.checked_add(i64::from(digit - b'0')));
            number = next.filter(|n| *n <= AMOUNT_MAX).ok_or(Code::AmountTooLarge)?;
        }
        let shift = 10_i128.pow(u32::from(SCALE_MAX - decimals));
        Ok(Self { units: i128::from(number) * shift, decimals })
    }

    /// The sum of two sums; `AMOUNT_TOO_LARGE` on overflow, which takes more rows than any file has.
    pub fn plus(self, other: Self) -> Result<Self, Code> {
        let units = self.units.checked_add(other.units).ok_or(Code::AmountTooLarge)?;
        Ok(Self { units, decimals: self.decimals.max(other.decimals) })
    }
}

impl PartialEq for WrittenSum {
    fn eq(&self, other: &Self) -> bool {
        self.units == other.units
    }
}

impl Eq for WrittenSum {}

impl std::fmt::Display for WrittenSum {
    /// In major units, with as many decimals as the longest fraction that was written.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cut = 10_i128.pow(u32::from(SCALE_MAX - self.decimals));
        f.write_str(&format_minor(self.units / cut, self.decimals))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(texts: &[&str]) -> Result<WrittenSum, Code> {
        texts.iter().try_fold(WrittenSum::ZERO, |sum, text| sum.plus(WrittenSum::read(text)?))
    }

    #[test]
    fn sums_are_exact_and_shown_with_the_most_decimals() {
        for (texts, shown) in [
            (&[][..], "0"),
            (&["0.1", "0.2"], "0.3"),
            (&["1", "2.50", "0.001"], "3.501"),
            (&["999999999999999999", "0.00000001"], "999999999999999999.00000001"),
        ] {
            assert_eq!(sum(texts).unwrap().to_string(), shown);
        }
        let many = vec!["999999999999999999"; 1_000];
        assert_eq!(sum(&many).unwrap().to_string(), "999999999999999999000");
    }

    #[test]
    fn text_that_is_not_an_amount_is_not_added() {
        for (text, code) in [
            ("0.000000001", Code::AmountPrecision),
            ("1000000000000000000", Code::AmountTooLarge),
            ("99999999999.99999999", Code::AmountTooLarge),
            ("1,5", Code::AmountDecimalComma),
            ("", Code::AmountFormat),
        ] {
            assert_eq!(WrittenSum::read(text), Err(code), "{text}");
        }
    }

    #[test]
    fn equal_values_are_equal_however_they_are_written() {
        assert_eq!(WrittenSum::read("1.5"), WrittenSum::read("1.50"));
        assert_ne!(WrittenSum::read("1.5"), WrittenSum::read("1.51"));
    }
}
