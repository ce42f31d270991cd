//! The two languages of the command line. Both texts are written side by side where they are used, and
//! neither can be omitted: [`say()`] takes two, and [`say!`] takes two formats over the same values.
//!
//! What stays English: `--help`, log lines, and names that scripts rely on (codes, JSON keys, options).

use domain::code::Language;

/// A fixed text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Say {
    english: &'static str,
    chinese: &'static str,
}

/// A fixed text in both languages.
pub(crate) const fn say(english: &'static str, chinese: &'static str) -> Say {
    Say { english, chinese }
}

impl Say {
    /// The text in the given language.
    pub(crate) const fn to(self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::Chinese => self.chinese,
        }
    }
}

impl std::fmt::Display for Say {
    /// In English, for errors that `clap` shows with its own texts.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.english)
    }
}

// Lets the parser of an option refuse a value in both languages.
impl std::error::Error for Say {}

mod sentence {
    /// A sentence with placeholders: `say!(language, "{n} rows", "{n} 行")`.
    macro_rules! say {
        ($language:expr, $english:literal, $chinese:literal $(, $($values:tt)*)?) => {
            match $language {
                ::domain::code::Language::English => format!($english $(, $($values)*)?),
                ::domain::code::Language::Chinese => format!($chinese $(, $($values)*)?),
            }
        };
    }
    pub(crate) use say;
}
pub(crate) use sentence::say;

/// A whole number with thousands separators: 2,345.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (2_345, "2,345"), (-1_000_000, "-1,000,000")] {
            assert_eq!(grouped(number), text);
        }
    }
}
