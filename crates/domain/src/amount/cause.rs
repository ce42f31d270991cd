//! Why a text is not an amount: one code for each way of writing amounts that is not accepted.
//!
//! To add a cause, give it a code and a branch in [`of`], placed by priority: a text may have several causes,
//! and only the first is reported.

use crate::code::Code;

/// What people write as a minus or plus sign, at either end.
const SIGNS: &[char] = &['-', '+', '\u{2212}', '\u{2013}', '－', '＋'];
/// Commas; the full-width one comes from Chinese input methods.
const COMMAS: &[char] = &[',', '，'];
/// What people put between groups of digits, apart from commas and dots.
const GROUP_MARKS: &[char] = &['\'', '\u{2019}', '_', '·'];

/// Why [`crate::amount::Amount::parse`] refuses this text.
#[cold]
pub(super) fn of(text: &str) -> Code {
    let bare = text.trim();
    if bare.is_empty() {
        return Code::AmountFormat;
    }
    if has_sign(bare) {
        Code::AmountSign
    } else if has_exponent(bare) {
        Code::AmountExponent
    } else if bare.chars().any(is_letter) {
        Code::AmountLetters
    } else if bare.chars().any(|c| c.is_numeric() && !c.is_ascii_digit()) {
        Code::AmountDigits
    } else if let Some(code) = marks(bare) {
        code
    } else if bare.len() < text.len() {
        Code::AmountBlank
    } else {
        dot_and_zero(bare)
    }
}

fn has_sign(text: &str) -> bool {
    let inner = |c| text.strip_prefix(c).or_else(|| text.strip_suffix(c));
    let in_brackets = text.strip_prefix(['(', '（']).is_some_and(|rest| rest.ends_with([')', '）']));
    in_brackets || SIGNS.iter().any(|sign| inner(*sign).is_some())
}

/// `1e3`, `1.5E-2`: digits, then an `e`, then digits.
fn has_exponent(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    digits(exponent) && mantissa.bytes().any(|b| b.is_ascii_digit())
}

/// A letter of any script, or a currency symbol.
fn is_letter(c: char) -> bool {
    let is_currency =
        matches!(c, '$' | '¢'..='¥' | '\u{20a0}'..='\u{20cf}' | '＄' | '￠' | '￡' | '￥' | '￦');
    is_currency || c.is_alphabetic()
}

/// Commas, spaces and other marks between digits. `1,234` is ambiguous and counts as a group mark: that
/// message also says how to write the decimal mark.
fn marks(text: &str) -> Option<Code> {
    let group = |c: char| c.is_whitespace() || GROUP_MARKS.contains(&c);
    let known = |c: char| c.is_ascii_digit() || c == '.' || COMMAS.contains(&c) || group(c);
    if !text.chars().all(known) {
        return None;
    }
    let commas = text.matches(COMMAS).count();
    match text.rsplit_once(COMMAS) {
        Some((before, after)) if commas == 1 && is_decimal(before, after) => Some(Code::AmountDecimalComma),
        Some(_) => Some(Code::AmountGroupMark),
        None if text.contains(group) || has_grouping_dots(text) => Some(Code::AmountGroupMark),
        None => None,
    }
}

/// Whether the only comma of a text is a decimal mark: it follows a dot or another mark, follows a lone zero,
/// or is not followed by exactly three digits. A dot after it makes it a group mark.
fn is_decimal(before: &str, after: &str) -> bool {
    !after.contains('.')
        && (before.contains(|c: char| !c.is_ascii_digit()) || before == "0" || after.len() != 3)
}

/// `1.000.000`, `1.000.00`: each group between two dots has three digits.
fn has_grouping_dots(text: &str) -> bool {
    let pieces: Vec<&str> = text.split('.').collect();
    match pieces.as_slice() {
        [first, between @ .., _] if !between.is_empty() => {
            !first.is_empty() && between.iter().all(|piece| piece.len() == 3)
        }
        _ => false,
    }
}

fn dot_and_zero(text: &str) -> Code {
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, fraction)) if digits(whole) && digits(fraction) => {
            if whole.is_empty() || fraction.is_empty() {
                Code::AmountDigitMissing
            } else {
                Code::AmountLeadingZero
            }
        }
        None if digits(text) => Code::AmountLeadingZero,
        Some(_) | None => Code::AmountFormat,
    }
}

