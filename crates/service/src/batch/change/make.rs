//! Makes a report. The rows of both batches are read in passes, each over a part of the accounts, so that memory
//! is bounded whatever their size; each pass has a read transaction of its own, which a submitted batch's
//! frozen content allows.

use super::accounts::HolderChanges;
use super::found::FoundChanges;
use super::rows::{Pass, rows_of, rows_of_items};
use super::{ChangeReport, base, recent};
use crate::{Error, Service};
use domain::change::{Change, PaidRows, compare};
use domain::id::BatchId;
use store::Tx;
use store::batch::Batch;
use store::item::Item;
use store::similar::Subject;

/// The rows of a pass, of each batch: 24 bytes each.
const PASS_ROWS: i64 = 1_000_000;

/// Where the rows are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RowSource<'a> {
    /// In a batch.
    Batch(&'a Batch),
    /// In a request.
    Given(&'a [Item]),
}

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared<'a> {
    /// Its currency, type and account.
    pub subject: Subject,
    /// Its name, by which its base is found.
    pub name: &'a str,
    /// Its rows.
    pub rows: RowSource<'a>,
    /// The base, if it was chosen.
    pub against: Option<&'a Batch>,
    /// The time it is seen from: its submission, or now.
    pub until: i64,
    /// When the report is made.
    pub now: i64,
}

impl<'a> Compared<'a> {
    /// A batch: if it was submitted, as of then.
    pub(crate) fn of(batch: &'a Batch, now: i64) -> Self {
        Self {
            subject: crate::batch::similar::subject(batch),
            name: &batch.name,
            rows: RowSource::Batch(batch),
            against: None,
            until: batch.submitted_at.filter(|_| super::is_submitted(batch)).unwrap_or(now),
            now,
        }
    }

    /// How many rows it has.
    pub(crate) fn count(&self) -> i64 {
        match self.rows {
            RowSource::Batch(batch) => batch.tally.total_count,
            RowSource::Given(items) => i64::try_from(items.len()).unwrap_or(i64::MAX),
        }
    }
}

/// A report and its listed changes, in the order of kinds.
pub(super) async fn report(
    service: &Service,
    compared: &Compared<'_>,
) -> Result<(ChangeReport, Vec<Change>), Error> {
    let mut tx = service.store.read().await?;
    let base = match compared.against {
        Some(base) => Some(base.clone()),
        None => base::of(&mut tx, compared).await?,
    };
    let recents = recent::batches(&mut tx, compared).await?;
    let holders = HolderChanges::load(&mut tx, compared.until).await?;
    drop(tx);
    let most = compared.count().max(base.as_ref().map_or(0, |base| base.tally.total_count));
    let passes = most / PASS_ROWS + 1;
    let mut found = FoundChanges::default();
    for place in 0..passes {
        let mut tx = service.store.read().await?;
        let pass = Pass { place, of: passes };
        one_pass(&mut tx, compared, (base.as_ref(), &recents, &holders), pass, &mut found).await?;
    }
    let (counts, changes) = found.end(&mut service.store.read().await?).await?;
    let report = ChangeReport {
        batch: compared.subject.batch.unwrap_or(BatchId(0)),
        submitted_at: compared.until,
        made_at: compared.now,
        base: base.map(|base| base.id),
        recent_since: recents.since,
        counts,
    };
    Ok((report, changes))
}

async fn one_pass(
    tx: &mut Tx,
    compared: &Compared<'_>,
    (base, recents, holders): (Option<&Batch>, &recent::Recents, &HolderChanges),
    pass: Pass,
    found: &mut FoundChanges,
) -> Result<(), Error> {
    let kind = compared.subject.kind;
    let own = match compared.rows {
        RowSource::Batch(batch) => rows_of(tx, batch, kind, pass).await?,
        RowSource::Given(items) => rows_of_items(items, kind, pass),
    };
    recent::compare(tx, compared, recents, &own, found).await?;
    let own = PaidRows::new(own);
    holders.compare(tx, compared, &own, found).await?;
    if let Some(base) = base {
        let before = PaidRows::new(rows_of(tx, base, kind, pass).await?);
        found.add(compare(&own, &before));
    }
    Ok(())
}
