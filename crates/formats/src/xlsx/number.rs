//! The numbers of a spreadsheet as decimal text. A spreadsheet shows 15 digits of a number, so that is its value:
//! `0.30000000000000004` is what a sum of 0.1 and 0.2 is stored as.

use std::borrow::Cow;

/// How many digits a spreadsheet keeps.
const DIGITS: usize = 15;

/// From here on a number has more digits before its decimal mark than a spreadsheet keeps.
const LONG: f64 = 1e15;

/// Numbers of this many digits and more are not written out.
const WRITTEN_OUT_MAX: i32 = 60;

/// The number in plain decimal text, and whether it has more digits than a spreadsheet keeps. `stored` is the text it was
/// read from. None if it is not finite.
pub(super) fn written(stored: &str, number: f64) -> Option<(Cow<'_, str>, bool)> {
    if !number.is_finite() {
        return None;
    }
    let is_long = number.abs() >= LONG;
    if !is_long && is_plain(stored) {
        return Some((Cow::Borrowed(stored), false));
    }
    let scientific = format!("{number:.*e}", DIGITS - 1);
    let (mantissa, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    if exponent.abs() > WRITTEN_OUT_MAX {
        return Some((Cow::Owned(stored.to_owned()), is_long));
    }
    Some((Cow::Owned(plain(mantissa, exponent)), is_long))
}

/// Whether the text is a decimal that needs no rewriting.
fn is_plain(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let has_one_spelling = whole == "0" || !whole.starts_with('0');
    digits(whole) && digits(fraction) && has_one_spelling && unsigned.len() <= DIGITS && text != "-0"
}

/// `-1.25` and `3` as `-1250`.
fn plain(mantissa: &str, exponent: i32) -> String {
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    let point = usize::try_from(exponent + 1).unwrap_or(0);
    if exponent < 0 {
        let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
        return format!("{sign}0.{}{digits}", "0".repeat(zeros));
    }
    match digits.split_at_checked(point) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits:0<point$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_the_digits_that_a_spreadsheet_shows() {
        for (stored, expected, is_long) in [
            ("0", "0", false),
            ("-0", "0", false),
            ("12.5", "12.5", false),
            ("1250.00", "1250.00", false),
            ("0.30000000000000004", "0.3", false),
            ("1234.5600000000001", "1234.56", false),
            ("1E3", "1000", false),
            ("1.5E-3", "0.0015", false),
            ("-2.5E2", "-250", false),
            ("007", "7", false),
            ("999999999999999", "999999999999999", false),
            ("1234567890123456", "1234567890123460", true),
            ("1.23457E+15", "1234570000000000", true),
            ("6.2220212345678901E18", "6222021234567890000", true),
            ("1E300", "1E300", true),
            ("1E-300", "1E-300", false),
            ("0.1", "0.1", false),
            (".5", "0.5", false),
        ] {
            let (text, long) = written(stored, stored.parse().unwrap()).unwrap();
            assert_eq!((text.as_ref(), long), (expected, is_long), "{stored}");
        }
        assert_eq!(written("inf", f64::INFINITY), None);
    }
}
