//! A whole ledger moves into another database, of whatever kind either is.
//!
//! The source stands still meanwhile: it is sealed ([`seal`]), so that nobody writes to it. Its tables come
//! over page by page, each page with the note of how far the copy is in one transaction (`progress`), so
//! that a copy that was killed goes on where it was. Until the copy has been compared with the source row by
//! row (`compare`) and verified, the target is no ledger that anybody can open.
//!
//! What is copied, and in which order, stands in `store::copy`; a new table is added there.

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
use store::copy::Page;

/// What is copied, whereto, and for whom.
#[derive(Debug)]
pub struct Copy<'a> {
    /// The source.
    pub from: &'a Service,
    /// The target: a schema without anything in it, or what an earlier copy of the same source left.
    pub to: &'a Service,
    /// How people call the source; without secrets.
    pub from_shown: &'a str,
    /// How people call the target; without secrets.
    pub to_shown: &'a str,
    /// Rows of one page, and so of one transaction.
    pub page: usize,
    /// Whether the source goes on being used afterwards.
    pub keep: bool,
    /// Who asks.
    pub actor: &'a Actor,
}

/// What the copy is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Rows are written.
    Copying,
    /// The target catches up with what is not copied but made again.
    History,
    /// Rows are compared.
    Comparing,
    /// The target is verified from its postings up.
    Verifying,
}

/// How far the copy is.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// What it is at.
    pub stage: Stage,
    /// The table; empty where the stage knows none.
    pub table: &'static str,
    /// Rows so far.
    pub rows: u64,
    /// Those since the last report.
    pub added: u64,
    /// Whether the table is done.
    pub is_done: bool,
}

impl Step {
    const fn of(stage: Stage) -> Self {
        Self { stage, table: "", rows: 0, added: 0, is_done: false }
    }
}

/// How a copy ended that was not refused and did not break off.
#[derive(Debug)]
pub enum Verdict {
    /// The target is the ledger now.
    Same(Vec<Copied>),
    /// A row is not the same on both sides; the target stays closed.
    Different(Difference),
    /// The target breaks invariants; it stays closed.
    Violated(Vec<Violation>),
}

impl Copy<'_> {
    /// Copies, or goes on with a copy; `tell` hears how far it is.
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

    /// Writes what is not there yet, page by page; the next one is read meanwhile.
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

    async fn write_page(&self, page: Page, before: Progress, next: Progress) -> Result<Progress, Error> {
        // What is set and not inserted may be set again, and is: the source may have drawn a number meanwhile.
        let next = if page.step.is_set() { before.clone() } else { next };
        let mut tx = self.to.store.write().await?;
        next.note(&mut tx, &before).await?;
        store::copy::write(&mut tx, page).await?;
        tx.commit().await?;
        Ok(next)
    }

    /// Makes the target a ledger; then lets the source go on, if it is to.
    async fn finish(&self, place: &Place) -> Result<(), Error> {
        if self.from.commit_number().await? != place.commit_number {
            return Err(Code::CopySourceChanged.into());
        }
        let mut write = self.to.step(self.actor, Action::LedgerCopy).await?;
        store::copy::align(&mut write.tx).await?;
        // The seal came over with the head.
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

fn rows_of(page: &Page) -> u64 {
    u64::try_from(page.len()).unwrap_or(u64::MAX)
}
