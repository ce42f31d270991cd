//! Texts of files and people on a terminal: characters that would command it, or that nobody sees, are
//! written as in source code (`\u{1b}`, `\u{200b}`).

/// Characters that are not controls and still leave no mark, or turn the text around: soft hyphen, joiners,
/// zero-width blanks, bidi marks, fillers, variation selectors, tags (Unicode: `Cf`, `Zl`, `Zp` and
/// `Default_Ignorable_Code_Point`).
const INVISIBLE: [(char, char); 24] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

fn is_hidden(c: char) -> bool {
    c.is_control() || INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&c))
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
