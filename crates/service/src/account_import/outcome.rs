//! What an import of accounts did, row by row.

use super::page::Page;
use domain::code::Code;
use formats::problem::Problem;
use ledger::Outcome;

/// Rows that an answer shows; the rest is counted.
pub const ROWS_SHOWN: usize = 10_000;
/// Problems that an answer carries; the rest is counted.
pub const PROBLEMS_SHOWN: usize = 1_000;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOutcome {
    /// The account was opened.
    Opened,
    /// The account existed as the row says.
    Known,
    /// The account existed, and its holder has another name than the row. Nothing was changed.
    KnownNameDiffers,
    /// The row was not taken; a problem of its line says why.
    Refused,
}

impl RowOutcome {
    /// The word in answers.
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

/// What became of a row's opening balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpeningOutcome {
    /// The row has none.
    None,
    /// It was paid.
    Paid,
    /// It was not paid: the account is in use.
    UnpaidInUse,
    /// It was not paid: the account's holder is not in every detail the row's.
    UnpaidHolderDiffers,
    /// It was refused; a problem of the line says why.
    Refused(Code),
}

impl OpeningOutcome {
    /// The word in answers.
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

/// A row and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// The line on which it begins.
    pub line: u64,
    /// The account's number; empty if the row could not be read.
    pub number: String,
    /// What became of it.
    pub outcome: RowOutcome,
    /// What became of its opening balance.
    pub opening: OpeningOutcome,
}

/// What an import of accounts did. Each row of the file is counted once among `opened`, `known`, `name_differs`
/// and `refused`.
#[derive(Debug, Default)]
pub struct AccountsImported {
    /// Accounts opened.
    pub opened: usize,
    /// Accounts that existed as the rows say.
    pub known: usize,
    /// Accounts that existed under another holder's name.
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
    /// The first problems: of refused rows and of refused openings.
    pub problems: Vec<Problem>,
}

impl AccountsImported {
    /// Whether anything of the file was refused.
    #[must_use]
    pub const fn has_refusals(&self) -> bool {
        self.refused > 0 || self.openings_refused > 0
    }

    /// Takes lines that could not be read as rows. A line may have several problems.
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

    /// Takes a page, with the outcomes of its openings.
    pub(super) fn take(&mut self, page: Page, outcomes: Vec<Outcome>) {
        let Page { mut rows, mut problems, openings, .. } = page;
        for ((place, ready, _), outcome) in openings.into_iter().zip(outcomes) {
            let Some(row) = rows.get_mut(place) else { continue };
            row.opening = match outcome.code {
                None => OpeningOutcome::Paid,
                Some(code) => {
                    problems.push(super::problem(&ready.row, "opening", code, ready.text()));
                    OpeningOutcome::Refused(code)
                }
            };
        }
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
