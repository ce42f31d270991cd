//! CSV: RFC 4180 quoting, lines that end with LF, and a byte order mark so that Excel reads UTF-8.

use super::cell::Cell;
use super::escape::escaped;
use super::file::{COLLECTED, FileWriter, Plan};
use super::table::{CellKind, ExportColumn};
use super::text::Texts;
use std::io::{Result, Write};
use std::sync::Arc;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Records of fields as CSV.
#[derive(Debug, Default)]
pub(crate) struct Records {
    bytes: Vec<u8>,
    fields: usize,
    /// Where the current record begins.
    start: usize,
}

impl Records {
    /// Adds a field to the current record.
    pub(crate) fn field(&mut self, text: &str) {
        if self.fields > 0 {
            self.bytes.push(b',');
        }
        self.fields += 1;
        let bytes = text.as_bytes();
        if !bytes.iter().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n')) {
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
    fn hand_on(&mut self, to: &mut (dyn Write + Send)) -> Result<()> {
        to.write_all(&self.bytes)?;
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
        let mut records =
            Records { bytes: BYTE_ORDER_MARK.to_vec(), fields: 0, start: BYTE_ORDER_MARK.len() };
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
        if self.records.bytes.len() >= COLLECTED { self.records.hand_on(to) } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>, to: &mut (dyn Write + Send)) -> Result<()> {
        self.records.hand_on(to)
    }
}