#[cfg(test)]
mod tests {
    use crate::amount::Amount;

    #[test]
    fn each_refused_way_of_writing_amounts_has_its_own_code() {
        for line in HABITS.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (text, code) = line.split_once(" => ").unwrap();
            let got = Amount::parse(&text.replace('_', " ").replace('~', "_"), 2).unwrap_err();
            assert_eq!(got.name(), code, "{line}");
        }
        assert_eq!(Amount::parse("", 2).unwrap_err().name(), "AMOUNT_FORMAT");
        assert_eq!(Amount::parse("1\u{a0}000.00", 2).unwrap_err().name(), "AMOUNT_GROUP_MARK");
        assert_eq!(Amount::parse("1\u{202f}000", 2).unwrap_err().name(), "AMOUNT_GROUP_MARK");
    }

    /// A space is written `_`, and `_` is written `~`.
    const HABITS: &str = "
        -1 => AMOUNT_SIGN
        +1 => AMOUNT_SIGN
        5.00- => AMOUNT_SIGN
        −5 => AMOUNT_SIGN
        －5 => AMOUNT_SIGN
        （5.00） => AMOUNT_SIGN
        (5.00) => AMOUNT_SIGN
        -1,000.00 => AMOUNT_SIGN
        -$5 => AMOUNT_SIGN
        $1.00 => AMOUNT_LETTERS
        1.00USD => AMOUNT_LETTERS
        1.00_€ => AMOUNT_LETTERS
        ￥5 => AMOUNT_LETTERS
        ¥1,000.00 => AMOUNT_LETTERS
        5元 => AMOUNT_LETTERS
        五百 => AMOUNT_LETTERS
        NaN => AMOUNT_LETTERS
        inf => AMOUNT_LETTERS
        0x10 => AMOUNT_LETTERS
        1,000.00 => AMOUNT_GROUP_MARK
        1,000 => AMOUNT_GROUP_MARK
        1,234 => AMOUNT_GROUP_MARK
        1，234 => AMOUNT_GROUP_MARK
        1,234,567 => AMOUNT_GROUP_MARK
        12,34,567.00 => AMOUNT_GROUP_MARK
        1.234.567 => AMOUNT_GROUP_MARK
        1.000.00 => AMOUNT_GROUP_MARK
        1_000.00 => AMOUNT_GROUP_MARK
        1_234 => AMOUNT_GROUP_MARK
        1'000 => AMOUNT_GROUP_MARK
        1’000 => AMOUNT_GROUP_MARK
        1~000 => AMOUNT_GROUP_MARK
        1.234,56 => AMOUNT_DECIMAL_COMMA
        1_234,56 => AMOUNT_DECIMAL_COMMA
        12,5 => AMOUNT_DECIMAL_COMMA
        12，5 => AMOUNT_DECIMAL_COMMA
        0,125 => AMOUNT_DECIMAL_COMMA
        1234,5678 => AMOUNT_DECIMAL_COMMA
        5, => AMOUNT_DECIMAL_COMMA
        1e3 => AMOUNT_EXPONENT
        1.25E+3 => AMOUNT_EXPONENT
        1E-2 => AMOUNT_EXPONENT
        .5 => AMOUNT_DIGIT_MISSING
        5. => AMOUNT_DIGIT_MISSING
        . => AMOUNT_DIGIT_MISSING
        １２ => AMOUNT_DIGITS
        １，０００.００ => AMOUNT_DIGITS
        ١٢ => AMOUNT_DIGITS
        ½ => AMOUNT_DIGITS
        01 => AMOUNT_LEADING_ZERO
        00.10 => AMOUNT_LEADING_ZERO
        _1 => AMOUNT_BLANK
        1.00_ => AMOUNT_BLANK
        1.2.3 => AMOUNT_FORMAT
        1..2 => AMOUNT_FORMAT
        12.3.2026 => AMOUNT_FORMAT
        1/2 => AMOUNT_FORMAT
        5% => AMOUNT_FORMAT
        =1+1 => AMOUNT_FORMAT
        1;5 => AMOUNT_FORMAT
    ";
}
