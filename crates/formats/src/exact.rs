//! Tables whose texts can be restored to the byte, and that are safe in a spreadsheet all the same.

use crate::export::csv::Records;
use crate::export::escape::guard;
use std::borrow::Cow;

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
#[derive(Debug, Default)]
pub struct ExactWriter {
    records: Records,
}

impl ExactWriter {
    /// Adds the header.
    pub fn header(&mut self, names: &[&str]) {
        names.iter().for_each(|name| self.records.field(name));
        self.records.end();
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[ExactCell<'_>]) {
        for cell in cells {
            match cell {
                ExactCell::Number(None) => self.records.field(""),
                ExactCell::Number(Some(number)) => self.records.field(&number.to_string()),
                ExactCell::Word(word) => self.records.field(word),
                ExactCell::Text(text) => self.records.field(&quoted(text)),
            }
        }
        self.records.end();
    }

    /// The bytes of the rows.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.records.take()
    }
}

/// [`guard`] that can be undone: a text that begins with `'` gets another one, so a cell that begins with `'` is its
/// text with one `'` before it. Stricter than [`crate::export::escape`], because the check that a pack comes with
/// should be able to undo it in a line.
fn quoted(text: &str) -> Cow<'_, str> {
    if text.starts_with('\'') { Cow::Owned(format!("'{text}")) } else { guard(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_restored_by_dropping_one_quote() {
        let texts = ["", "plain", "=1+1", "'", "'=1", "-5", " =x", "a,b", "\"q\"", "two\nlines", "＝x", "''"];
        let mut writer = ExactWriter::default();
        for text in texts {
            writer.row(&[ExactCell::Text(text), ExactCell::Number(Some(1))]);
        }
        let bytes = writer.finish();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        let read: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
        let restored: Vec<&str> = read.iter().map(|cell| cell.strip_prefix('\'').unwrap_or(cell)).collect();
        assert_eq!(restored, texts);
        assert!(read.iter().all(|cell| guard(cell) == cell.as_str()), "{read:?}");
    }
}
