//! Tables whose texts can be restored to the byte, and that are safe in a spreadsheet all the same.

use crate::result::guard;
use std::borrow::Cow;
use std::io::Result;

/// A cell of such a table.
#[derive(Debug, Clone, Copy)]
pub enum ExactCell<'a> {
    /// A number; empty if there is none.
    Number(Option<i64>),
    /// A word of ours: a state, a code, a currency, a time, an amount.
    Word(&'a str),
    /// A text that somebody wrote; empty if there is none.
    Text(&'a str),
}

/// Writes rows as CSV into memory.
#[derive(Debug)]
pub struct ExactWriter {
    csv: csv::Writer<Vec<u8>>,
}

impl Default for ExactWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl ExactWriter {
    /// A table without rows.
    #[must_use]
    pub fn new() -> Self {
        Self { csv: csv::Writer::from_writer(Vec::new()) }
    }

    /// Adds the header.
    pub fn header(&mut self, names: &[&str]) -> Result<()> {
        Ok(self.csv.write_record(names)?)
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[ExactCell<'_>]) -> Result<()> {
        for cell in cells {
            match cell {
                ExactCell::Number(None) => self.csv.write_field("")?,
                ExactCell::Number(Some(number)) => self.csv.write_field(number.to_string())?,
                ExactCell::Word(word) => self.csv.write_field(word)?,
                ExactCell::Text(text) => self.csv.write_field(quoted(text).as_bytes())?,
            }
        }
        Ok(self.csv.write_record(None::<&[u8]>)?)
    }

    /// The bytes of the rows.
    pub fn finish(self) -> Result<Vec<u8>> {
        self.csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// [`guard`] that can be undone: a text that begins with `'` gets another one, so a cell that begins with `'` is its
/// text with one `'` before it.
fn quoted(text: &str) -> Cow<'_, str> {
    if text.starts_with('\'') { Cow::Owned(format!("'{text}")) } else { guard(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_restored_by_dropping_one_quote() {
        let texts = ["", "plain", "=1+1", "'", "'=1", "-5", " =x", "a,b", "\"q\"", "two\nlines", "＝x", "''"];
        let mut writer = ExactWriter::new();
        for text in texts {
            writer.row(&[ExactCell::Text(text), ExactCell::Number(Some(1))]).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        let read: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
        let restored: Vec<&str> = read.iter().map(|cell| cell.strip_prefix('\'').unwrap_or(cell)).collect();
        assert_eq!(restored, texts);
        assert!(read.iter().all(|cell| guard(cell) == cell.as_str()), "{read:?}");
    }
}
