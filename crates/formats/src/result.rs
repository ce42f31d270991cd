//! Result files: one row, one item and what became of it.
//!
//! To add a column, add its name to [`HEADER`] and write it in the same place in [`ResultWriter::write`].

use std::borrow::Cow;
use std::io::Write;

/// The first line of a result file.
pub const HEADER: [&str; 14] = [
    "line",
    "item",
    "source",
    "target",
    "amount",
    "currency",
    "fee",
    "status",
    "code",
    "message",
    "memo",
    "reference",
    "external_id",
    "transfer",
];

/// What became of one item. Numbers that there are none of are empty cells.
#[derive(Debug, Clone, Copy, Default)]
pub struct ResultRow<'a> {
    /// The line of the file that the item came from.
    pub line: Option<u64>,
    /// The item's number.
    pub item: i64,
    /// The paying account.
    pub source: &'a str,
    /// The payee's account, or the payee as it was written.
    pub target: &'a str,
    /// How much, as we write amounts.
    pub amount: &'a str,
    /// In which currency.
    pub currency: &'a str,
    /// The fee, as we write amounts.
    pub fee: &'a str,
    /// The item's state.
    pub status: &'a str,
    /// The code of the refusal, or nothing.
    pub code: &'a str,
    /// The code's message, or nothing.
    pub message: &'a str,
    /// What the payment is for.
    pub memo: &'a str,
    /// The payer's own number for this payment.
    pub reference: &'a str,
    /// What the payment is called in the payer's system.
    pub external_id: &'a str,
    /// The transfer that settled the item.
    pub transfer: Option<i64>,
}

/// Writes a result file row by row.
pub struct ResultWriter<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> ResultWriter<W> {
    /// Begins a file with its header.
    pub fn new(write: W) -> std::io::Result<Self> {
        let mut csv = csv::Writer::from_writer(write);
        csv.write_record(HEADER)?;
        Ok(Self { csv })
    }

    /// Writes one row. Texts that came from people are guarded; numbers and amounts are ours.
    pub fn write(&mut self, row: &ResultRow<'_>) -> std::io::Result<()> {
        self.csv.write_field(row.line.map_or_else(String::new, |line| line.to_string()))?;
        self.csv.write_field(row.item.to_string())?;
        for text in [row.source, row.target] {
            self.csv.write_field(guard(text).as_bytes())?;
        }
        for ours in [row.amount, row.currency, row.fee, row.status, row.code] {
            self.csv.write_field(ours)?;
        }
        for text in [row.message, row.memo, row.reference, row.external_id] {
            self.csv.write_field(guard(text).as_bytes())?;
        }
        self.csv.write_field(row.transfer.map_or_else(String::new, |transfer| transfer.to_string()))?;
        self.csv.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Flushes and gives the destination back.
    pub fn finish(self) -> std::io::Result<W> {
        self.csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// A text that no spreadsheet takes for a formula: one that begins like a formula, also behind blanks or in
/// full-width signs, gets a `'` in front.
#[must_use]
pub fn guard(text: &str) -> Cow<'_, str> {
    let blank = |c: char| c.is_whitespace() && !matches!(c, '\t' | '\r' | '\n');
    let first = text.chars().find(|c| !blank(*c));
    let formula =
        |c| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n' | '\0');
    if first.is_some_and(formula) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}
