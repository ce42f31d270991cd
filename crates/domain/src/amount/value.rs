//! An amount: minor units, and how they are read and written.

use super::cause;
use crate::code::Code;

/// The largest amount of one transfer, in minor units. Nine of them still fit an `i64`.
pub const AMOUNT_MAX: i64 = 999_999_999_999_999_999;

/// The highest scale of an asset: 10^8 minor units per major unit leave ten digits in an [`AMOUNT_MAX`].
pub const SCALE_MAX: u8 = 8;

/// A non-negative number of minor units, at most [`AMOUNT_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(i64);

impl Amount {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// An amount in minor units; `AMOUNT_NOT_POSITIVE` if negative, `AMOUNT_TOO_LARGE` above the bound.
    pub const fn new(minor: i64) -> Result<Self, Code> {
        if minor < 0 {
            Err(Code::AmountNotPositive)
        } else if minor > AMOUNT_MAX {
            Err(Code::AmountTooLarge)
        } else {
            Ok(Self(minor))
        }
    }

    /// The number of minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Reads major units strictly: ASCII digits, one dot, no sign, no exponent, no leading zero, at most
    /// `scale` decimals (trailing zeros beyond it are refused too). Every other spelling has a code that
    /// names the cause (`AMOUNT_SIGN`, `AMOUNT_GROUP_MARK`, …). Zero is accepted here; whether it may move is
    /// decided when it is posted.
    pub fn parse(text: &str, scale: u8) -> Result<Self, Code> {
        let (whole, fraction) = parts(text).ok_or_else(|| cause::of(text))?;
        if fraction.len() > usize::from(scale) {
            return Err(Code::AmountPrecision);
        }
        let padding = usize::from(scale) - fraction.len();
        let mut minor: i64 = 0;
        let zeros = std::iter::repeat_n(b'0', padding);
        for digit in whole.bytes().chain(fraction.bytes()).chain(zeros) {
            minor = minor
                .checked_mul(10)
                .and_then(|m| m.checked_add(i64::from(digit - b'0')))
                .ok_or(Code::AmountTooLarge)?;
        }
        Self::new(minor)
    }

    /// The sum, or `AMOUNT_TOO_LARGE`.
    pub fn plus(self, other: Self) -> Result<Self, Code> {
        Self::new(self.0.checked_add(other.0).ok_or(Code::AmountTooLarge)?)
    }

    /// In major units, with exactly `scale` decimals.
    #[must_use]
    pub fn display(self, scale: u8) -> String {
        format_minor(i128::from(self.0), scale)
    }
}

/// The digits before and after the dot, if the text is an amount.
pub(super) fn parts(text: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let zero_in_front = whole.len() > 1 && whole.starts_with('0');
    (!whole.is_empty() && !zero_in_front && digits(whole) && digits(fraction)).then_some((whole, fraction))
}

/// In major units, with exactly `scale` decimals, for a number that may be negative (a balance) or a sum
/// that no longer fits an `i64`.
#[must_use]
pub fn format_minor(minor: i128, scale: u8) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let digits = minor.unsigned_abs().to_string();
    let scale = usize::from(scale);
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(table: &str) {
        for line in table.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let got = match Amount::parse(parts[0], parts[1].parse().unwrap()) {
                Ok(amount) => amount.minor().to_string(),
                Err(code) => code.name().to_owned(),
            };
            assert_eq!(got, parts[2], "{line}");
        }
    }

    #[test]
    fn text_is_read_strictly() {
        check(
            "0        | 2 | 0
             0.01     | 2 | 1
             1.10     | 2 | 110
             1.1      | 2 | 110
             1        | 0 | 1
             1.0      | 0 | AMOUNT_PRECISION
             1.100    | 2 | AMOUNT_PRECISION
             1.234    | 3 | 1234
             1.2345   | 3 | AMOUNT_PRECISION
             0.000001 | 6 | 1
             9999999999999999.99  | 2 | 999999999999999999
             10000000000000000.00 | 2 | AMOUNT_TOO_LARGE
             99999999999999999999 | 2 | AMOUNT_TOO_LARGE",
        );
        assert_eq!(Amount::parse(&"9".repeat(10_000), 2), Err(Code::AmountTooLarge));
    }

    #[test]
    fn negative_and_very_large_sums_are_formatted_in_full() {
        assert_eq!(format_minor(-5, 2), "-0.05");
        assert_eq!(format_minor(i128::from(i64::MAX) * 10, 0), "92233720368547758070");
    }

    proptest! {
        #[test]
        fn a_displayed_amount_reads_back_unchanged(minor in 0..=AMOUNT_MAX, scale in 0..=SCALE_MAX) {
            let amount = Amount::new(minor).unwrap();
            prop_assert_eq!(Amount::parse(&amount.display(scale), scale), Ok(amount));
        }
    }
}
