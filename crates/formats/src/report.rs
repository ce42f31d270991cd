//! What a file holds beside its rows: control totals, and what the reader did on its own account. Everything
//! here is small whatever the file's size.

use domain::amount::WrittenSum;

use crate::problem::shorten;
use crate::refusal::Proposal;

/// How many folded values and total rows are named; the rest is counted.
pub const NAMED_MAX: usize = 100;

/// Control totals of a file, to hold against the sender's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows, taken or not; blank rows and total rows are not among them.
    pub rows: u64,
    /// Blank lines, and rows with nothing but delimiters and blanks.
    pub blank_rows: u64,
    /// Rows that name nobody and whose amount is the sum of all above: they are skipped.
    pub total_rows: u64,
    /// The exact sum of all amounts that can be read, in major units, whatever becomes of their rows.
    pub sum: WrittenSum,
    /// Rows whose amount is missing or cannot be read, so that it is not in the sum.
    pub unreadable_amounts: u64,
}

/// A row that was taken for a total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalRow {
    /// The line on which it begins.
    pub line: u64,
    /// Its amount as it is written.
    pub amount: String,
}

/// A value in which full-width digits were read as ASCII ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The line on which the row begins.
    pub line: u64,
    /// The column's header.
    pub column: String,
    /// As it is in the file.
    pub before: String,
    /// As it was read.
    pub after: String,
}

/// What is known of a file. It is complete once the last page has been read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Headers of the columns that were not read: not understood, or set aside by the uploader. A column
    /// without a header is named by its place, such as `#7`.
    pub ignored_columns: Vec<String>,
    /// Columns that may mean a field and are not taken unless the uploader says so.
    pub proposals: Vec<Proposal>,
    /// Control totals.
    pub totals: Totals,
    /// The first rows that were taken for totals.
    pub total_rows: Vec<TotalRow>,
    /// The first values that were folded.
    pub folded: Vec<Folded>,
    /// How many values were folded.
    pub folded_count: u64,
    /// The external ids, which nobody mapped, only count the rows: 1, 2, 3 and so on to the end. They name
    /// nothing and are to be dropped.
    pub external_ids_are_a_row_count: bool,
}

/// A summary in the making.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) totals: Totals,
    pub(crate) total_rows: Vec<TotalRow>,
    pub(crate) folded: Vec<Folded>,
    pub(crate) folded_count: u64,
    /// An empty amount is one that cannot be read.
    needs_amounts: bool,
}

impl Report {
    pub(crate) fn new(needs_amounts: bool) -> Self {
        Self { needs_amounts, ..Self::default() }
    }

    /// Counts a row that cannot be read at all.
    pub(crate) const fn count_unreadable(&mut self) {
        self.totals.rows += 1;
        self.totals.unreadable_amounts += self.needs_amounts as u64;
    }

    /// Counts a row and its amount; false if it is a total row, which is no row to be read further.
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
}
