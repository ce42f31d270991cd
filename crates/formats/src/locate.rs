//! Finds the header: the first row that has every required column, possibly below a title and other rows.

use domain::code::Code;

use crate::header::Choices;
use crate::layout::{Layout, fold, missing};
use crate::meaning::Meaning;
use crate::problem::Problem;
use crate::read_error::ReadError;
use crate::record::{clean, fault_problems, oversized_problem, slices, unreadable_header};
use crate::sheet::{Oversized, Sheet, Step};

/// In how many of the first rows a header is looked for.
pub(crate) const HEADER_ROWS: usize = 20;

/// A row as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRow {
    /// The line it begins on.
    pub line: u64,
    /// Its cells, trimmed.
    pub cells: Vec<String>,
}

impl TextRow {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }

    /// Its cells in one line.
    pub(crate) fn joined(&self) -> String {
        let filled = self.cells.iter().filter(|cell| !cell.is_empty());
        filled.map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// The header, and the rows around it that were read to find it.
#[derive(Debug)]
pub(crate) struct Located {
    /// The rows above it, without blank ones.
    pub(crate) above: Vec<TextRow>,
    /// The header; if no row has every required column, the one most like it.
    pub(crate) header: TextRow,
    /// The rows below it; none if it has every required column.
    pub(crate) below: Vec<TextRow>,
}

/// Reads rows until one has every required column.
pub(crate) fn locate(
    sheet: &mut impl Sheet,
    layout: &Layout,
    choices: &Choices<'_>,
) -> Result<Located, ReadError> {
    let mut rows: Vec<TextRow> = Vec::new();
    let mut best = (0, 0);
    let mut first_error = None;
    for _ in 0..HEADER_ROWS {
        let row = match read_row(sheet)? {
            NextRow::End => break,
            NextRow::Unreadable(error) => {
                first_error = first_error.or(Some(error));
                continue;
            }
            NextRow::Row(row) => row,
        };
        let likeness = likeness(&row, layout, choices);
        if likeness > best.0 {
            best = (likeness, rows.len());
        }
        rows.push(row);
        if likeness == LIKENESS_MAX {
            break;
        }
    }
    if let (0, Some(error)) = (best.0, first_error) {
        return Err(error.into());
    }
    let below = rows.split_off(rows.len().min(best.1 + 1));
    let header = rows.pop().ok_or_else(|| Problem::of_row(1, Code::FileNoRows, ""))?;
    rows.retain(|row| !row.is_blank());
    Ok(Located { above: rows, header, below })
}

enum NextRow {
    Row(TextRow),
    Unreadable(Problem),
    End,
}

fn read_row(sheet: &mut impl Sheet) -> Result<NextRow, ReadError> {
    let unreadable = match sheet.advance()? {
        Step::End => return Ok(NextRow::End),
        Step::Oversized(Oversized { column: None, value }) => {
            Problem::of_row(sheet.line(), Code::TooManyColumns, value)
        }
        Step::Oversized(oversized) => oversized_problem(sheet.line(), &[], &oversized),
        Step::Faulty(faults) => {
            let first = fault_problems(sheet.line(), faults).into_iter().next();
            first.unwrap_or_else(|| Problem::of_row(sheet.line(), Code::LineInvalid, ""))
        }
        Step::Record => {
            let (bytes, ends) = sheet.record();
            match clean(bytes, ends) {
                Some(text) => return Ok(NextRow::Row(text_row(sheet.line(), text, ends))),
                None => unreadable_header(sheet.line(), bytes, ends),
            }
        }
    };
    Ok(NextRow::Unreadable(unreadable))
}

/// A record as a row of text.
pub(crate) fn text_row(line: u64, text: &str, ends: &[usize]) -> TextRow {
    let cells = slices(ends).map(|(from, to)| text.get(from..to).unwrap_or("").trim().to_owned());
    TextRow { line, cells: cells.collect() }
}

/// The likeness of a row that has every required column.
const LIKENESS_MAX: usize = usize::MAX;

/// How much a row is like a header of this layout.
fn likeness(row: &TextRow, layout: &Layout, choices: &Choices<'_>) -> usize {
    let folded: Vec<String> = row.cells.iter().map(|cell| fold(cell)).collect();
    let chosen: Vec<(usize, String)> =
        choices.mapped.iter().map(|(field, header)| (*field, fold(header))).collect();
    let ignored: Vec<String> = choices.ignored.iter().map(|header| fold(header)).collect();
    let place = |field: usize| {
        let by_choice = chosen.iter().filter(|(mapped, _)| *mapped == field);
        let mut by_choice = by_choice.filter_map(|(_, name)| folded.iter().position(|cell| cell == name));
        let column = layout.columns.get(field)?;
        let by_name = || folded.iter().position(|cell| column.is(cell) && !ignored.contains(cell));
        by_choice.next().or_else(by_name)
    };
    let places: Vec<Option<usize>> = (0..layout.columns.len()).map(place).collect();
    if missing(layout, &places).is_none() {
        return LIKENESS_MAX;
    }
    let known = places.iter().filter(|place| place.is_some()).count();
    let is_near = |cell: &&String| {
        layout.columns.iter().any(|column| column.proposed.contains(&cell.as_str()))
            || Meaning::of(cell.as_str()).is_some()
    };
    known * 4 + folded.iter().filter(is_near).count()
}
