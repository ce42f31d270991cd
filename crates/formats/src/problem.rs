//! What is wrong with a file, as the user who has to fix it needs to know: line, column, code, value.

use domain::code::Code;

/// How many characters of the value a problem shows.
pub const VALUE_SHOWN: usize = domain::visible::SHOWN_MAX;

/// One problem with a row, or with the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line the row begins on, from 1.
    pub line: u64,
    /// The column's header as in the file, or the name of a missing column.
    pub column: Option<String>,
    /// What is wrong.
    pub code: Code,
    /// The value, shortened to [`VALUE_SHOWN`] characters, as [`shorten`] writes it.
    pub value: String,
}

impl Problem {
    /// A problem that does not belong to a single column.
    #[must_use]
    pub fn of_row(line: u64, code: Code, value: impl AsRef<[u8]>) -> Self {
        Self { line, column: None, code, value: shorten(value.as_ref()) }
    }

    /// A problem with one column.
    #[must_use]
    pub fn of_column(line: u64, column: &str, code: Code, value: impl AsRef<[u8]>) -> Self {
        Self { column: Some(shorten(column.as_bytes())), ..Self::of_row(line, code, value) }
    }
}

/// The beginning of a value, safe to store and display: invisible characters are escaped, invalid bytes are
/// replaced, and an ellipsis shows where it was cut.
#[must_use]
pub fn shorten(value: &[u8]) -> String {
    // At least one character more than is shown, so that the cut is detected.
    let enough = value.get(..VALUE_SHOWN * 4 + 4).unwrap_or(value);
    domain::visible::shown(&String::from_utf8_lossy(enough))
}
