//! Texts that a spreadsheet would take for a formula, and how they are kept from it.
//!
//! In CSV, a text that begins like a formula gets one `'` before it, and so does one that begins with `'` and like a
//! formula after it. So a cell that begins with `'`, more of them or none, and then like a formula, is its text with
//! one `'` before it, and every other cell is its text. Our readers take the `'` back; a text such as `'tis` stays as
//! it is. "Like a formula" is one of `= + - @`, their full-width forms, a tab, a line break or NUL, after blanks or
//! none.
//!
//! In XLSX a text is never a formula. There only a text that begins with `'` itself is escaped, so that readers need
//! not know where a file came from: a CSV export that was saved as XLSX, or the other way round, reads the same.

use std::borrow::Cow;

/// Makes a text safe for spreadsheets: one that begins like a formula, even after spaces or with full-width
/// signs, is prefixed with `'`.
#[must_use]
pub fn guard(text: &str) -> Cow<'_, str> {
    if begins_like_a_formula(text) { quoted(text) } else { Cow::Borrowed(text) }
}

/// A text as a cell of CSV.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if begins_like_a_formula(text.trim_start_matches('\'')) { quoted(text) } else { Cow::Borrowed(text) }
}

/// A text as a cell of XLSX.
pub(crate) fn escaped_in_cell(text: &str) -> Cow<'_, str> {
    if text.starts_with('\'') { escaped(text) } else { Cow::Borrowed(text) }
}

/// The text of a cell of CSV or XLSX.
#[must_use]
pub fn taken_back(cell: &str) -> &str {
    let text = cell.strip_prefix('\'');
    text.filter(|text| begins_like_a_formula(text.trim_start_matches('\''))).unwrap_or(cell)
}

fn quoted(text: &str) -> Cow<'_, str> {
    Cow::Owned(format!("'{text}"))
}

fn begins_like_a_formula(text: &str) -> bool {
    // Most texts begin with a letter or a digit.
    if text.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric) {
        return false;
    }
    let blank = |c: char| c.is_whitespace() && !matches!(c, '\t' | '\r' | '\n');
    let first = text.chars().find(|c| !blank(*c));
    first.is_some_and(|c| {
        matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n' | '\0')
    })
}
