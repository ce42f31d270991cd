//! One sheet of a workbook as records.

use std::io::{Read, Seek};

use domain::code::Code;

use super::cell::{Cells, Piece, Range, RawCell, Stored};
use super::directory::damaged;
use super::moment;
use super::number;
use super::strings::Strings;
use super::styles::{Shown, Styles};
use super::survey::{Survey, has_values};
use super::text::unescape;
use super::workbook::{SheetInfo, Workbook};
use crate::csv_reader::FIELD_MAX;
use crate::delimiter::Delimiter;
use crate::problem::{Problem, shorten};
use crate::read_error::ReadError;
use crate::sheet::{Mark, MarkKind, Oversized, Sheet, Step};

/// Which sheet is read if the uploader does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Otherwise {
    /// The only visible one with values; several are refused.
    Only,
    /// The first visible one with values.
    First,
}

/// A sheet being read.
pub(crate) struct XlsxSheet<R> {
    cells: Cells<R>,
    strings: Strings,
    styles: Styles,
    is_1904: bool,
    survey: Survey,
    pub(crate) sheets: Vec<SheetInfo>,
    /// The index of the sheet that is read.
    pub(crate) chosen: usize,
    /// The texts of the current row's cells, and where each ends and begins.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    marks: Vec<Mark>,
    line: u32,
    blank_lines: u64,
    merged: Merged,
}

/// A cell of the current row.
struct Placed {
    column: usize,
    text: String,
    mark: Option<MarkKind>,
}

impl<R: Read + Seek> XlsxSheet<R> {
    /// Checks the workbook, chooses the sheet by its name or its number from 1, and surveys it.
    pub(crate) fn open(read: R, asked: Option<&str>, otherwise: Otherwise) -> Result<Self, ReadError> {
        let mut workbook = Workbook::open(read)?;
        let chosen = choose(&mut workbook, asked, otherwise)?;
        let part = workbook.sheets.get(chosen).map(|(_, part)| part.clone()).unwrap_or_default();
        let xml = workbook.xml(&part)?.ok_or_else(|| damaged("sheet"))?;
        let survey = Survey::of(xml)?;
        let (styles, strings) = (workbook.styles()?, workbook.strings()?);
        let sheets = workbook.sheets.iter().map(|(info, _)| info.clone()).collect();
        let is_1904 = workbook.is_1904;
        let merged = Merged::new(&survey);
        Ok(Self {
            cells: Cells::new(workbook.into_xml(&part)?),
            strings,
            styles,
            is_1904,
            survey,
            sheets,
            chosen,
            bytes: Vec::new(),
            ends: Vec::new(),
            marks: Vec::new(),
            line: 0,
            blank_lines: 0,
            merged,
        })
    }
}

impl<R: Read> XlsxSheet<R> {
    /// How many rows have values.
    pub(crate) const fn rows(&self) -> u64 {
        self.survey.rows
    }

    /// The text of a cell, and what is special about it.
    fn placed(&self) -> Result<Placed, ReadError> {
        let RawCell { column, stored, style, value, has_formula } = &self.cells.cell;
        let is_empty = value.is_empty();
        let (text, mark) = match stored {
            Stored::Shared => {
                let number = value.trim().parse().ok();
                let text =
                    number.and_then(|number| self.strings.get(number)).ok_or_else(|| damaged("texts"))?;
                (text.to_owned(), None)
            }
            Stored::Text => (unescape(value).into_owned(), None),
            Stored::Error => (value.clone(), Some(MarkKind::Error)),
            Stored::Date => (value.clone(), Some(MarkKind::Date)),
            Stored::Boolean => (if value == "1" { "TRUE" } else { "FALSE" }.to_owned(), None),
            Stored::Number if is_empty => (String::new(), None),
            Stored::Number => self.number(value.trim(), self.styles.shown(*style))?,
        };
        let mark =
            if *has_formula && is_empty && *stored != Stored::Text { Some(MarkKind::NoValue) } else { mark };
        Ok(Placed { column: *column, text, mark })
    }

    fn number(&self, value: &str, shown: Shown) -> Result<(String, Option<MarkKind>), ReadError> {
        let number: f64 = value.parse().map_err(|_| damaged("number"))?;
        let (text, is_long) = number::written(value, number).ok_or_else(|| damaged("number"))?;
        match shown {
            Shown::Date => {
                let date = moment::written(number, self.is_1904).unwrap_or_else(|| text.into_owned());
                Ok((date, Some(MarkKind::Date)))
            }
            Shown::Padded(digits) if text.bytes().all(|byte| byte.is_ascii_digit()) && !is_long => {
                let width = digits.min(FIELD_MAX);
                Ok((format!("{text:0>width$}"), Some(MarkKind::Number)))
            }
            Shown::Padded(_) | Shown::Number => {
                let mark = if is_long { MarkKind::LongNumber } else { MarkKind::Number };
                Ok((text.into_owned(), Some(mark)))
            }
        }
    }

    /// Makes these cells the current record.
    fn put(&mut self, mut placed: Vec<Placed>) -> Result<Step, ReadError> {
        placed.sort_by_key(|cell| cell.column);
        if placed.windows(2).any(|pair| matches!(pair, [a, b] if a.column == b.column)) {
            return Err(damaged("cell").into());
        }
        self.bytes.clear();
        self.ends.clear();
        self.marks.clear();
        let covered = self.merged.covered(self.line)?;
        let mut placed = placed.into_iter().peekable();
        for (column, is_covered) in (0..self.survey.width).zip(covered) {
            if let Some(cell) = placed.next_if(|cell| cell.column == column) {
                if cell.text.len() > FIELD_MAX {
                    let value = shorten(cell.text.as_bytes());
                    return Ok(Step::Oversized(Oversized { column: Some(column), value }));
                }
                self.bytes.extend_from_slice(cell.text.as_bytes());
                self.marks.extend(cell.mark.map(|kind| Mark { place: column, kind }));
            } else if is_covered {
                self.marks.push(Mark { place: column, kind: MarkKind::Merged });
            }
            self.ends.push(self.bytes.len());
        }
        Ok(Step::Record)
    }
}

