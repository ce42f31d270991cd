//! A sheet with a header: what all kinds of files share. It finds the columns, counts rows, and turns errors of a
//! record itself (size, number of fields, bytes) into problems.

use std::borrow::Cow;

use domain::code::Code;

use crate::export::escape::taken_back;
use crate::header::{Choices, Header};
use crate::kind;
use crate::layout::Layout;
use crate::problem::Problem;
use crate::read_error::ReadError;
use crate::report::{Report, Summary};
use crate::sheet::{COLUMNS_MAX, Oversized, Sheet, Step};

/// The longest text kept from a field, in characters.
pub(crate) const TEXT_MAX: usize = 500;

pub(crate) struct Table<S> {
    sheet: S,
    pub(crate) header: Header,
    report: Report,
}

/// Where reading a row records problems and counts.
pub(crate) struct Notes<'a> {
    pub(crate) problems: &'a mut Vec<Problem>,
    pub(crate) report: &'a mut Report,
}

impl<S: Sheet> Table<S> {
    /// Reads the header. `amount` is the index of the column that every row must fill, if there is one.
    pub(crate) fn open(
        mut sheet: S,
        layout: &Layout,
        choices: &Choices<'_>,
        amount: Option<usize>,
    ) -> Result<Self, ReadError> {
        let names = read_names(&mut sheet)?;
        let header = Header::find(sheet.line(), names, layout, choices).map_err(ReadError::Refused)?;
        sheet.forget_blank_lines();
        if sheet.at_end()? {
            return Err(no_rows(sheet.line()));
        }
        Ok(Self { sheet, header, report: Report::new(amount.is_some()) })
    }

    /// Reads up to `max_rows` records and appends what `take` returns for them to `rows`. Returns false once
    /// the file has been read; a file without any row is refused then.
    pub(crate) fn page<T>(
        &mut self,
        max_rows: usize,
        rows: &mut Vec<T>,
        problems: &mut Vec<Problem>,
        mut take: impl FnMut(&Row<'_>, &mut Notes<'_>) -> Option<T>,
    ) -> Result<bool, ReadError> {
        for _ in 0..max_rows {
            let mut notes = Notes { problems, report: &mut self.report };
            match self.sheet.advance()? {
                Step::End => return self.end(),
                Step::Oversized(oversized) => {
                    let names = &self.header.names;
                    notes.problems.push(oversized_problem(self.sheet.line(), names, &oversized));
                    notes.report.count_unreadable();
                }
                Step::Record => {
                    let row = self::row(&self.sheet, &self.header, &mut notes);
                    rows.extend(row.and_then(|row| take(&row, &mut notes)));
                }
            }
        }
        if self.sheet.at_end()? { self.end() } else { Ok(true) }
    }

    fn end(&self) -> Result<bool, ReadError> {
        if self.report.totals.rows == 0 { Err(no_rows(self.sheet.line())) } else { Ok(false) }
    }

    pub(crate) fn summary(&self) -> Summary {
        let mut totals = self.report.totals;
        totals.blank_rows += self.sheet.blank_lines();
        Summary {
            ignored_columns: self.header.ignored(),
            proposals: self.header.proposals().to_vec(),
            totals,
            total_rows: self.report.total_rows.clone(),
            folded: self.report.folded.clone(),
            folded_count: self.report.folded_count,
            external_ids_are_a_row_count: false,
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.sheet.capacity()
    }
}

/// The current record as a row; none if it is blank or unreadable.
fn row<'a>(sheet: &'a impl Sheet, header: &'a Header, notes: &mut Notes<'_>) -> Option<Row<'a>> {
    let (bytes, ends) = sheet.record();
    let (line, expected) = (sheet.line(), header.names.len());
    let text = clean(bytes, ends);
    if text.is_some_and(|text| text.trim_start().is_empty()) {
        notes.report.totals.blank_rows += 1;
        return None;
    }
    if ends.len() != expected {
        notes.problems.push(field_count(line, ends.len(), expected));
    }
    if text.is_none() {
        dirty(line, bytes, ends, &header.names, notes.problems);
    }
    match text {
        Some(text) if ends.len() == expected => {
            Some(Row { line, text, ends, header, has_escapes: sheet.has_escapes() })
        }
        Some(_) | None => {
            notes.report.count_unreadable();
            None
        }
    }
}

fn read_names(sheet: &mut impl Sheet) -> Result<Vec<String>, ReadError> {
    match sheet.advance()? {
        Step::End => return Err(no_rows(1)),
        Step::Oversized(Oversized { column: None, value }) => {
            return Err(Problem::of_row(sheet.line(), Code::TooManyColumns, value).into());
        }
        Step::Oversized(o) => return Err(oversized_problem(sheet.line(), &[], &o).into()),
        Step::Record => {}
    }
    let (bytes, ends) = sheet.record();
    let Some(text) = clean(bytes, ends) else {
        return Err(unreadable_header(sheet.line(), bytes, ends).into());
    };
    Ok(slices(ends).map(|(from, to)| text.get(from..to).unwrap_or("").trim().to_owned()).collect())
}

