//! Moves a whole ledger into another database, of the same engine or the other one.
//!
//! The source is sealed meanwhile ([`crate::seal`]), so it cannot be written. Its tables are copied page by
//! page. Each page and the copy's progress are written in one transaction (`progress`), so a killed copy
//! resumes where it stopped. Until the copy has been compared with the source row by row (`compare`) and
//! verified, the target cannot be opened as a ledger.
//!
//! `store::copy` defines what is copied and in which order; add a new table there.

mod compare;
mod feed;
mod progress;
mod report;
mod request;
mod start;

pub use self::report::{Copied, CopyStep, Difference, Stage, Verdict};
pub use self::request::Copy;

use self::feed::{Fed, Feed};
use self::progress::CopyProgress;
use self::report::rows_of;
use self::start::CopyStart;
use crate::{Error, seal, verify};
use domain::code::Code;
use domain::fact::{Action, Fact};
use store::copy::RowPage;
use store::{Store, StoreError};

/// Postings per transaction while the target's history is rebuilt; sorting half a million takes about 24 MB.
const HISTORY_RUN: i64 = 500_000;

/// Copies, or resumes a copy; `tell` receives the progress.
pub async fn run(copy: &Copy<'_>, mut tell: impl FnMut(&CopyStep)) -> Result<Verdict, Error> {
    let start = copy.start().await?;
    copy.write(&start, &mut tell).await?;
    tell(&CopyStep::of(Stage::History));
    rebuild_history(copy.to).await?;
    let copied = match copy.compare(start.commit_number, &mut tell).await? {
        Ok(copied) => copied,
        Err(difference) => return Ok(Verdict::Different(difference)),
    };
    tell(&CopyStep::of(Stage::Verifying));
    let found = verify::run(copy.to).await?;
    if !found.is_ok() {
        return Ok(Verdict::Violated(found.violations()));
    }
    copy.finish(&start).await?;
    Ok(Verdict::Same(copied))
}

/// Rebuilds the history of entries, which is not copied. No other process writes to the target.
async fn rebuild_history(to: &Store) -> Result<(), Error> {
    loop {
        let mut tx = to.write().await?;
        if store::history::advance(&mut tx, HISTORY_RUN).await? == 0 {
            return Ok(());
        }
        tx.commit().await?;
    }
}

impl Copy<'_> {
    /// Writes what is missing, page by page, while the next page is being read.
    async fn write(&self, start: &CopyStart, tell: &mut impl FnMut(&CopyStep)) -> Result<(), Error> {
        let mut progress = start.progress.clone();
        let from = Feed { page: self.page, commit_number: Some(start.commit_number), is_hashed: false };
        let mut pages = from.start(self.from, progress.clone());
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
        let mut tx = self.to.write().await?;
        next.note(&mut tx, &before).await?;
        store::copy::write(&mut tx, page).await?;
        tx.commit().await?;
        Ok(next)
    }

    /// Makes the target a ledger, then unseals the source if it stays in use.
    async fn finish(&self, start: &CopyStart) -> Result<(), Error> {
        if start::commit_number(self.from).await? != start.commit_number {
            return Err(Code::CopySourceChanged.into());
        }
        let mut tx = self.to.write().await?;
        store::copy::align(&mut tx).await?;
        // The seal was copied with the head.
        store::head::unseal(&mut tx).await?;
        for name in start::SETTINGS {
            if !store::setting::delete(&mut tx, name).await? {
                return Err(StoreError::Busy("another copy has written to the target".to_owned()).into());
            }
        }
        let fact = Fact::new(Action::LedgerCopy, None)
            .with("from", self.from_shown)
            .with("commit_number", start.commit_number);
        store::head::close(&mut tx, self.actor, vec![fact], self.clock.now()).await?;
        tx.commit().await?;
        if self.keep {
            seal::remove(self.from, self.actor, self.clock.now()).await?;
        }
        self.to.wake();
        Ok(self.to.checkpoint().await?)
    }
}
