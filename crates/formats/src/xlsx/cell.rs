//! The cells of a sheet in their order, as they are stored.

use std::io::Read;

use domain::code::Code;
use quick_xml::events::{BytesStart, Event};

use super::directory::damaged;
use super::text::add;
use super::xml::{Xml, attribute, character, is_set};
use crate::problem::Problem;
use crate::read_error::ReadError;
use crate::sheet::COLUMNS_MAX;

/// The last row that a sheet can have.
const ROW_MAX: u32 = 1_048_576;

/// How a cell's value is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Stored {
    /// A number, which may be shown as a date.
    #[default]
    Number,
    /// The number of a shared text.
    Shared,
    /// A text.
    Text,
    /// `0` or `1`.
    Boolean,
    /// An error, such as `#REF!`.
    Error,
    /// A date in ISO 8601.
    Date,
}

/// A cell with a value or a formula.
#[derive(Debug, Default)]
pub(super) struct RawCell {
    /// Its column, from 0.
    pub(super) column: usize,
    pub(super) stored: Stored,
    pub(super) style: usize,
    pub(super) value: String,
    pub(super) has_formula: bool,
}

/// A rectangle of cells: its rows from 1 and its columns from 0, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) rows: (u32, u32),
    pub(super) columns: (usize, usize),
}

/// What a sheet contains, in the order of the file.
pub(super) enum Piece {
    /// A row begins.
    Row { is_hidden: bool },
    /// A cell of it, now in [`Cells::cell`].
    Cell,
    /// The row ends.
    RowEnd,
    /// Hidden columns, from 0 and inclusive.
    HiddenColumns(usize, usize),
    /// Merged cells.
    Merged(Range),
    /// The end of the sheet.
    End,
}

/// Reads a sheet piece by piece.
pub(super) struct Cells<R> {
    xml: Xml<R>,
    row: u32,
    next_column: usize,
    /// The cell that was read last.
    pub(super) cell: RawCell,
    state: State,
}

/// Where in a cell the reader is.
#[derive(Default)]
struct State {
    is_within: bool,
    has_value: bool,
    /// Whether text belongs to the value.
    is_value: bool,
    phonetic: u32,
}

impl<R: Read> Cells<R> {
    pub(super) fn new(xml: Xml<R>) -> Self {
        Self { xml, row: 0, next_column: 0, cell: RawCell::default(), state: State::default() }
    }

    /// The number of the row that was begun last.
    pub(super) const fn row(&self) -> u32 {
        self.row
    }

    pub(super) fn next(&mut self) -> Result<Piece, ReadError> {
        loop {
            let (cell, state) = (&mut self.cell, &mut self.state);
            match self.xml.next()? {
                Event::Start(start) => match start.local_name().as_ref() {
                    "v" | "t" if state.is_within => {
                        state.is_value = state.phonetic == 0;
                        state.has_value |= state.is_value;
                    }
                    "f" if state.is_within => cell.has_formula = true,
                    "rPh" => state.phonetic += 1,
                    "c" => {
                        begin(&start, cell, self.row, &mut self.next_column)?;
                        *state = State { is_within: true, ..State::default() };
                    }
                    "row" => return row(&start, &mut self.row, &mut self.next_column),
                    _ => {
                        if let Some(piece) = other(&start)? {
                            return Ok(piece);
                        }
                    }
                },
                Event::Empty(empty) => match empty.local_name().as_ref() {
                    // A cell without a value has only a look.
                    "c" => begin(&empty, cell, self.row, &mut self.next_column)?,
                    "f" if state.is_within => cell.has_formula = true,
                    "row" => {
                        row(&empty, &mut self.row, &mut self.next_column)?;
                    }
                    _ => {
                        if let Some(piece) = other(&empty)? {
                            return Ok(piece);
                        }
                    }
                },
                Event::Text(text) if state.is_value => add(&mut cell.value, &text.xml10_content()),
                Event::CData(text) if state.is_value => add(&mut cell.value, &text.xml10_content()),
                Event::GeneralRef(reference) if state.is_value => {
                    add(&mut cell.value, character(&reference)?.encode_utf8(&mut [0; 4]));
                }
                Event::End(end) => match end.local_name().as_ref() {
                    "v" | "t" => state.is_value = false,
                    "rPh" => state.phonetic = state.phonetic.saturating_sub(1),
                    "c" => {
                        state.is_within = false;
                        if state.has_value || cell.has_formula {
                            return check_column(cell, self.row).map(|()| Piece::Cell);
                        }
                    }
                    "row" => return Ok(Piece::RowEnd),
                    _ => {}
                },
                Event::Eof => return Ok(Piece::End),
                _ => {}
            }
        }
    }
}

