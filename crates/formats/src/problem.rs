//! What is wrong with a file, in the words of a person who has to mend it: line, column, code, value.

use domain::code::Code;

use crate::refusal::FileRefusal;

/// How many characters of a value a problem shows.
pub const VALUE_SHOWN: usize = domain::visible::SHOWN_MAX;

/// One thing that is wrong with a row, or with the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line of the file on which the row begins, from 1.
    pub line: u64,
    /// The header of the column as it is in the file, or the name of a column that is missing.
    pub column: Option<String>,
    /// What is wrong.
    pub code: Code,
    /// The value, shortened to [`VALUE_SHOWN`] characters, as [`shorten`] writes it.
    pub value: String,
}

impl Problem {
    /// A problem that belongs to no column.
    #[must_use]
    pub fn of_row(line: u64, code: Code, value: impl AsRef<[u8]>) -> Self {
        Self { line, column: None, code, value: shorten(value.as_ref()) }
    }

    /// A problem of one column.
    #[must_use]
    pub fn of_column(line: u64, column: &str, code: Code, value: impl AsRef<[u8]>) -> Self {
        Self { column: Some(shorten(column.as_bytes())), ..Self::of_row(line, code, value) }
    }
}

/// Why reading stops.
#[derive(Debug)]
pub enum ReadError {
    /// The bytes could not be had; the file may be fine.
    Io(std::io::Error),
    /// The file as a whole cannot be read.
    Refused(Box<FileRefusal>),
}

impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Problem> for ReadError {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem.into()))
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Refused(refusal) => write!(f, "line {}: {}", refusal.problem.line, refusal.problem.code),
        }
    }
}

impl std::error::Error for ReadError {}

/// The beginning of a value, safe to store and to show: what cannot be seen is escaped, invalid bytes are
/// replaced, and an ellipsis says that there is more.
#[must_use]
pub fn shorten(value: &[u8]) -> String {
    // One character more than is shown, so that the cut is seen.
    let enough = value.get(..VALUE_SHOWN * 4 + 4).unwrap_or(value);
    domain::visible::shown(&String::from_utf8_lossy(enough))
}
