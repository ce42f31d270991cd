//! CSV: RFC 4180 quoting, lines that end with LF, and a byte order mark so that Excel reads UTF-8. The annotated original
//! has the separator and the encoding of the file that it is made of.

use super::cell::Cell;
use super::encode::encoded;
use super::escape::escaped;
use super::file::{COLLECTED, FileWriter, Plan};
use super::options::TextForm;
use super::table::{CellKind, ExportColumn};
use super::text::Texts;
use crate::delimiter::Delimiter;
use crate::encoding::Encoding;
use std::io::{Result, Write};
use std::sync::Arc;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Records of fields as CSV.
#[derive(Debug, Default)]
pub(crate) struct Records {
    bytes: Vec<u8>,
    delimiter: Delimiter,
    fields: usize,
    /// Where the current record begins.
    start: usize,
}

impl Records {
    /// Adds a field to the current record.
    pub(crate) fn field(&mut self, text: &str) {
        if self.fields > 0 {
            self.bytes.push(self.delimiter.byte());
        }
        self.fields += 1;
        let bytes = text.as_bytes();
        let delimiter = self.delimiter.byte();
        if !bytes.iter().any(|byte| matches!(byte, b'"' | b'\r' | b'\n') || *byte == delimiter) {
            self.bytes.extend_from_slice(bytes);
            return;
        }
        self.bytes.push(b'"');
        for (index, part) in bytes.split(|byte| *byte == b'"').enumerate() {
            if index > 0 {
                self.bytes.extend_from_slice(b"\"\"");
            }
            self.bytes.extend_from_slice(part);
        }
        self.bytes.push(b'"');
    }

    /// Ends the current record.
    pub(crate) fn end(&mut self) {
        // A record of one empty field would be a blank line, which readers skip.
        if self.fields == 1 && self.bytes.len() == self.start {
            self.bytes.extend_from_slice(b"\"\"");
        }
        self.bytes.push(b'\n');
        (self.fields, self.start) = (0, self.bytes.len());
    }

    /// The bytes of the records since they were last taken.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.start = 0;
        std::mem::take(&mut self.bytes)
    }

    /// Hands on what was collected, and keeps the memory.
    fn hand_on(&mut self, encoding: Encoding, to: &mut (dyn Write + Send)) -> Result<()> {
        to.write_all(&encoded(&self.bytes, encoding))?;
        self.bytes.clear();
        self.start = 0;
        Ok(())
    }
}

/// A CSV file.
pub(super) struct CsvFile {
    plan: Arc<Plan>,
    records: Records,
    texts: Texts,
}

impl CsvFile {
    /// Begins a file with its header.
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        let TextForm { delimiter, encoding } = plan.options.text;
        let bytes = match encoding {
            Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => BYTE_ORDER_MARK.to_vec(),
            Encoding::Gb18030 | Encoding::Big5 | Encoding::Windows1252 => Vec::new(),
        };
        let mut records = Records { start: bytes.len(), bytes, delimiter, fields: 0 };
        for row in &plan.options.above {
            row.iter().for_each(|field| records.field(&escaped(field)));
            records.end();
        }
        for header in plan.table.headers(plan.options.language) {
            records.field(&escaped(header));
        }
        records.end();
        let texts = Texts::new(plan.options.zone.clone());
        Self { plan, records, texts }
    }

    fn cell(&mut self, column: &ExportColumn, cell: &Cell<'_>) {
        match (cell, column.kind) {
            (Cell::Empty, _) => self.records.field(""),
            (Cell::Text(word), CellKind::Word(words)) => {
                self.records.field(&escaped(super::words::shown(words, word, self.plan.options.language)));
            }
            (Cell::Text(text), _) => self.records.field(&escaped(text)),
            (Cell::Json(json), _) => self.records.field(&escaped(json.0)),
            // Numbers, times and dates are made by us: a minus is no formula.
            (cell, _) => self.records.field(self.texts.local(cell)),
        }
    }
}

impl FileWriter for CsvFile {
    fn row(&mut self, cells: &[Cell<'_>], to: &mut (dyn Write + Send)) -> Result<()> {
        let plan = Arc::clone(&self.plan);
        for (column, cell) in plan.table.columns.iter().zip(cells) {
            self.cell(column, cell);
        }
        self.records.end();
        if self.records.bytes.len() >= COLLECTED {
            self.records.hand_on(self.plan.options.text.encoding, to)
        } else {
            Ok(())
        }
    }

    fn finish(mut self: Box<Self>, to: &mut (dyn Write + Send)) -> Result<()> {
        self.records.hand_on(self.plan.options.text.encoding, to)
    }
}
