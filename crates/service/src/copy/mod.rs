//! Moves a whole ledger into another database, of the same engine or the other one.
//!
//! The source is sealed meanwhile ([`seal`]), so it cannot be written. Its tables are copied page by page.
//! Each page and the copy's progress are written in one transaction (`progress`), so a killed copy resumes
//! where it stopped. Until the copy has been compared with the source row by row (`compare`) and verified,
//! the target cannot be opened as a ledger.
//!
//! `store::copy` defines what is copied and in which order; add a new table there.

mod compare;
mod feed;
mod place;
mod progress;
pub mod seal;

pub use compare::{Copied, Difference};

use self::feed::{Fed, Feed};
use self::place::Place;
use self::progress::Progress;
use crate::verify::Violation;
use crate::write::Done;
use crate::{Error, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use store::StoreError;
use store::audit::Actor;
use store::copy::RowPage;

/// What is copied, where to, and for whom.
#[derive(Debug)]
pub struct Copy<'a> {
    /// The source.
    pub from: &'a Service,
    /// The target: an empty schema, or an unfinished copy of the same source.
    pub to: &'a Service,
    /// The source's display name, without secrets.
    pub from_shown: &'a str,
    /// The target's display name, without secrets.
    pub to_shown: &'a str,
    /// Rows per page, and so per transaction.
    pub page: usize,
    /// Whether the source stays in use afterwards.
    pub keep: bool,
    /// The actor for the audit log.
    pub actor: &'a Actor,
}

/// The stages of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Rows are written.
    Copying,
    /// The target rebuilds its history, which is not copied.
    History,
    /// Rows are compared.
    Comparing,
    /// The target is verified from its postings up.
    Verifying,
}

/// A copy's progress report.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The current stage.
    pub stage: Stage,
    /// The table; empty in stages without tables.
    pub table: &'static str,
    /// Rows so far.
    pub rows: u64,
    /// Rows since the last report.
    pub added: u64,
    /// Whether the table is done.
    pub is_done: bool,
}

impl Step {
    const fn of(stage: Stage) -> Self {
        Self { stage, table: "", rows: 0, added: 0, is_done: false }
    }
}

/// The result of a copy that was neither refused nor interrupted.
#[derive(Debug)]
pub enum Verdict {
    /// The target is the ledger now.
    Same(Vec<Copied>),
    /// A row differs between the two sides; the target stays closed.
    Different(Difference),
    /// The target violates invariants; it stays closed.
    Violated(Vec<Violation>),
}

impl Copy<'_> {
    /// Copies, or resumes a copy; `tell` receives the progress.
    pub async fn run(&self, mut tell: impl FnMut(&Step)) -> Result<Verdict, Error> {
        let place = self.place().await?;
        self.write(&place, &mut tell).await?;
        tell(&Step::of(Stage::History));
        self.to.history_catch_up().await?;
        let copied = match self.compare(place.commit_number, &mut tell).await? {
            Ok(copied) => copied,
            Err(difference) => return Ok(Verdict::Different(difference)),
        };
        tell(&Step::of(Stage::Verifying));
        let found = self.to.verify().await?;
        if !found.is_ok() {
            return Ok(Verdict::Violated(found.violations()));
        }
        self.finish(&place).await?;
        Ok(Verdict::Same(copied))
    }

    /// Writes what is missing, page by page, while the next page is being read.
    async fn write(&self, place: &Place, tell: &mut impl FnMut(&Step)) -> Result<(), Error> {
        let mut progress = place.progress.clone();
        let from = Feed { page: self.page, commit_number: Some(place.commit_number), is_hashed: false };
        let mut pages = from.start(&self.from.store, progress.clone());
        while let Some(fed) = pages.recv().await {
            let Fed { page, is_last: is_done, .. } = fed?;
            let (table, added, next) = (page.step.name, rows_of(&page), progress.behind(&page));
            let rows = next.rows;
            if added > 0 {
                progress = self.write_page(page, progress, next).await?;
            }
            tell(&Step { stage: Stage::Copying, table, rows, added, is_done });
        }
        Ok(())
    }

    async fn write_page(&self, page: RowPage, before: Progress, next: Progress) -> Result<Progress, Error> {
        // A step that sets rows instead of inserting them can be repeated, and is: the source may have drawn
        // a number meanwhile.
        let next = if page.step.is_set() { before.clone() } else { next };
        let mut tx = self.to.store.write().await?;
        next.note(&mut tx, &before).await?;
        store::copy::write(&mut tx, page).await?;
        tx.commit().await?;
        Ok(next)
    }

    /// Makes the target a ledger, then unseals the source if it stays in use.
    async fn finish(&self, place: &Place) -> Result<(), Error> {
        if self.from.commit_number().await? != place.commit_number {
            return Err(Code::CopySourceChanged.into());
        }
        let mut write = self.to.step(self.actor, Action::LedgerCopy).await?;
        store::copy::align(&mut write.tx).await?;
        // The seal was copied with the head.
        store::head::unseal(&mut write.tx).await?;
        for name in place::SETTINGS {
            if !store::setting::delete(&mut write.tx, name).await? {
                return Err(StoreError::Busy("another copy has written to the target".to_owned()).into());
            }
        }
        let fact = Fact::new(Action::LedgerCopy, None)
            .with("from", self.from_shown)
            .with("commit_number", place.commit_number);
        write.end(Ok(Done::one((), fact))).await?;
        if self.keep {
            self.from.unseal(self.actor).await?;
        }
        self.to.store.wake();
        Ok(self.to.store.checkpoint().await?)
    }
}

fn rows_of(page: &RowPage) -> u64 {
    u64::try_from(page.len()).unwrap_or(u64::MAX)
}
