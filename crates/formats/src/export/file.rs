//! The seam between an export and its forms.

use super::cell::Cell;
use super::options::ExportOptions;
use super::table::ExportTable;
use std::io::{Result, Write};

/// What is written, and how.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) table: ExportTable,
    pub(super) options: ExportOptions,
}

/// A file in one of the forms. Its bytes go to the writer that each call is given, at once or later.
pub(super) trait FileWriter: Send {
    /// Adds a row.
    fn row(&mut self, cells: &[Cell<'_>], to: &mut (dyn Write + Send)) -> Result<()>;

    /// Ends the file.
    fn finish(self: Box<Self>, to: &mut (dyn Write + Send)) -> Result<()>;
}

/// How many bytes a form collects before it hands them on.
pub(super) const COLLECTED: usize = 64 * 1024;
