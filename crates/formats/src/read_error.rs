//! Why reading a file stopped: an I/O error, or a refusal of the whole file.

use crate::problem::Problem;
use crate::refusal::FileRefusal;

/// Why reading stopped.
#[derive(Debug)]
pub enum ReadError {
    /// The bytes could not be read; the file may be fine.
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