fn check_column(cell: &RawCell, row: u32) -> Result<(), ReadError> {
    if cell.column < COLUMNS_MAX {
        return Ok(());
    }
    let problem = Problem::of_row(u64::from(row), Code::CellTooFar, name_of(cell.column, row));
    Err(problem.into())
}

/// Begins a row. Rows must come in their order: they are read one at a time.
fn row(start: &BytesStart<'_>, last: &mut u32, next_column: &mut usize) -> Result<Piece, ReadError> {
    let number = match attribute(start, "r") {
        Some(text) => text.parse().ok(),
        None => last.checked_add(1),
    };
    let number = number.filter(|number| (*last + 1..=ROW_MAX).contains(number));
    let number = number.ok_or_else(|| damaged("row order"))?;
    (*last, *next_column) = (number, 0);
    Ok(Piece::Row { is_hidden: is_set(start, "hidden") })
}

fn begin(start: &BytesStart<'_>, cell: &mut RawCell, row: u32, next: &mut usize) -> Result<(), ReadError> {
    cell.value.clear();
    (cell.column, cell.style, cell.stored, cell.has_formula) = (*next, 0, Stored::Number, false);
    for attribute in start.attributes().with_checks(false).flatten() {
        let value = attribute.value.as_ref();
        match attribute.key.as_ref() {
            "r" => {
                let place = place(value).filter(|(_, own_row)| *own_row == row);
                (cell.column, _) = place.ok_or_else(|| damaged("cell"))?;
            }
            "s" => cell.style = value.parse().unwrap_or(0),
            "t" => {
                cell.stored = match value {
                    "s" => Stored::Shared,
                    "inlineStr" | "str" => Stored::Text,
                    "b" => Stored::Boolean,
                    "e" => Stored::Error,
                    "d" => Stored::Date,
                    _ => Stored::Number,
                };
            }
            _ => {}
        }
    }
    *next = cell.column.saturating_add(1);
    Ok(())
}

/// Hidden columns and merged cells.
fn other(start: &BytesStart<'_>) -> Result<Option<Piece>, ReadError> {
    match start.local_name().as_ref() {
        "col" if is_set(start, "hidden") => {
            let number = |name| attribute(start, name).and_then(|value| value.parse::<usize>().ok());
            let columns = number("min").zip(number("max"));
            let columns = columns.and_then(|(min, max)| Some((min.checked_sub(1)?, max.checked_sub(1)?)));
            Ok(columns.map(|(min, max)| Piece::HiddenColumns(min, max)))
        }
        "mergeCell" => {
            let range = attribute(start, "ref").and_then(|text| range(&text));
            Ok(Some(Piece::Merged(range.ok_or_else(|| damaged("merged cells"))?)))
        }
        _ => Ok(None),
    }
}

fn range(text: &str) -> Option<Range> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let (first, last) = (place(first)?, place(last)?);
    let is_range = first.0 <= last.0 && first.1 <= last.1;
    is_range.then_some(Range { rows: (first.1, last.1), columns: (first.0, last.0) })
}

/// The column, from 0, and the row, from 1, of a name such as `B12`.
fn place(name: &str) -> Option<(usize, u32)> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) =
        name.split_at_checked(letters).filter(|(letters, _)| (1..=3).contains(&letters.len()))?;
    let number = |sum: usize, letter: u8| sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1;
    let row = digits.parse().ok().filter(|row| (1..=ROW_MAX).contains(row))?;
    Some((letters.bytes().fold(0, number) - 1, row))
}

/// The name of a cell, such as `B12`.
pub(crate) fn name_of(column: usize, row: u32) -> String {
    format!("{}{row}", column_name(column))
}

/// The name of a column, such as `B`.
pub(super) fn column_name(column: usize) -> String {
    let (mut letters, mut rest) = (Vec::new(), column + 1);
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_names() {
        for (name, column, row) in
            [("A1", 0, 1), ("B12", 1, 12), ("AA3", 26, 3), ("XFD1048576", 16_383, 1_048_576)]
        {
            assert_eq!(place(name), Some((column, row)), "{name}");
            assert_eq!(name_of(column, row), name);
        }
        for name in ["", "1", "A", "A0", "AAAA1", "A1048577", "A-1", "Ä1", "A1B"] {
            assert_eq!(place(name), None, "{name}");
        }
    }
}
