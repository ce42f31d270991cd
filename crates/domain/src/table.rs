//! Tables of inputs and what comes of them, for tests.

use crate::code::Code;
use std::fmt::Display;

/// Holds what `got` makes of each input against the table.
pub fn check(rows: &[(&str, &str)], got: impl Fn(&str) -> String) {
    for (input, expected) in rows {
        assert_eq!(got(input), *expected, "for {}", input.escape_unicode());
    }
}

/// A value as it is written, or the name of its refusal.
pub fn said<T: Display>(result: Result<T, Code>) -> String {
    result.map_or_else(|code| code.to_string(), |value| value.to_string())
}
