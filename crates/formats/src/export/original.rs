//! The annotated original: somebody's file again, row by row as it was read, with the outcome of each row beside it.

use super::cell::Cell;
use super::escape::taken_back;
use super::table::{CellKind, ExportColumn, ExportTable};
use super::words::ITEM_STATES;
use crate::layout::fold;
use crate::read_error::ReadError;
use crate::sheet::{Sheet, Step};
use std::borrow::Cow;

/// The columns that are added, with their Chinese.
const ADDED: [ExportColumn; 5] = [
    ExportColumn::new("status", "状态", CellKind::Word(ITEM_STATES), 12),
    ExportColumn::new("code", "代码", CellKind::Text, 24),
    ExportColumn::new("reason", "原因", CellKind::Text, 40),
    ExportColumn::new("transfer", "转账编号", CellKind::Integer, 14),
    // Fields beyond the header, so that nothing of a row with a stray delimiter is lost.
    ExportColumn::new("more_fields", "多余字段", CellKind::Text, 16),
];

const WIDTH: u8 = 18;

/// What became of a row. Empty texts and no transfer are empty cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineOutcome<'a> {
    /// Its state.
    pub status: &'a str,
    /// The codes of its problems, or of the refusal.
    pub code: &'a str,
    /// The reasons in words.
    pub reason: &'a str,
    /// The transfer that paid it.
    pub transfer: Option<i64>,
}

/// A file that is read to be annotated.
#[derive(Debug)]
pub struct Original<S> {
    sheet: S,
    table: ExportTable,
    fields: Vec<String>,
    beyond: String,
}

impl<S: Sheet> Original<S> {
    /// Reads the header, on the line that the file's reader found it on; without one, the first record. What is
    /// above it is left out.
    pub fn open(mut sheet: S, line: Option<u64>) -> Result<Self, ReadError> {
        let mut header = Vec::new();
        loop {
            match sheet.advance()? {
                Step::Record if line.is_none_or(|line| line == sheet.line()) => {
                    read(&sheet, &mut header);
                    break;
                }
                Step::End => break,
                Step::Record | Step::Oversized(_) | Step::Faulty(_) => {}
            }
        }
        let fields = Vec::new();
        Ok(Self { sheet, table: table(header), fields, beyond: String::new() })
    }

    /// The file's columns and those that are added.
    #[must_use]
    pub const fn table(&self) -> &ExportTable {
        &self.table
    }

    /// Advances to the next row and returns its line; none at the end of the file.
    pub fn advance(&mut self) -> Result<Option<u64>, ReadError> {
        self.beyond.clear();
        match self.sheet.advance()? {
            Step::End => return Ok(None),
            Step::Record => read(&self.sheet, &mut self.fields),
            Step::Oversized(oversized) => {
                // Of a row that is too long, what was read of the field that is.
                self.fields.clear();
                self.fields.resize(oversized.column.unwrap_or(0), String::new());
                self.fields.push(oversized.value);
            }
            // What was found of a row that cannot be read.
            Step::Faulty(faults) => {
                self.fields.clear();
                let values: Vec<String> = faults.into_iter().map(|fault| fault.value).collect();
                self.beyond = values.join(" | ");
            }
        }
        let width = self.table.columns.len() - ADDED.len();
        if self.fields.len() > width {
            self.beyond = self.fields.split_off(width).join(" | ");
        }
        self.fields.resize(width, String::new());
        Ok(Some(self.sheet.line()))
    }

    /// The current row with its outcome, in the order of the table's columns.
    #[must_use]
    pub fn cells<'a>(&'a self, outcome: &LineOutcome<'a>) -> Vec<Cell<'a>> {
        let added = [
            outcome.status.into(),
            outcome.code.into(),
            outcome.reason.into(),
            outcome.transfer.into(),
            self.beyond.as_str().into(),
        ];
        self.fields.iter().map(|field| field.as_str().into()).chain(added).collect()
    }
}

/// The fields of the current record. Bytes that are not UTF-8 are replaced.
fn read(sheet: &impl Sheet, fields: &mut Vec<String>) {
    let (bytes, ends) = sheet.record();
    fields.clear();
    let mut from = 0;
    for to in ends {
        let field = String::from_utf8_lossy(bytes.get(from..*to).unwrap_or_default());
        fields.push(if sheet.has_escapes() { taken_back(&field).to_owned() } else { field.into_owned() });
        from = *to;
    }
}

fn table(header: Vec<String>) -> ExportTable {
    let mut names: Vec<String> = Vec::new();
    let mut columns = Vec::with_capacity(header.len() + ADDED.len());
    for (place, header) in header.into_iter().enumerate() {
        let trimmed = header.trim();
        let name = if trimmed.is_empty() { format!("#{}", place + 1) } else { trimmed.to_owned() };
        let name = not_taken(&mut names, &name);
        let shown: Cow<'static, str> = header.into();
        let column = ExportColumn::new("", "", CellKind::Text, WIDTH);
        columns.push(ExportColumn { name: name.into(), english: shown.clone(), chinese: shown, ..column });
    }
    for column in ADDED {
        // Of the file's own columns, one may have such a name already: a result that is annotated.
        let english = not_taken(&mut names, &column.name);
        let chinese = not_taken(&mut names, &column.chinese);
        columns.push(ExportColumn {
            name: english.clone().into(),
            english: english.into(),
            chinese: chinese.into(),
            ..column
        });
    }
    ExportTable { name: "original", chinese: "原文件", columns: columns.into() }
}

/// The name, or with the first number that makes it another.
fn not_taken(names: &mut Vec<String>, name: &str) -> String {
    let mut own = name.to_owned();
    let mut number = 2;
    while names.contains(&fold(&own)) {
        own = format!("{name} {number}");
        number += 1;
    }
    names.push(fold(&own));
    own
}
