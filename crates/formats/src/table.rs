//! A CSV file with a header: what all formats share. It finds the columns, and turns what is wrong with a
//! record as such (size, number of fields, bytes) into problems.

use std::io::Read;

use domain::code::Code;

use crate::csv_reader::{COLUMNS_MAX, CsvReader, Delimiter, Oversized, Step};
use crate::header::{Column, missing, resolve};
use crate::problem::{Problem, ReadError};

/// The longest text of a field that we keep, in characters.
pub(crate) const TEXT_MAX: usize = 500;

/// Columns of which at least one must be there.
pub(crate) type OneOf = &'static [usize];

/// What a format says about its columns.
pub(crate) struct Layout {
    pub(crate) columns: &'static [Column],
    pub(crate) required: &'static [OneOf],
}

pub(crate) struct Table<R> {
    csv: CsvReader<R>,
    headers: Vec<String>,
    places: Vec<Option<usize>>,
}

/// What [`Table::next`] met.
pub(crate) enum Next<'a> {
    Row(Row<'a>),
    Skipped,
    End,
}

impl<R: Read> Table<R> {
    pub(crate) fn open(
        read: R,
        delimiter: Delimiter,
        layout: &Layout,
        given: &[(usize, &str)],
    ) -> Result<Self, ReadError> {
        let mut csv = CsvReader::new(read, delimiter)?;
        let headers = read_headers(&mut csv)?;
        let places = resolve(csv.line(), &headers, layout.columns, given).map_err(ReadError::Refused)?;
        require(csv.line(), &headers, layout, &places).map_err(ReadError::Refused)?;
        if csv.at_end()? {
            return Err(no_rows(csv.line()));
        }
        Ok(Self { csv, headers, places })
    }

    pub(crate) fn next(&mut self, problems: &mut Vec<Problem>) -> Result<Next<'_>, ReadError> {
        match self.csv.advance()? {
            Step::End => Ok(Next::End),
            Step::Oversized(oversized) => {
                problems.push(oversized_problem(self.csv.line(), &self.headers, &oversized));
                Ok(Next::Skipped)
            }
            Step::Record => Ok(self.row(problems).map_or(Next::Skipped, Next::Row)),
        }
    }

    pub(crate) fn at_end(&mut self) -> Result<bool, ReadError> {
        self.csv.at_end()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.csv.capacity()
    }

    fn row(&self, problems: &mut Vec<Problem>) -> Option<Row<'_>> {
        let (bytes, ends) = self.csv.record();
        let line = self.csv.line();
        if ends.len() != self.headers.len() {
            problems.push(Problem::of_row(line, Code::FieldCount, ends.len().to_string()));
        }
        let Some(text) = clean(bytes, ends) else {
            dirty(line, bytes, ends, &self.headers, problems);
            return None;
        };
        let whole = ends.len() == self.headers.len();
        whole.then_some(Row { line, text, ends, headers: &self.headers, places: &self.places })
    }
}

fn read_headers<R: Read>(csv: &mut CsvReader<R>) -> Result<Vec<String>, ReadError> {
    match csv.advance()? {
        Step::End => return Err(no_rows(1)),
        Step::Oversized(Oversized { column: None, value }) => {
            return Err(ReadError::Refused(Problem::of_row(csv.line(), Code::TooManyColumns, value)));
        }
        Step::Oversized(o) => return Err(ReadError::Refused(oversized_problem(csv.line(), &[], &o))),
        Step::Record => {}
    }
    let (bytes, ends) = csv.record();
    let Some(text) = clean(bytes, ends) else {
        let mut problems = Vec::new();
        dirty(csv.line(), bytes, ends, &[], &mut problems);
        let first = problems.into_iter().next();
        return Err(ReadError::Refused(
            first.unwrap_or_else(|| Problem::of_row(csv.line(), Code::InvalidUtf8, bytes)),
        ));
    };
    Ok(slices(ends).map(|(from, to)| text.get(from..to).unwrap_or("").trim().to_owned()).collect())
}

