//! Texts of files and people on a terminal: characters that would command it, or that nobody sees, are
//! written as in source code (`\u{1b}`, `\u{200b}`).

use domain::visible::is_seen;

/// Whether a character would command the terminal, break its line or leave no mark. Blanks are none of these.
fn is_hidden(c: char) -> bool {
    let breaks = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    breaks || !(c.is_whitespace() || is_seen(c))
}

/// A text of one line, whatever is in it.
pub(crate) fn one_line(text: &str) -> String {
    escaped(text, is_hidden)
}

/// A text that may have several lines of its own.
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

/// JSON that a terminal may show: it means the same, since such characters stand in its strings only.
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
    fn what_commands_a_terminal_or_hides_is_written_out() {
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
    fn json_means_the_same_after_it() {
        let value = serde_json::json!({ "name": "a\u{9b}\u{e0041}\n\u{202e}工" });
        let shown = json(&value.to_string());
        assert!(!shown.chars().any(is_hidden), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
