//! The result of an account import, row by row.

use crate::file::FileReport;
use domain::code::Code;
use domain::task::import_accounts::ImportAccountsOutput;
use formats::problem::Problem;

/// Rows an answer lists; the rest are only counted.
pub const ROWS_SHOWN: usize = 10_000;
/// Problems an answer lists; the rest are only counted.
pub const PROBLEMS_SHOWN: usize = 1_000;

/// The outcome of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOutcome {
    /// The account was opened.
    Opened,
    /// The account already existed and matches the row.
    Known,
    /// The account already existed under another holder name. Nothing was changed.
    KnownNameDiffers,
    /// The row was refused; a problem for its line gives the reason.
    Refused,
}

impl RowOutcome {
    /// Its name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Known => "known",
            Self::KnownNameDiffers => "known_name_differs",
            Self::Refused => "refused",
        }
    }
}

/// The outcome of a row's opening balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpeningOutcome {
    /// The row has none.
    None,
    /// It was paid.
    Paid,
    /// It was not paid: the account is in use.
    UnpaidInUse,
    /// It was not paid: the account's holder does not match the row in every detail.
    UnpaidHolderDiffers,
    /// It was refused; a problem for the line gives the reason.
    Refused(Code),
}

impl OpeningOutcome {
    /// Its name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Paid => "paid",
            Self::UnpaidInUse => "unpaid_in_use",
            Self::UnpaidHolderDiffers => "unpaid_holder_differs",
            Self::Refused(_) => "refused",
        }
    }
}

/// A row and its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// The line it begins on.
    pub line: u64,
    /// The account's number; empty if the row could not be read.
    pub number: String,
    /// Its outcome.
    pub outcome: RowOutcome,
    /// The outcome of its opening balance.
    pub opening: OpeningOutcome,
}

/// The result of an account import. Each row of the file is counted exactly once: in `opened`, `known`,
/// `name_differs` or `refused`.
#[derive(Debug, Default)]
pub struct AccountsImported {
    /// Accounts opened.
    pub opened: usize,
    /// Accounts that already existed and match their rows.
    pub known: usize,
    /// Accounts that already existed under another holder name.
    pub name_differs: usize,
    /// Rows refused.
    pub refused: usize,
    /// Openings paid.
    pub paid: usize,
    /// Openings that were not paid because the account is in use or its holder differs.
    pub unpaid: usize,
    /// Openings that the ledger refused.
    pub openings_refused: usize,
    /// The first rows, page by page.
    pub rows: Vec<ImportedRow>,
    /// The first problems, of refused rows and of refused openings.
    pub problems: Vec<Problem>,
    /// What the file contains, whatever the outcome of its rows.
    pub file: FileReport,
}

impl AccountsImported {
    /// Whether anything in the file was refused.
    #[must_use]
    pub const fn has_refusals(&self) -> bool {
        self.refused > 0 || self.openings_refused > 0
    }

    /// What a task answers: the counts, and what the file was read as.
    #[must_use]
    pub fn output(&self) -> ImportAccountsOutput {
        ImportAccountsOutput {
            opened: self.opened,
            known: self.known,
            known_name_differs: self.name_differs,
            refused: self.refused,
            openings_paid: self.paid,
            openings_unpaid: self.unpaid,
            openings_refused: self.openings_refused,
            file: self.file.read_as(),
            ignored_columns: self.file.summary.ignored_columns.clone(),
        }
    }

    /// An import that continues from the counts of earlier attempts.
    pub(super) fn continued(output: &ImportAccountsOutput) -> Self {
        Self {
            opened: output.opened,
            known: output.known,
            name_differs: output.known_name_differs,
            refused: output.refused,
            paid: output.openings_paid,
            unpaid: output.openings_unpaid,
            openings_refused: output.openings_refused,
            ..Self::default()
        }
    }

    /// Adds lines that could not be parsed as rows. A line may have several problems.
    pub(super) fn refuse_unread(&mut self, problems: Vec<Problem>) {
        let mut last = None;
        for problem in &problems {
            if last != Some(problem.line) {
                let (line, number) = (problem.line, String::new());
                self.add(ImportedRow {
                    line,
                    number,
                    outcome: RowOutcome::Refused,
                    opening: OpeningOutcome::None,
                });
            }
            last = Some(problem.line);
        }
        self.add_problems(problems);
    }

    /// Adds the rows and problems of a page.
    pub(super) fn take(&mut self, rows: Vec<ImportedRow>, problems: Vec<Problem>) {
        rows.into_iter().for_each(|row| self.add(row));
        self.add_problems(problems);
    }

    fn add(&mut self, row: ImportedRow) {
        let count = match row.outcome {
            RowOutcome::Opened => &mut self.opened,
            RowOutcome::Known => &mut self.known,
            RowOutcome::KnownNameDiffers => &mut self.name_differs,
            RowOutcome::Refused => &mut self.refused,
        };
        *count += 1;
        match row.opening {
            OpeningOutcome::None => {}
            OpeningOutcome::Paid => self.paid += 1,
            OpeningOutcome::UnpaidInUse | OpeningOutcome::UnpaidHolderDiffers => self.unpaid += 1,
            OpeningOutcome::Refused(_) => self.openings_refused += 1,
        }
        if self.rows.len() < ROWS_SHOWN {
            self.rows.push(row);
        }
    }

    fn add_problems(&mut self, mut problems: Vec<Problem>) {
        problems.sort_by_key(|problem| problem.line);
        let room = PROBLEMS_SHOWN.saturating_sub(self.problems.len());
        self.problems.extend(problems.into_iter().take(room));
    }
}
