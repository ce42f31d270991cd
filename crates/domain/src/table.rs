//! Tables of inputs and expected outputs, for tests.

use crate::code::Code;
use std::fmt::Display;

/// Compares what `got` returns for each input with the table.
pub fn check(rows: &[(&str, &str)], got: impl Fn(&str) -> String) {
    for (input, expected) in rows {
        assert_eq!(got(input), *expected, "for {}", input.escape_unicode());
    }
}

/// The displayed value, or the name of the refusal code.
pub fn said<T: Display>(result: Result<T, Code>) -> String {
    result.map_or_else(|code| code.to_string(), |value| value.to_string())
}
