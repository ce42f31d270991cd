//! Pieces of text, as XML has them: joined up to the length of a field, and with escaped characters restored.

use std::borrow::Cow;

use crate::csv_reader::FIELD_MAX;

/// How much of a text is kept: enough to see that it is too long for a field.
const KEPT: usize = FIELD_MAX + 4;

/// How much of a text is kept before its escapes are restored, which take seven bytes for one at least.
const ESCAPED: usize = KEPT * 7;

/// Appends to a text with escapes until it is longer than a field may be.
pub(super) fn add(text: &mut String, piece: &str) {
    text.push_str(cut(piece, ESCAPED.saturating_sub(text.len())));
}

/// The beginning of a text, which is longer than a field may be if anything was cut off.
pub(super) fn begin(text: &str) -> &str {
    cut(text, KEPT)
}

fn cut(text: &str, room: usize) -> &str {
    let end = (0..=text.len().min(room)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// The text with characters in place of their escapes, such as `_x000D_`.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let (mut whole, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once("_x") {
        whole.push_str(before);
        let digits = after.get(..4).filter(|_| after.get(4..5) == Some("_"));
        let c = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match c {
            Some(c) => {
                whole.push(c);
                rest = after.get(5..).unwrap_or_default();
            }
            None => {
                whole.push_str("_x");
                rest = after;
            }
        }
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_characters_are_restored() {
        for (text, expected) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x12_", "_x12_"),
            ("a_xZZZZ_", "a_xZZZZ_"),
            ("好_x", "好_x"),
            ("_xD800_", "_xD800_"),
        ] {
            assert_eq!(unescape(text), expected, "{text}");
        }
    }
}
