//! A first look at a file: what it is, its columns and what they probably mean, and its first rows as they are read.
//! Nothing is refused that a person can still decide.

use std::io::{Read, Seek};

use crate::account;
use crate::header::Choices;
use crate::kind::FileKind;
use crate::layout::{Layout, fold};
use crate::locate::{HEADER_ROWS, Located, TextRow, locate, text_row};
use crate::mapping::{ColumnGuess, fingerprint, guess};
use crate::open::{FileForm, FileOptions, Opened, open_any};
use crate::payment;
use crate::problem::Problem;
use crate::read_error::ReadError;
use crate::record::{clean, dirty, fault_problems, oversized_problem};
use crate::sheet::{Sheet, Step};
use crate::xlsx::Otherwise;

/// How many rows are shown.
pub const ROWS_SHOWN: usize = 20;

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Payments.
    Payments,
    /// Accounts to open.
    Accounts,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Probe {
    /// What the file is.
    pub form: FileForm,
    /// The header, as in the file.
    pub header: Vec<String>,
    /// The line of the header.
    pub header_line: u64,
    /// Identifies this set of headers.
    pub fingerprint: String,
    /// What each column probably means.
    pub columns: Vec<ColumnGuess>,
    /// How many rows are below the header, about.
    pub rows_estimate: u64,
    /// The rows above the header, which are not read.
    pub above: Vec<TextRow>,
    /// The first rows below it.
    pub rows: Vec<TextRow>,
    /// What a person should know, and why rows among the first cannot be read.
    pub remarks: Vec<Problem>,
}

/// What the uploader says about a file before it is read.
#[derive(Debug, Clone)]
pub struct ProbeOptions {
    /// What its rows are.
    pub purpose: Purpose,
    /// Its form.
    pub file: FileOptions,
    /// Columns that were mapped: names of fields with the headers chosen for them. Others are guessed.
    pub mapped: Vec<(String, String)>,
}

/// Looks at a file. Refuses one that has no rows, is damaged, or is of a kind or encoding that cannot be read. Of a
/// workbook with several sheets the first visible one with values is shown.
pub fn probe<R: Read + Seek + Send + 'static>(read: R, options: &ProbeOptions) -> Result<Probe, ReadError> {
    let layout: &Layout = match options.purpose {
        Purpose::Payments => &payment::WITHOUT_AMOUNTS,
        Purpose::Accounts => &account::LAYOUT,
    };
    let Opened { mut sheet, form } = open_any(read, &options.file, Otherwise::First)?;
    let chosen = Choices { mapped: mapped(layout, &options.mapped), ..Choices::default() };
    let Located { above, header, below } = locate(&mut sheet, layout, &chosen)?;
    let mut remarks = Vec::new();
    let mut rows = below;
    read_rows(&mut sheet, &header.cells, &mut rows, &mut remarks)?;
    rows.truncate(ROWS_SHOWN);
    remarks.extend(sheet.remarks());
    remarks.sort_by_key(|remark| remark.line);
    let values: Vec<Vec<String>> = rows.iter().map(|row| row.cells.clone()).collect();
    // The header of JSON lines has no line of its own.
    let unread = above.len() + usize::from(form.kind != FileKind::JsonLines);
    let unread = u64::try_from(unread).unwrap_or(u64::MAX);
    Ok(Probe {
        columns: guess(&header.cells, &values, layout.columns, &chosen.mapped),
        fingerprint: fingerprint(&header.cells),
        rows_estimate: form.lines.saturating_sub(unread),
        header: header.cells,
        header_line: header.line,
        form,
        above,
        rows,
        remarks,
    })
}

/// The fields with these names; an unknown name is left out.
fn mapped<'m>(layout: &Layout, names: &'m [(String, String)]) -> Vec<(usize, &'m str)> {
    let place = |name: &str| {
        let folded = fold(name);
        layout.columns.iter().position(|column| column.is(&folded) || fold(column.name) == folded)
    };
    names.iter().filter_map(|(name, header)| Some((place(name)?, header.as_str()))).collect()
}

/// Reads the first rows below the header, and as many records at most as could be a header.
fn read_rows(
    sheet: &mut impl Sheet,
    names: &[String],
    rows: &mut Vec<TextRow>,
    problems: &mut Vec<Problem>,
) -> Result<(), ReadError> {
    for _ in 0..ROWS_SHOWN + HEADER_ROWS {
        if rows.len() >= ROWS_SHOWN {
            return Ok(());
        }
        match sheet.advance()? {
            Step::End => return Ok(()),
            Step::Oversized(oversized) => problems.push(oversized_problem(sheet.line(), names, &oversized)),
            Step::Faulty(faults) => problems.extend(fault_problems(sheet.line(), faults)),
            Step::Record => {
                let (bytes, ends) = sheet.record();
                match clean(bytes, ends) {
                    Some(text) if text.trim().is_empty() => {}
                    Some(text) => rows.push(text_row(sheet.line(), text, ends)),
                    None => dirty(sheet.line(), bytes, ends, names, problems),
                }
            }
        }
    }
    Ok(())
}
