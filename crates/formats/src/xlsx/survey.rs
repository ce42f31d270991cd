//! A sheet read once from end to end before its rows are returned: whether it is whole, how far its values reach, and
//! what a person should know about it.

use std::io::Read;

use domain::code::Code;

use super::cell::{Cells, Piece, Range, column_name, name_of};
use super::directory::damaged;
use super::xml::Xml;
use crate::problem::Problem;
use crate::read_error::ReadError;
use crate::sheet::COLUMNS_MAX;

/// The most merged ranges. A sheet of payments has some titles.
const MERGED_MAX: usize = 10_000;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// How many columns have values, from the first one.
    pub(super) width: usize,
    /// The last row with a value.
    pub(super) last_row: u32,
    /// How many rows have values.
    pub(super) rows: u64,
    /// Merged ranges in the order of their first rows.
    pub(super) merged: Vec<Range>,
    hidden_rows: Counted,
    formulas: Counted,
    hidden_columns: Vec<(usize, usize)>,
    /// The first row with a value in each column; 0 if there is none.
    used: Vec<u32>,
}

/// How often something was found, and where first.
#[derive(Debug, Default)]
struct Counted {
    count: u64,
    first: Option<(usize, u32)>,
}

impl Counted {
    fn note(&mut self, column: usize, row: u32) {
        self.count += 1;
        self.first.get_or_insert((column, row));
    }
}

impl Survey {
    pub(super) fn of<R: Read>(xml: Xml<R>) -> Result<Self, ReadError> {
        let mut cells = Cells::new(xml);
        let mut survey = Self { used: vec![0; COLUMNS_MAX], ..Self::default() };
        let mut is_row_hidden = false;
        loop {
            match cells.next()? {
                Piece::Row { is_hidden } => is_row_hidden = is_hidden,
                Piece::Cell => survey.note(&cells, is_row_hidden),
                Piece::RowEnd => {}
                Piece::HiddenColumns(first, last) => {
                    if survey.hidden_columns.len() < COLUMNS_MAX {
                        survey.hidden_columns.push((first, last));
                    }
                }
                Piece::Merged(range) => {
                    survey.merged.push(range);
                    if survey.merged.len() > MERGED_MAX {
                        return Err(damaged("merged cells").into());
                    }
                }
                Piece::End => break,
            }
        }
        survey.merged.sort_by_key(|range| range.rows);
        Ok(survey)
    }

    fn note<R: Read>(&mut self, cells: &Cells<R>, is_row_hidden: bool) {
        let (row, column) = (cells.row(), cells.cell.column);
        if self.last_row != row {
            (self.last_row, self.rows) = (row, self.rows + 1);
            if is_row_hidden {
                self.hidden_rows.note(column, row);
            }
        }
        self.width = self.width.max(column + 1);
        if let Some(first) = self.used.get_mut(column).filter(|first| **first == 0) {
            *first = row;
        }
        if cells.cell.has_formula {
            self.formulas.note(column, row);
        }
    }

    /// What a person should know.
    pub(super) fn remarks(&self) -> Vec<Problem> {
        let mut remarks = Vec::new();
        if let Some((_, row)) = self.hidden_rows.first {
            remarks.push(Problem::of_row(
                u64::from(row),
                Code::RowsHidden,
                self.hidden_rows.count.to_string(),
            ));
        }
        if let Some((column, row)) = self.formulas.first {
            let value = format!("{} ({})", name_of(column, row), self.formulas.count);
            remarks.push(Problem::of_row(u64::from(row), Code::FormulaValue, value));
        }
        let is_hidden = |column: usize| self.hidden_columns.iter().any(|(a, b)| (*a..=*b).contains(&column));
        let used = self.used.iter().enumerate().filter(|(column, row)| **row > 0 && is_hidden(*column));
        let columns: Vec<String> = used.map(|(column, _)| column_name(column)).collect();
        if !columns.is_empty() {
            remarks.push(Problem::of_row(1, Code::ColumnsHidden, columns.join(", ")));
        }
        if let Some(first) = self.merged.first() {
            let (rows, columns) = (first.rows, first.columns);
            let range = format!("{}:{}", name_of(columns.0, rows.0), name_of(columns.1, rows.1));
            let value = format!("{range} ({})", self.merged.len());
            remarks.push(Problem::of_row(u64::from(rows.0), Code::CellsMerged, value));
        }
        remarks
    }
}

/// Whether a sheet has any value.
pub(super) fn has_values<R: Read>(xml: Xml<R>) -> Result<bool, ReadError> {
    let mut cells = Cells::new(xml);
    loop {
        match cells.next()? {
            Piece::Cell => return Ok(true),
            Piece::End => return Ok(false),
            Piece::Row { .. } | Piece::RowEnd | Piece::HiddenColumns(..) | Piece::Merged(_) => {}
        }
    }
}
