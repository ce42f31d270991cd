//! A sheet with a header: what all kinds of files share. It finds the columns, counts rows, and turns errors of a
//! record itself (size, number of fields, bytes) into problems.

use domain::code::Code;

use crate::header::{Choices, Header};
use crate::layout::Layout;
use crate::locate::{Located, TextRow, locate};
use crate::mapping::fingerprint;
use crate::number_style::NumberStyle;
use crate::problem::Problem;
use crate::read_error::ReadError;
use crate::record::{clean, dirty, fault_problems, field_count, oversized_problem};
use crate::report::{Report, Summary};
use crate::row::{Notes, Row};
use crate::sheet::{Sheet, Step};

pub(crate) struct Table<S> {
    sheet: S,
    pub(crate) header: Header,
    style: NumberStyle,
    report: Report,
    above: Vec<TextRow>,
    pub(crate) header_line: u64,
}

impl<S: Sheet> Table<S> {
    /// Reads the header. `amount` is the index of the column that every row must fill, if there is one.
    pub(crate) fn open(
        mut sheet: S,
        layout: &Layout,
        choices: &Choices<'_>,
        amount: Option<usize>,
    ) -> Result<Self, ReadError> {
        let Located { above, header, .. } = locate(&mut sheet, layout, choices)?;
        let header_line = header.line;
        let header = Header::find(header_line, header.cells, layout, choices).map_err(ReadError::Refused)?;
        sheet.forget_blank_lines();
        if sheet.at_end()? {
            return Err(no_rows(sheet.line()));
        }
        let (style, report) = (choices.style.clone(), Report::new(amount.is_some()));
        Ok(Self { sheet, header, style, report, above, header_line })
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
            let mut notes = Notes { problems, report: &mut self.report, style: &self.style };
            match self.sheet.advance()? {
                Step::End => return self.end(),
                Step::Oversized(oversized) => {
                    let names = &self.header.names;
                    notes.problems.push(oversized_problem(self.sheet.line(), names, &oversized));
                    notes.report.count_unreadable();
                }
                Step::Faulty(faults) => {
                    notes.problems.extend(fault_problems(self.sheet.line(), faults));
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
            header_set: fingerprint(&self.header.names),
            remarks: self.remarks(),
            ignored_columns: self.header.ignored(),
            proposals: self.header.proposals().to_vec(),
            totals,
            total_rows: self.report.total_rows.clone(),
            folded: self.report.folded.clone(),
            folded_count: self.report.folded_count,
            external_ids_are_a_row_count: false,
        }
    }

    /// What a person should know about the file as a whole, in the order of its lines.
    fn remarks(&self) -> Vec<Problem> {
        let above = |row: &TextRow| Problem::of_row(row.line, Code::RowsAboveHeader, row.joined());
        let mut remarks: Vec<Problem> = self.above.iter().map(above).collect();
        remarks.extend(self.sheet.remarks());
        remarks.extend(self.report.remarks_on_lengths(|field| self.header.name(field)));
        remarks.sort_by_key(|remark| remark.line);
        remarks
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
            Some(Row { line, text, ends, marks: sheet.marks(), header, has_escapes: sheet.has_escapes() })
        }
        Some(_) | None => {
            notes.report.count_unreadable();
            None
        }
    }
}

fn no_rows(line: u64) -> ReadError {
    Problem::of_row(line, Code::FileNoRows, "").into()
}
