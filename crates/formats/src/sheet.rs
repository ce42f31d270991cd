//! The seam between file formats and what is read from them: a sheet is a sequence of records of text fields, the
//! first of which is the header.
//!
//! To add a format: a file that implements [`Sheet`] (CSV is [`crate::csv_reader`]), its first bytes in [`crate::kind`],
//! and a line in [`crate::open`].
//! Mapping, limits, problems and summaries are the same for all formats; they work on sheets.

use domain::code::Code;

use crate::delimiter::Delimiter;
use crate::problem::Problem;
use crate::read_error::ReadError;

/// The maximum number of columns.
pub const COLUMNS_MAX: usize = 256;

/// A file as records.
pub trait Sheet {
    /// Advances to the next record.
    fn advance(&mut self) -> Result<Step, ReadError>;

    /// The bytes of the current record, with all fields concatenated, and the end of each field. The bytes are not checked:
    /// fields may be invalid UTF-8.
    fn record(&self) -> (&[u8], &[usize]);

    /// The line, or row of a worksheet, that the current record begins on; from 1.
    fn line(&self) -> u64;

    /// What is special about fields of the current record, in the order of the fields. Text files have nothing.
    fn marks(&self) -> &[Mark] {
        &[]
    }

    /// What a person should know about the file as a whole; complete at its end.
    fn remarks(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// The field separator, for formats that have one.
    fn delimiter(&self) -> Option<Delimiter>;

    /// Whether only blank lines remain.
    fn at_end(&mut self) -> Result<bool, ReadError>;

    /// How many blank lines were skipped since the beginning or the last reset.
    fn blank_lines(&self) -> u64;

    /// Resets [`Sheet::blank_lines`].
    fn forget_blank_lines(&mut self);

    /// How many bytes the buffers hold, whatever the file size.
    fn capacity(&self) -> usize;

    /// Whether texts may have been escaped for spreadsheets ([`crate::export::escape`]). JSON has no need of that.
    fn has_escapes(&self) -> bool {
        true
    }
}

/// So that the format can be chosen at run time.
impl<S: Sheet + ?Sized> Sheet for Box<S> {
    fn advance(&mut self) -> Result<Step, ReadError> {
        (**self).advance()
    }

    fn record(&self) -> (&[u8], &[usize]) {
        (**self).record()
    }

    fn line(&self) -> u64 {
        (**self).line()
    }

    fn marks(&self) -> &[Mark] {
        (**self).marks()
    }

    fn remarks(&self) -> Vec<Problem> {
        (**self).remarks()
    }

    fn delimiter(&self) -> Option<Delimiter> {
        (**self).delimiter()
    }

    fn at_end(&mut self) -> Result<bool, ReadError> {
        (**self).at_end()
    }

    fn blank_lines(&self) -> u64 {
        (**self).blank_lines()
    }

    fn forget_blank_lines(&mut self) {
        (**self).forget_blank_lines();
    }

    fn capacity(&self) -> usize {
        (**self).capacity()
    }

    fn has_escapes(&self) -> bool {
        (**self).has_escapes()
    }
}

/// What [`Sheet::advance`] found.
#[derive(Debug)]
pub enum Step {
    /// A record, available from [`Sheet::record`].
    Record,
    /// A record that was skipped because of its size.
    Oversized(Oversized),
    /// A record that cannot be read, and why.
    Faulty(Vec<Fault>),
    /// The end of the file.
    End,
}

/// Why a record was skipped.
#[derive(Debug)]
pub struct Oversized {
    /// The index of the field that is too long; none if there are too many fields.
    pub column: Option<usize>,
    /// The beginning of the field.
    pub value: String,
}

/// What is wrong with a record that cannot be read.
#[derive(Debug)]
pub struct Fault {
    /// The column's name; none if the record as a whole is meant.
    pub column: Option<String>,
    /// What is wrong.
    pub code: Code,
    /// The beginning of the value.
    pub value: String,
}

/// What is special about one field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The index of the field.
    pub place: usize,
    /// What it is.
    pub kind: MarkKind,
}

/// What a spreadsheet stores in a cell besides text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// A number, written with a dot and without group marks.
    Number,
    /// A truth value of JSON.
    Truth,
    /// A number with more digits than a spreadsheet keeps.
    LongNumber,
    /// A date or time.
    Date,
    /// An error, such as `#REF!`.
    Error,
    /// A formula without a stored result.
    NoValue,
    /// A cell that is hidden under a merged one, and therefore empty.
    Merged,
}