fn unreadable_header(line: u64, bytes: &[u8], ends: &[usize]) -> Problem {
    if let Some(encoding) = kind::encoding_of(bytes) {
        return Problem::of_row(line, Code::FileUnsupported, encoding);
    }
    let mut problems = Vec::new();
    dirty(line, bytes, ends, &[], &mut problems);
    let first = problems.into_iter().next();
    first.unwrap_or_else(|| Problem::of_row(line, Code::InvalidUtf8, bytes))
}

fn no_rows(line: u64) -> ReadError {
    Problem::of_row(line, Code::FileNoRows, "").into()
}

/// Found and expected count, without words: the value is shown in every language.
fn field_count(line: u64, found: impl std::fmt::Display, expected: usize) -> Problem {
    Problem::of_row(line, Code::FieldCount, format!("{found} / {expected}"))
}

fn oversized_problem(line: u64, names: &[String], oversized: &Oversized) -> Problem {
    match oversized.column {
        None => field_count(line, &oversized.value, names.len()),
        Some(column) => of_place(line, names, column, Code::FieldTooLong, &oversized.value),
    }
}

fn of_place(line: u64, names: &[String], place: usize, code: Code, value: impl AsRef<[u8]>) -> Problem {
    match names.get(place) {
        Some(name) => Problem::of_column(line, name, code, value),
        None => Problem::of_row(line, code, value),
    }
}

/// The start and end of each field.
fn slices(ends: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends.iter().copied()).take(COLUMNS_MAX)
}

/// The record as text, if no field has a NUL or invalid UTF-8: a cheap check of the record as a whole.
fn clean<'a>(bytes: &'a [u8], ends: &[usize]) -> Option<&'a str> {
    let text = std::str::from_utf8(bytes).ok().filter(|_| !bytes.contains(&0))?;
    (text.is_ascii() || ends.iter().all(|end| text.is_char_boundary(*end))).then_some(text)
}

/// Reports the fields because of which [`clean`] refused the record.
fn dirty(line: u64, bytes: &[u8], ends: &[usize], names: &[String], problems: &mut Vec<Problem>) {
    for (place, (from, to)) in slices(ends).enumerate() {
        let field = bytes.get(from..to).unwrap_or_default();
        if field.contains(&0) {
            problems.push(of_place(line, names, place, Code::NulByte, field));
        } else if std::str::from_utf8(field).is_err() {
            problems.push(of_place(line, names, place, Code::InvalidUtf8, field));
        }
    }
}

/// A record whose fields are valid text and match the header in number.
pub(crate) struct Row<'a> {
    pub(crate) line: u64,
    text: &'a str,
    ends: &'a [usize],
    header: &'a Header,
    has_escapes: bool,
}

impl<'a> Row<'a> {
    /// The trimmed text of a column, without its escape; none if it is empty or the file has no such column.
    pub(crate) fn get(&self, field: usize) -> Option<&'a str> {
        let place = self.header.place(field)?;
        let to = *self.ends.get(place)?;
        let from = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        let text = self.text.get(from..to)?.trim();
        let text = if self.has_escapes { taken_back(text).trim() } else { text };
        Some(text).filter(|text| !text.is_empty())
    }

    /// Like [`Row::get`], but owned; text that is too long is a problem.
    pub(crate) fn take(&self, field: usize, notes: &mut Notes<'_>) -> Option<String> {
        let text = self.get(field)?;
        self.check_length(field, text, notes);
        Some(text.to_owned())
    }

    /// Like [`Row::take`], for numbers and identifiers: full-width digits become ASCII digits, and that is
    /// reported.
    pub(crate) fn take_folded(&self, field: usize, notes: &mut Notes<'_>) -> Option<String> {
        let text = self.get(field)?;
        self.check_length(field, text, notes);
        let folded = narrow(text);
        if let Cow::Owned(after) = &folded {
            notes.report.note_folded(self.line, self.header.name(field).unwrap_or_default(), text, after);
        }
        Some(folded.into_owned())
    }

    /// A problem with a column's value.
    pub(crate) fn problem(&self, field: usize, code: Code) -> Problem {
        let value = self.get(field).unwrap_or("");
        match self.header.place(field) {
            Some(place) => of_place(self.line, &self.header.names, place, code, value),
            None => Problem::of_row(self.line, code, value),
        }
    }

    fn check_length(&self, field: usize, text: &str, notes: &mut Notes<'_>) {
        if text.len() > TEXT_MAX && text.chars().nth(TEXT_MAX).is_some() {
            notes.problems.push(self.problem(field, Code::TextTooLong));
        }
    }
}

/// The text with full-width digits and dots replaced by ASCII.
fn narrow(text: &str) -> Cow<'_, str> {
    let ascii = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        '．' => '.',
        _ => c,
    };
    if text.is_ascii() || text.chars().all(|c| ascii(c) == c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(ascii).collect())
}
