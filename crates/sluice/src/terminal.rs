//! Makes texts from files and users safe to print on a terminal: control characters and invisible characters
//! are escaped as in source code (`\u{1b}`, `\u{200b}`).

use domain::visible::is_seen;

/// Whether a character would control the terminal, break the line or be invisible. Other whitespace is
/// allowed.
fn is_hidden(c: char) -> bool {
    let breaks = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    breaks || !(c.is_whitespace() || is_seen(c))
}

/// Escapes a text so that it stays on one line.
pub(crate) fn one_line(text: &str) -> String {
    escaped(text, is_hidden)
}

/// Escapes a text that may have several lines.
pub(crate) fn printable(text: &str) -> String {
    escaped(text, |c| c != '\n' && is_hidden(c))
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escaped(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Makes JSON safe for a terminal. Its meaning is unchanged, since such characters occur only inside strings.
pub(crate) fn json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                shown += &format!("\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_invisible_characters_are_escaped() {
        for (text, shown) in [
            ("red \u{1b}[31m\u{85}\u{7f}", "red \\u{1b}[31m\\u{85}\\u{7f}"),
            ("a\u{200b}b\u{202e}c\u{feff}\u{e0041}", "a\\u{200b}b\\u{202e}c\\u{feff}\\u{e0041}"),
            ("two\nlines\r", "two\\nlines\\r"),
            ("工资 é العربية 👍", "工资 é العربية 👍"),
        ] {
            assert_eq!(one_line(text), shown);
        }
        assert_eq!(printable("two\nlines\t"), "two\nlines\\t");
    }

    #[test]
    fn escaped_json_keeps_its_meaning() {
        let value = serde_json::json!({ "name": "a\u{9b}\u{e0041}\n\u{202e}工" });
        let shown = json(&value.to_string());
        assert!(!shown.chars().any(is_hidden), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
