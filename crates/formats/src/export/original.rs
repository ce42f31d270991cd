//! The annotated original: somebody's file again, row by row as it was read, with the outcome of each row beside it.

use super::cell::{Cell, Fixed, Json};
use super::escape::taken_back;
use super::options::{ExportForm, ExportOptions, TextForm};
use super::table::{CellKind, ExportColumn, ExportTable};
use super::words::ITEM_STATES;
use super::xlsx::DIGITS_MAX;
use crate::encoding::Encoding;
use crate::kind::FileKind;
use crate::layout::fold;
use crate::open::{FileForm, Opened, open};
use crate::payment::{PaymentFileOptions, PaymentReader};
use crate::read_error::ReadError;
use crate::sheet::{MarkKind, Sheet, Step};
use domain::code::Language;
use std::borrow::Cow;
use std::io::{Read, Seek};

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

/// A file of payments, opened to be annotated, and what it is.
pub struct OpenedOriginal {
    /// Its rows.
    pub original: Original<Box<dyn Sheet + Send>>,
    /// What it is.
    pub form: FileForm,
}

impl OpenedOriginal {
    /// Opens a file as its import read it. Its header is found first, so it is read twice.
    pub fn open<R>(first: R, again: R, options: &PaymentFileOptions) -> Result<Self, ReadError>
    where
        R: Read + Seek + Send + 'static,
    {
        let (reader, form) = PaymentReader::open(first, options)?;
        let line = reader.header_line();
        drop(reader);
        let Opened { sheet, .. } = open(again, &options.file)?;
        // JSON lines have a header without a line.
        let line = Some(line).filter(|_| form.kind != FileKind::JsonLines);
        Ok(Self { original: Original::open(sheet, line)?, form })
    }

    /// The same options for an export like the file.
    #[must_use]
    pub fn like(&self, options: &ExportOptions) -> ExportOptions {
        let TextForm { delimiter, encoding } = TextForm::default();
        let encoding = self.form.encoding.unwrap_or(encoding);
        let language = match encoding {
            // They do not have the characters of simplified Chinese.
            Encoding::Big5 | Encoding::Windows1252 => Language::English,
            Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Gb18030 => options.language,
        };
        ExportOptions {
            form: match self.form.kind {
                FileKind::Csv => ExportForm::Csv,
                FileKind::Xlsx => ExportForm::Xlsx,
                FileKind::JsonLines => ExportForm::JsonLines,
            },
            language,
            rows_per_file: None,
            text: TextForm { delimiter: self.form.delimiter.unwrap_or(delimiter), encoding },
            above: self.original.above.clone(),
            ..options.clone()
        }
    }
}

/// A file that is read to be annotated.
#[derive(Debug)]
pub struct Original<S> {
    sheet: S,
    table: ExportTable,
    above: Vec<Vec<String>>,
    fields: Vec<String>,
    beyond: String,
    /// The places of the fields that are numbers or truth values in the file, not texts.
    bare: Vec<usize>,
}

impl<S: Sheet> Original<S> {
    /// Reads the header, on the line that the file's reader found it on; without one, the first record.
    pub fn open(mut sheet: S, line: Option<u64>) -> Result<Self, ReadError> {
        let (mut header, mut above) = (Vec::new(), Vec::new());
        loop {
            match sheet.advance()? {
                Step::Record if line.is_none_or(|line| line == sheet.line()) => {
                    read(&sheet, &mut header);
                    break;
                }
                Step::End => break,
                // As few as a header is looked for in.
                Step::Record => {
                    let mut row = Vec::new();
                    read(&sheet, &mut row);
                    above.push(row);
                }
                Step::Oversized(_) | Step::Faulty(_) => {}
            }
        }
        let fields = Vec::new();
        Ok(Self { sheet, table: table(header), above, fields, beyond: String::new(), bare: Vec::new() })
    }

    /// The file's columns and those that are added.
    #[must_use]
    pub const fn table(&self) -> &ExportTable {
        &self.table
    }

    /// Advances to the next row and returns its line; none at the end of the file.
    pub fn advance(&mut self) -> Result<Option<u64>, ReadError> {
        self.beyond.clear();
        self.bare.clear();
        match self.sheet.advance()? {
            Step::End => return Ok(None),
            Step::Record => {
                read(&self.sheet, &mut self.fields);
                let marks = self.sheet.marks().iter();
                let marks = marks.filter(|mark| matches!(mark.kind, MarkKind::Number | MarkKind::Truth));
                self.bare.extend(marks.map(|mark| mark.place));
            }
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
        let fields = self.fields.iter().enumerate();
        fields.map(|(place, field)| self.cell(place, field)).chain(added).collect()
    }

    /// Whether the current row has nothing in it: no import takes it for a row.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let mut fields = self.fields.iter().chain([&self.beyond]);
        fields.all(|field| field.trim().is_empty())
    }

    /// A number of a workbook stays one if it is exact. JSON has its numbers and truth values as they are spelled.
    fn cell<'a>(&self, place: usize, field: &'a str) -> Cell<'a> {
        if !self.bare.contains(&place) {
            return field.into();
        }
        if !self.sheet.has_escapes() {
            return Json(field).into();
        }
        fixed(field).map_or_else(|| field.into(), Cell::from)
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

/// A decimal number with no more digits than a spreadsheet keeps. One with zeros before it has them from its cell's
/// format, which is not written again: it is an account number, and stays as it is as text.
fn fixed(text: &str) -> Option<Fixed> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction}");
    if digits.len() > DIGITS_MAX || text.ends_with('.') || fraction.starts_with(['+', '-']) {
        return None;
    }
    let bare = whole.trim_start_matches('-');
    if bare.len() > 1 && bare.starts_with('0') {
        return None;
    }
    Some(Fixed { digits: digits.parse().ok()?, scale: u8::try_from(fraction.len()).ok()? })
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
