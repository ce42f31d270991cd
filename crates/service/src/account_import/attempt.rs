//! How far an import is. That of a task continues where an earlier attempt was interrupted.
//!
//! A page is done in two commits. The first opens its accounts and, for a task, records which ones. Then its openings
//! go through the door. The second records what came of the page. A page that was interrupted in between is
//! taken again: what it opened counts as opened, and openings that it paid are answered by the door, which pays none twice.

use super::opened::OpenedPage;
use super::opening::pay_openings;
use super::outcome::{AccountsImported, PROBLEMS_SHOWN};
use super::page::ImportPage;
use super::source::ParsedAccounts;
use crate::file::FileReport;
use crate::task::job::Job;
use crate::task::right::reach_now;
use crate::task::so_far::{self, SoFar};
use crate::write::WriteResult;
use crate::{Error, Service};
use domain::access::Operation;
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::task::TaskOutput;
use domain::task::import_batch::TaskProblem;
use domain::visible::shown;
use formats::account::AccountRow;
use formats::problem::Problem;
use serde::{Deserialize, Serialize};
use store::audit::Actor;
use store::named_lock::{self, NamedLock};
use store::{Tx, crash};

/// An import that is being done.
#[derive(Debug, Default)]
pub(super) struct ImportAttempt {
    imported: AccountsImported,
    task: Option<ImportTask>,
}

/// An import that a task does.
#[derive(Debug)]
struct ImportTask {
    job: Job,
    /// What earlier attempts refused.
    problems: Vec<TaskProblem>,
    place: ImportPlace,
}

/// Where an import continues.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct ImportPlace {
    /// The last line of the pages that are done.
    line: u64,
    /// What was committed of the page after it.
    page: OpenedPage,
}

impl ImportAttempt {
    /// Begins an import, of a file with a column of openings if it has that header. Without the right to enter
    /// deposits, a task takes no row of such a file.
    pub(super) async fn begin(
        service: &Service,
        job: Option<Job>,
        opening: Option<&str>,
    ) -> Result<Self, Error> {
        let Some(job) = job else { return Ok(Self::default()) };
        let mut tx = service.store.read().await?;
        if let Some(header) = opening {
            let by = job.task.created_by.principal;
            let reach = reach_now(service, &mut tx, by, Operation::DepositCreate).await?;
            reach.ok_or_else(|| Error::refused(Code::OpeningNotRight, shown(header)))?;
        }
        let so_far: Option<SoFar<ImportPlace>> = so_far::read(&mut tx, job.task.id).await?;
        let (imported, problems, place) = match so_far {
            Some(SoFar { result: TaskOutput::ImportAccounts(output), problems, place }) => {
                (AccountsImported::continued(&output), problems, place)
            }
            Some(_) | None => Default::default(),
        };
        Ok(Self { imported, task: Some(ImportTask { job, problems, place }) })
    }

    /// Takes a page of the file, or what earlier attempts left of it.
    pub(super) async fn take(
        &mut self,
        service: &Service,
        actor: &Actor,
        parsed: ParsedAccounts,
        confusable: bool,
    ) -> Result<(), Error> {
        let read = parsed.lines();
        let parsed = parsed.after(self.task.as_ref().map_or(0, |task| task.place.line));
        if let Some(line) = parsed.last_line() {
            let mut page = self.open_page(service, actor, parsed.rows, confusable).await?;
            crash::point("accounts_opened");
            let outcomes = pay_openings(service, actor, &page.openings).await?;
            crash::point("accounts_paid");
            page.settle_openings(outcomes);
            self.imported.refuse_unread(parsed.problems);
            self.imported.take(page.rows, page.problems);
            self.close_page(service, line).await?;
        }
        if let Some(task) = &self.task {
            task.job.counts.add(i64::try_from(read).unwrap_or(i64::MAX));
        }
        Ok(())
    }

    /// Opens a page of accounts in one transaction; the opening balances are paid afterwards.
    async fn open_page(
        &mut self,
        service: &Service,
        actor: &Actor,
        rows: Vec<AccountRow>,
        confusable: bool,
    ) -> Result<ImportPage, Error> {
        let mut write = service.step(actor, Action::AccountImport).await?;
        named_lock::take(&mut write.tx, NamedLock::Directory).await?;
        let earlier = self.task.as_ref().map(|task| task.place.page.clone()).unwrap_or_default();
        let now = write.now;
        let page = ImportPage::open(&mut write.tx, rows, confusable, earlier.clone(), now).await?;
        if let Some(task) = &mut self.task {
            let paid = page.openings.iter().map(|(_, _, account)| *account);
            task.place.page = earlier.and(&page.opened, paid);
            task.keep(&mut write.tx, &self.imported).await?;
        }
        let fact = Fact::new(Action::AccountImport, None)
            .with("count", page.opened.len())
            .with("first", page.opened.first().map(|id| id.0))
            .with("rows", page.rows.len())
            .with("problems", page.problems.len())
            .with("confusable", confusable);
        write.end(Ok(WriteResult::one((), fact))).await?;
        Ok(page)
    }

    /// Records that everything up to a line is done.
    async fn close_page(&mut self, service: &Service, line: u64) -> Result<(), Error> {
        let Some(task) = &mut self.task else { return Ok(()) };
        task.place = ImportPlace { line, page: OpenedPage::default() };
        let mut tx = service.store.write().await?;
        task.keep(&mut tx, &self.imported).await?;
        tx.commit().await?;
        crash::point("accounts_page");
        Ok(())
    }

    /// What was imported.
    pub(super) fn end(self, file: FileReport) -> AccountsImported {
        let mut imported = AccountsImported { file, ..self.imported };
        imported.rows.sort_by_key(|row| row.line);
        imported.problems.sort_by_key(|problem| problem.line);
        imported
    }
}

impl ImportTask {
    /// Writes how far the import is, under the task's lease: a node that has lost it writes no other page.
    async fn keep(&self, tx: &mut Tx, imported: &AccountsImported) -> Result<(), Error> {
        let new = imported.problems.iter().map(told);
        let mut problems: Vec<TaskProblem> = self.problems.iter().cloned().chain(new).collect();
        problems.sort_by_key(|problem| problem.line);
        problems.truncate(PROBLEMS_SHOWN);
        let result = TaskOutput::ImportAccounts(imported.output());
        SoFar { result, problems, place: self.place.clone() }.keep(tx, &self.job.hold).await
    }
}

fn told(problem: &Problem) -> TaskProblem {
    TaskProblem {
        line: i64::try_from(problem.line).unwrap_or(i64::MAX),
        column: problem.column.clone(),
        code: problem.code.number(),
        value: problem.value.clone(),
        suggestion: None,
    }
}
