//! What spreadsheets do to values before they are saved as text: numbers become dates or lose digits, and errors and
//! narrow columns are saved as they are shown.
//!
//! Only damage that is certain in a single value is found here; what is only likely, and only for a whole column, is
//! in [`crate::lengths`].

use domain::code::Code;

use crate::layout::Holds;

/// Errors of spreadsheets, as they are shown.
const ERRORS: &[&str] =
    &["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"];

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The first byte of `月`.
const FIRST_OF_MONTH: u8 = 0xe6;

/// The longest text that may be a date or a number with an exponent.
const DATE_MAX: usize = 24;

/// Dates as spreadsheets show what was typed as `1-2` or `3/4`. `d` is a number and `m` the name of a month.
const DATES: &[&str] = &["d-m", "m-d", "d-m-d", "d月d日", "d年d月", "d年d月d日"];

/// Dates that may be an identifier, but not an amount.
const NUMERIC_DATES: &[&str] = &["d-d-d", "d/d/d", "d/d", "d-d"];

/// The damage of a value in a column of this kind.
pub(crate) fn of(text: &str, holds: Holds) -> Option<Code> {
    let is_error = text.starts_with('#')
        && (ERRORS.contains(&text) || (text.len() > 2 && text.bytes().all(|byte| byte == b'#')));
    if is_error {
        return Some(Code::CellError);
    }
    // Most values have none of these, and are many.
    let is_suspect = |byte: &u8| matches!(*byte, b'+' | b'-' | b'/' | FIRST_OF_MONTH);
    if text.len() > DATE_MAX || !text.as_bytes().iter().any(is_suspect) {
        return None;
    }
    match holds {
        Holds::Account | Holds::Identifier if is_exponent(text) => Some(Code::DigitsLost),
        Holds::Account | Holds::Identifier => has_shape(text, &[DATES]).then_some(Code::DateForNumber),
        Holds::Number => has_shape(text, &[DATES, NUMERIC_DATES]).then_some(Code::DateForNumber),
        Holds::Word | Holds::Text => None,
    }
}

/// `1.23E+15`
fn is_exponent(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once("E+").or_else(|| text.split_once("e+")) else {
        return false;
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    digits(exponent) && digits(whole) && digits(fraction)
}

fn has_shape(text: &str, shapes: &[&[&str]]) -> bool {
    shape(text).is_some_and(|shape| shapes.iter().any(|known| known.contains(&shape.as_str())))
}

/// The text with each number as `d` and each name of a month as `m`; none if it has another word.
fn shape(text: &str) -> Option<String> {
    let (mut shape, mut rest) = (String::new(), text);
    while let Some(first) = rest.chars().next() {
        let is_same = |c: char| {
            if first.is_ascii_digit() { c.is_ascii_digit() } else { c.is_ascii_alphabetic() }
        };
        if !first.is_ascii_alphanumeric() {
            shape.push(first);
            rest = rest.get(first.len_utf8()..)?;
            continue;
        }
        let end = rest.find(|c| !is_same(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end)?;
        let is_month = || MONTHS.iter().any(|month| month.eq_ignore_ascii_case(word));
        shape.push(match first.is_ascii_digit() {
            true if word.len() <= 4 => 'd',
            false if is_month() => 'm',
            _ => return None,
        });
        rest = after;
    }
    Some(shape)
}