fn require(line: u64, headers: &[String], layout: &Layout, places: &[Option<usize>]) -> Result<(), Problem> {
    let there = |field: &usize| places.get(*field).is_some_and(Option::is_some);
    match layout.required.iter().find(|one_of| !one_of.iter().any(there)) {
        None => Ok(()),
        Some(one_of) => {
            let names: Vec<_> =
                one_of.iter().filter_map(|f| layout.columns.get(*f)).map(|c| c.name).collect();
            Err(missing(line, &names.join(" / "), headers))
        }
    }
}

fn no_rows(line: u64) -> ReadError {
    ReadError::Refused(Problem::of_row(line, Code::FileNoRows, ""))
}

fn oversized_problem(line: u64, headers: &[String], oversized: &Oversized) -> Problem {
    match oversized.column {
        None => Problem::of_row(line, Code::FieldCount, &oversized.value),
        Some(column) => of_place(line, headers, column, Code::FieldTooLong, &oversized.value),
    }
}

fn of_place(line: u64, headers: &[String], place: usize, code: Code, value: impl AsRef<[u8]>) -> Problem {
    match headers.get(place) {
        Some(header) => Problem::of_column(line, header, code, value),
        None => Problem::of_row(line, code, value),
    }
}

/// Where each field begins and ends.
fn slices(ends: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends.iter().copied()).take(COLUMNS_MAX)
}

/// The record as text, if no field has a NUL or invalid UTF-8: a cheap look at the record as a whole.
fn clean<'a>(bytes: &'a [u8], ends: &[usize]) -> Option<&'a str> {
    let text = std::str::from_utf8(bytes).ok().filter(|_| !bytes.contains(&0))?;
    (text.is_ascii() || ends.iter().all(|end| text.is_char_boundary(*end))).then_some(text)
}

/// Names the fields that are why [`clean`] refused the record.
fn dirty(line: u64, bytes: &[u8], ends: &[usize], headers: &[String], problems: &mut Vec<Problem>) {
    for (place, (from, to)) in slices(ends).enumerate() {
        let field = bytes.get(from..to).unwrap_or_default();
        if field.contains(&0) {
            problems.push(of_place(line, headers, place, Code::NulByte, field));
        } else if std::str::from_utf8(field).is_err() {
            problems.push(of_place(line, headers, place, Code::InvalidUtf8, field));
        }
    }
}

/// A record whose fields are text and as many as the header's.
pub(crate) struct Row<'a> {
    pub(crate) line: u64,
    text: &'a str,
    ends: &'a [usize],
    headers: &'a [String],
    places: &'a [Option<usize>],
}

impl<'a> Row<'a> {
    /// The trimmed text of a column; none if it is empty, or the file has no such column.
    pub(crate) fn get(&self, field: usize) -> Option<&'a str> {
        let place = self.place(field)?;
        let to = *self.ends.get(place)?;
        let from = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(from..to).map(str::trim).filter(|text| !text.is_empty())
    }

    /// As [`Row::get`], to keep; a text that is too long is a problem.
    pub(crate) fn take(&self, field: usize, problems: &mut Vec<Problem>) -> Option<String> {
        let text = self.get(field)?;
        if text.len() > TEXT_MAX && text.chars().nth(TEXT_MAX).is_some() {
            problems.push(self.problem(field, Code::TextTooLong));
        }
        Some(text.to_owned())
    }

    /// As [`Row::take`], of a column that must be filled.
    pub(crate) fn need(&self, field: usize, code: Code, problems: &mut Vec<Problem>) -> String {
        let text = self.take(field, problems);
        if text.is_none() {
            problems.push(self.problem(field, code));
        }
        text.unwrap_or_default()
    }

    fn problem(&self, field: usize, code: Code) -> Problem {
        let value = self.get(field).unwrap_or("");
        match self.place(field) {
            Some(place) => of_place(self.line, self.headers, place, code, value),
            None => Problem::of_row(self.line, code, value),
        }
    }

    fn place(&self, field: usize) -> Option<usize> {
        self.places.get(field).copied().flatten()
    }
}
