//! A record of a sheet: whether it is text, and the problems of a record that is not.

use domain::code::Code;

use crate::kind;
use crate::problem::Problem;
use crate::sheet::{COLUMNS_MAX, Fault, Oversized};

/// The start and end of each field.
pub(crate) fn slices(ends: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends.iter().copied()).take(COLUMNS_MAX)
}

/// The record as text, if no field has a NUL or invalid UTF-8: a cheap check of the record as a whole.
pub(crate) fn clean<'a>(bytes: &'a [u8], ends: &[usize]) -> Option<&'a str> {
    let text = std::str::from_utf8(bytes).ok().filter(|_| !bytes.contains(&0))?;
    (text.is_ascii() || ends.iter().all(|end| text.is_char_boundary(*end))).then_some(text)
}

/// Reports the fields because of which [`clean`] refused the record.
pub(crate) fn dirty(line: u64, bytes: &[u8], ends: &[usize], names: &[String], problems: &mut Vec<Problem>) {
    for (place, (from, to)) in slices(ends).enumerate() {
        let field = bytes.get(from..to).unwrap_or_default();
        if field.contains(&0) {
            problems.push(of_place(line, names, place, Code::NulByte, field));
        } else if std::str::from_utf8(field).is_err() {
            problems.push(of_place(line, names, place, Code::InvalidUtf8, field));
        }
    }
}

/// Why the header cannot be read.
pub(crate) fn unreadable_header(line: u64, bytes: &[u8], ends: &[usize]) -> Problem {
    if let Some(encoding) = kind::encoding_of(bytes) {
        return Problem::of_row(line, Code::FileUnsupported, encoding);
    }
    let mut problems = Vec::new();
    dirty(line, bytes, ends, &[], &mut problems);
    let first = problems.into_iter().next();
    first.unwrap_or_else(|| Problem::of_row(line, Code::InvalidUtf8, bytes))
}

/// Found and expected count, without words: the value is shown in every language.
pub(crate) fn field_count(line: u64, found: impl std::fmt::Display, expected: usize) -> Problem {
    Problem::of_row(line, Code::FieldCount, format!("{found} / {expected}"))
}

pub(crate) fn oversized_problem(line: u64, names: &[String], oversized: &Oversized) -> Problem {
    match oversized.column {
        None => field_count(line, &oversized.value, names.len()),
        Some(column) => of_place(line, names, column, Code::FieldTooLong, &oversized.value),
    }
}

/// The problems of a record that cannot be read.
pub(crate) fn fault_problems(line: u64, faults: Vec<Fault>) -> Vec<Problem> {
    let problem = |Fault { column, code, value }| match column {
        Some(column) => Problem::of_column(line, &column, code, value),
        None => Problem::of_row(line, code, value),
    };
    faults.into_iter().map(problem).collect()
}

/// A problem of the field at a place.
pub(crate) fn of_place(
    line: u64,
    names: &[String],
    place: usize,
    code: Code,
    value: impl AsRef<[u8]>,
) -> Problem {
    match names.get(place) {
        Some(name) => Problem::of_column(line, name, code, value),
        None => Problem::of_row(line, code, value),
    }
}
