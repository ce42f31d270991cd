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
mod progress;
mod report;
mod request;
pub mod seal;
mod start;

pub use self::report::{Copied, CopyStep, Difference, Stage, Verdict};
pub use self::request::Copy;

use self::feed::{Fed, Feed};
use self::progress::CopyProgress;
use self::report::rows_of;
use self::start::CopyStart;
use crate::Error;
use crate::write::WriteResult;
use domain::code::Code;
use domain::fact::{Action, Fact};
use store::StoreError;
use store::copy::RowPage;

impl Copy<'_> {
    /// Copies, or resumes a copy; `tell` receives the progress.
    pub async fn run(&self, mut tell: impl FnMut(&CopyStep)) -> Result<Verdict, Error> {
        let start = self.start().await?;
        self.write(&start, &mut tell).await?;
        tell(&CopyStep::of(Stage::History));
        self.to.history_catch_up().await?;
        let copied = match self.compare(start.commit_number, &mut tell).await? {
            Ok(copied) => copied,
            Err(difference) => return Ok(Verdict::Different(difference)),
        };
        tell(&CopyStep::of(Stage::Verifying));
        let found = self.to.verify().await?;
        if !found.is_ok() {
            return Ok(Verdict::Violated(found.violations()));
        }
        self.finish(&start).await?;
        Ok(Verdict::Same(copied))
    }

    /// Writes what is missing, page by page, while the next page is being read.
    async fn write(&self, start: &CopyStart, tell: &mut impl FnMut(&CopyStep)) -> Result<(), Error> {
        let mut progress = start.progress.clone();
        let from = Feed { page: self.page, commit_number: Some(start.commit_number), is_hashed: false };
        let mut pages = from.start(&self.from.store, progress.clone());
        while let Some(fed) = pages.recv().await {
            let Fed { page, is_last: is_done, .. } = fed?;
            let (table, added, next) = (page.step.name, rows_of(&page), progress.behind(&page));
            let rows = next.rows;
            if added > 0 {
                progress = self.write_page(page, progress, next).await?;
            }
            tell(&CopyStep { stage: Stage::Copying, table, rows, added, is_done });
        }
        Ok(())
    }

    async fn write_page(
        &self,
        page: RowPage,
        before: CopyProgress,
        next: CopyProgress,
    ) -> Result<CopyProgress, Error> {
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
    async fn finish(&self, start: &CopyStart) -> Result<(), Error> {
        if self.from.commit_number().await? != start.commit_number {
            return Err(Code::CopySourceChanged.into());
        }
        let mut write = self.to.step(self.actor, Action::LedgerCopy).await?;
        store::copy::align(&mut write.tx).await?;
        // The seal was copied with the head.
        store::head::unseal(&mut write.tx).await?;
        for name in start::SETTINGS {
            if !store::setting::delete(&mut write.tx, name).await? {
                return Err(StoreError::Busy("another copy has written to the target".to_owned()).into());
            }
        }
        let fact = Fact::new(Action::LedgerCopy, None)
            .with("from", self.from_shown)
            .with("commit_number", start.commit_number);
        write.end(Ok(WriteResult::one((), fact))).await?;
        if self.keep {
            self.from.unseal(self.actor).await?;
        }
        self.to.store.wake();
        Ok(self.to.store.checkpoint().await?)
    }
}
