//! The summary of a file: control totals, and what the reader ignored, skipped or folded. Its size is bounded
//! whatever the file size.

use domain::amount::WrittenSum;

use crate::lengths::Lengths;
use crate::problem::{Problem, shorten};
use crate::refusal::Proposal;

/// How many folded values and total rows are listed; the rest are only counted.
pub const NAMED_MAX: usize = 100;

/// Control totals of a file, to reconcile with the sender's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows, accepted or not, excluding blank rows and total rows.
    pub rows: u64,
    /// Blank lines, and rows with nothing but delimiters and spaces.
    pub blank_rows: u64,
    /// Rows that name no account or person and whose amount is the sum of all rows above: they are skipped.
    pub total_rows: u64,
    /// The exact sum of all readable amounts, in major units, whether or not their rows are accepted.
    pub sum: WrittenSum,
    /// Rows whose amount is missing or unreadable and therefore not in the sum.
    pub unreadable_amounts: u64,
}

/// A row that was recognised as a total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalRow {
    /// The line it begins on.
    pub line: u64,
    /// Its amount as written.
    pub amount: String,
}

/// A value in which full-width letters or digits were read as ASCII, or from which a guard against formulas was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The line the row begins on.
    pub line: u64,
    /// The column's header.
    pub column: String,
    /// As in the file.
    pub before: String,
    /// As read.
    pub after: String,
}

/// The summary of a file, complete once the last page has been read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Identifies the set of the file's headers ([`crate::mapping::fingerprint`]).
    pub header_set: String,
    /// What a person should know before the file is taken: rows above the header, hidden rows, formulas, numbers that
    /// look changed. A remark refuses nothing.
    pub remarks: Vec<Problem>,
    /// Headers of the columns that were not read: not understood, or ignored by the uploader. A column
    /// without a header is named by its position, such as `#7`.
    pub ignored_columns: Vec<String>,
    /// Columns that may mean a field but are not read unless the uploader maps them.
    pub proposals: Vec<Proposal>,
    /// Control totals.
    pub totals: Totals,
    /// The first rows that were recognised as totals.
    pub total_rows: Vec<TotalRow>,
    /// The first values that were folded.
    pub folded: Vec<Folded>,
    /// How many values were folded.
    pub folded_count: u64,
    /// Whether the external ids, in a column that was not mapped, only number the rows: 1, 2, 3 and so on to
    /// the end. They identify nothing and must be dropped.
    pub external_ids_are_a_row_count: bool,
}

/// A summary being built.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) totals: Totals,
    pub(crate) total_rows: Vec<TotalRow>,
    pub(crate) folded: Vec<Folded>,
    pub(crate) folded_count: u64,
    /// Whether an empty amount counts as unreadable.
    needs_amounts: bool,
    /// Lengths of the numbers in each column of account numbers.
    lengths: Vec<(usize, Lengths)>,
}

impl Report {
    pub(crate) fn new(needs_amounts: bool) -> Self {
        Self { needs_amounts, ..Self::default() }
    }

    /// Counts an unreadable row.
    pub(crate) const fn count_unreadable(&mut self) {
        self.totals.rows += 1;
        self.totals.unreadable_amounts += self.needs_amounts as u64;
    }

    /// Counts a row and its amount; returns false for a total row, which must not be processed further.
    pub(crate) fn count(&mut self, line: u64, is_named: bool, amount: Option<&str>) -> bool {
        let read = amount.map(WrittenSum::read);
        if !is_named && self.totals.rows > 0 && read == Some(Ok(self.totals.sum)) {
            self.count_total(line, amount.unwrap_or_default());
            return false;
        }
        self.totals.rows += 1;
        let sum = read.map(|read| read.and_then(|amount| self.totals.sum.plus(amount)));
        match sum {
            Some(Ok(sum)) => self.totals.sum = sum,
            Some(Err(_)) => self.totals.unreadable_amounts += 1,
            None => self.totals.unreadable_amounts += u64::from(self.needs_amounts),
        }
        true
    }

    fn count_total(&mut self, line: u64, amount: &str) {
        self.totals.total_rows += 1;
        if self.total_rows.len() < NAMED_MAX {
            self.total_rows.push(TotalRow { line, amount: shorten(amount.as_bytes()) });
        }
    }

    pub(crate) fn note_folded(&mut self, line: u64, column: &str, before: &str, after: &str) {
        self.folded_count += 1;
        if self.folded.len() < NAMED_MAX {
            let [column, before, after] = [column, before, after].map(|text| shorten(text.as_bytes()));
            self.folded.push(Folded { line, column, before, after });
        }
    }

    /// Counts the length of an account number.
    pub(crate) fn note_length(&mut self, field: usize, line: u64, number: &str) {
        let place = self.lengths.iter().position(|(known, _)| *known == field);
        if let Some((_, lengths)) = place.and_then(|place| self.lengths.get_mut(place)) {
            lengths.note(line, number);
            return;
        }
        let mut lengths = Lengths::default();
        lengths.note(line, number);
        self.lengths.push((field, lengths));
    }

    /// The columns of account numbers that look changed.
    pub(crate) fn remarks_on_lengths<'h>(&self, name: impl Fn(usize) -> Option<&'h str>) -> Vec<Problem> {
        let of = |(field, lengths): &(usize, Lengths)| lengths.remarks(name(*field).unwrap_or_default());
        self.lengths.iter().flat_map(of).collect()
    }
}
