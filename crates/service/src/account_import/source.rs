//! An account file as it is read.

use crate::file::{FileReport, hash_of};
use formats::account::{AccountField, AccountFileOptions, AccountReader, AccountRow};
use formats::open::FileForm;
use formats::problem::Problem;
use formats::read_error::ReadError;
use formats::sheet::Sheet;
use std::io::{Read, Seek};

/// Rows per page; a page is one transaction.
const PAGE: usize = 10_000;

/// An opened file whose header has been read.
pub(super) struct AccountSource {
    reader: AccountReader<Box<dyn Sheet + Send>>,
    form: FileForm,
    hash: String,
}

/// A page of a file.
pub(super) struct ParsedAccounts {
    pub rows: Vec<AccountRow>,
    pub problems: Vec<Problem>,
    /// Whether there are further pages.
    pub more: bool,
}

impl ParsedAccounts {
    /// How many lines it has, readable or not. A line may have several problems.
    pub(super) fn lines(&self) -> usize {
        let mut unread: Vec<u64> = self.problems.iter().map(|problem| problem.line).collect();
        unread.dedup();
        self.rows.len() + unread.len()
    }

    /// What of it comes after a line.
    pub(super) fn after(mut self, line: u64) -> Self {
        self.rows.retain(|row| row.line > line);
        self.problems.retain(|problem| problem.line > line);
        self
    }

    /// The last line that it has; none if it has none.
    pub(super) fn last_line(&self) -> Option<u64> {
        let unread = self.problems.iter().map(|problem| problem.line);
        self.rows.iter().map(|row| row.line).chain(unread).max()
    }
}

impl AccountSource {
    /// Opens the file and reads its header.
    pub(super) fn open<R>(mut read: R, options: &AccountFileOptions) -> Result<Self, ReadError>
    where
        R: Read + Seek + Send + 'static,
    {
        let hash = hash_of(&mut read)?;
        let (reader, form) = AccountReader::open(read, options)?;
        Ok(Self { reader, form, hash })
    }

    /// The header of the column with openings, if the file has one that is read.
    pub(super) fn opening(&self) -> Option<&str> {
        self.reader.header(AccountField::Opening)
    }

    /// The next page, and the file itself.
    pub(super) fn page(mut self) -> Result<(Self, ParsedAccounts), ReadError> {
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        let more = self.reader.next_page(PAGE, &mut rows, &mut problems)?;
        Ok((self, ParsedAccounts { rows, problems, more }))
    }

    /// What the file contains, complete once it has been read.
    pub(super) fn report(&self) -> FileReport {
        FileReport { hash: self.hash.clone(), form: self.form.clone(), summary: self.reader.summary() }
    }
}
