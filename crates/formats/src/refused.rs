//! Files of refused rows: each row's content, its key, and why it was refused.
//!
//! After correction such a file is imported again: as a repair, where the key identifies the row to replace,
//! or as new rows, without the key column. To add a column, add its name to [`FIELDS`].

use std::io::Write;

use crate::result::guard;

/// The columns shared with a payment file.
pub const FIELDS: [&str; 11] = [
    "payer",
    "payee",
    "account",
    "email",
    "uid",
    "amount",
    "ratio",
    "currency",
    "memo",
    "reference",
    "external_id",
];

/// A refused row.
#[derive(Debug, Clone, Copy)]
pub struct RefusedLine<'a> {
    /// Its key.
    pub key: i64,
    /// Its line in the original file.
    pub line: i64,
    /// Its content, in the order of [`FIELDS`].
    pub fields: [&'a str; 11],
    /// The reasons' codes.
    pub code: &'a str,
    /// The reasons as text for the user.
    pub reason: &'a str,
}

/// Writes a file of refused rows.
pub struct RefusedWriter<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> RefusedWriter<W> {
    /// Starts a file by writing its header.
    pub fn new(write: W) -> std::io::Result<Self> {
        let mut csv = csv::Writer::from_writer(write);
        let header = ["sluice_row", "line"].into_iter().chain(FIELDS).chain(["code", "reason"]);
        csv.write_record(header)?;
        Ok(Self { csv })
    }

    /// Writes one row. Free texts are guarded against formulas.
    pub fn write(&mut self, row: &RefusedLine<'_>) -> std::io::Result<()> {
        self.csv.write_field(row.key.to_string())?;
        self.csv.write_field(row.line.to_string())?;
        for text in row.fields.into_iter().chain([row.code, row.reason]) {
            self.csv.write_field(guard(text).as_bytes())?;
        }
        self.csv.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Flushes and returns the writer.
    pub fn finish(self) -> std::io::Result<W> {
        self.csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}
