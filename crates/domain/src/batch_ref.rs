//! How a batch is named from outside: by id or by batch number.

use crate::code::Code;
use crate::id::BatchId;
use crate::noun::NounId;

/// A batch's number, such as `batch-20251210-001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchNumber {
    /// The day in the organisation's time zone, as the eight digits `YYYYMMDD`.
    pub day: i64,
    /// The sequence number within that day, from 1.
    pub running: i64,
}

/// A batch as a request, a path or a user names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BatchRef {
    /// By id: `batch_9`, `9`, or a JSON number.
    Id(BatchId),
    /// By number: `batch-20251210-001`.
    Number(BatchNumber),
}

impl BatchNumber {
    /// Reads a number in its only spelling: eight digits, then at least three, zero-padded to three.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (day, running) = text.strip_prefix("batch-")?.split_once('-')?;
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if day.len() != 8 || !(3..=12).contains(&running.len()) || !digits(day) || !digits(running) {
            return None;
        }
        let number = Self { day: day.parse().ok()?, running: running.parse().ok()? };
        (number.running > 0 && number.to_string() == text).then_some(number)
    }
}

impl std::fmt::Display for BatchNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "batch-{:08}-{:03}", self.day, self.running)
    }
}

impl BatchRef {
    /// Reads `batch-20251210-001`, `batch_9` or `9`; anything else names no batch (`BATCH_NOT_FOUND`).
    pub fn parse(text: &str) -> Result<Self, Code> {
        let text = text.trim();
        let by_id = || BatchId::from_text(text).map(Self::Id).map_err(|_| Code::BatchNotFound);
        BatchNumber::read(text).map_or_else(by_id, |number| Ok(Self::Number(number)))
    }
}

impl From<BatchId> for BatchRef {
    fn from(id: BatchId) -> Self {
        Self::Id(id)
    }
}

impl std::fmt::Display for BatchRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => f.write_str(&id.tagged()),
            Self::Number(number) => number.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{check, said};

    #[test]
    fn a_batch_is_named_by_its_id_or_its_number_in_one_spelling() {
        let none = "BATCH_NOT_FOUND";
        check(
            &[
                ("batch-20251210-001", "batch-20251210-001"),
                ("batch-20251210-1001", "batch-20251210-1001"),
                (" batch-20251210-001 ", "batch-20251210-001"),
                ("batch_9", "batch_9"),
                ("9", "batch_9"),
                ("9007199254740991", "batch_9007199254740991"),
                ("9007199254740992", none),
                ("0", none),
                ("09", none),
                ("+9", none),
                ("-9", none),
                ("９", none),
                ("batch_09", none),
                ("xfer_9", none),
                ("Batch-20251210-001", none),
                ("batch-2025121-001", none),
                ("batch-20251210-1", none),
                ("batch-20251210-0001", none),
                ("batch-20251210-000", none),
                ("batch-20251210-00x", none),
                ("batch-20251210-+01", none),
                ("batch-20251210-0000000000001", none),
                ("batch-20251210", none),
                ("batch-20251210-001-2", none),
                ("", none),
            ],
            |text| said(BatchRef::parse(text)),
        );
    }
}