/// The index of the sheet to read.
fn choose<R: Read + Seek>(
    workbook: &mut Workbook<R>,
    asked: Option<&str>,
    otherwise: Otherwise,
) -> Result<usize, ReadError> {
    let names: Vec<(String, bool)> =
        workbook.sheets.iter().map(|(sheet, _)| (sheet.name.clone(), sheet.is_hidden)).collect();
    let all = || names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(asked) = asked {
        let by_name = names.iter().position(|(name, _)| name == asked);
        let by_number = || asked.parse::<usize>().ok()?.checked_sub(1).filter(|number| *number < names.len());
        let unknown = || Problem::of_column(1, asked, Code::SheetNotFound, all());
        return Ok(by_name.or_else(by_number).ok_or_else(unknown)?);
    }
    let visible: Vec<usize> =
        names.iter().enumerate().filter(|(_, (_, is_hidden))| !is_hidden).map(|(index, _)| index).collect();
    if let [only] = visible.as_slice() {
        return Ok(*only);
    }
    let mut filled = Vec::new();
    for index in &visible {
        let part = workbook.sheets.get(*index).map(|(_, part)| part.clone()).unwrap_or_default();
        if workbook.xml(&part)?.map_or(Ok(false), has_values)? {
            filled.push(*index);
        }
        if filled.len() > usize::from(otherwise == Otherwise::Only) {
            break;
        }
    }
    match filled.as_slice() {
        [first, _, ..] if otherwise == Otherwise::First => Ok(*first),
        [_, _, ..] => Err(Problem::of_row(1, Code::SheetUndecided, all()).into()),
        [only] => Ok(*only),
        [] => visible.first().copied().ok_or_else(|| Problem::of_row(1, Code::FileNoRows, "").into()),
    }
}

/// Merged ranges, as the rows pass.
struct Merged {
    /// In the order of their first rows.
    ranges: std::iter::Peekable<std::vec::IntoIter<Range>>,
    active: Vec<Range>,
    width: usize,
}

impl Merged {
    fn new(survey: &Survey) -> Self {
        Self { ranges: survey.merged.clone().into_iter().peekable(), active: Vec::new(), width: survey.width }
    }

    /// Which columns of a row are hidden under a merged cell. Ranges that overlap are no spreadsheet's.
    fn covered(&mut self, row: u32) -> Result<Vec<bool>, ReadError> {
        while let Some(range) = self.ranges.next_if(|range| range.rows.0 <= row) {
            self.active.push(range);
        }
        self.active.retain(|range| range.rows.1 >= row);
        let mut covered = vec![false; self.width];
        let mut taken = vec![false; self.width];
        for range in &self.active {
            for column in range.columns.0..=range.columns.1.min(self.width.saturating_sub(1)) {
                if let (Some(covered), Some(taken)) = (covered.get_mut(column), taken.get_mut(column)) {
                    if std::mem::replace(taken, true) {
                        return Err(damaged("merged cells").into());
                    }
                    *covered = (row, column) != (range.rows.0, range.columns.0);
                }
            }
        }
        Ok(covered)
    }
}

impl<R: Read> Sheet for XlsxSheet<R> {
    fn advance(&mut self) -> Result<Step, ReadError> {
        if self.at_end()? {
            return Ok(Step::End);
        }
        let mut placed = Vec::new();
        loop {
            match self.cells.next()? {
                Piece::Cell => placed.push(self.placed()?),
                Piece::RowEnd if !placed.is_empty() => {
                    let row = self.cells.row();
                    self.blank_lines += u64::from(row.saturating_sub(self.line + 1));
                    self.line = row;
                    return self.put(placed);
                }
                // The file has changed since it was surveyed.
                Piece::End => return Err(damaged("sheet").into()),
                Piece::Row { .. } | Piece::RowEnd | Piece::HiddenColumns(..) | Piece::Merged(_) => {}
            }
        }
    }

    fn record(&self) -> (&[u8], &[usize]) {
        (&self.bytes, &self.ends)
    }

    fn line(&self) -> u64 {
        u64::from(self.line.max(1))
    }

    fn marks(&self) -> &[Mark] {
        &self.marks
    }

    fn remarks(&self) -> Vec<Problem> {
        let hidden: Vec<&str> = self
            .sheets
            .iter()
            .enumerate()
            .filter(|(index, sheet)| sheet.is_hidden && *index != self.chosen)
            .map(|(_, sheet)| sheet.name.as_str())
            .collect();
        let mut remarks = self.survey.remarks();
        if !hidden.is_empty() {
            remarks.push(Problem::of_row(1, Code::SheetsHidden, hidden.join(", ")));
        }
        remarks
    }

    fn delimiter(&self) -> Option<Delimiter> {
        None
    }

    fn at_end(&mut self) -> Result<bool, ReadError> {
        Ok(self.line >= self.survey.last_row)
    }

    fn blank_lines(&self) -> u64 {
        self.blank_lines
    }

    fn forget_blank_lines(&mut self) {
        self.blank_lines = 0;
    }

    fn capacity(&self) -> usize {
        self.strings.capacity() + self.bytes.capacity()
    }
}
