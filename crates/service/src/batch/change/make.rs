//! Makes a report. The rows of both batches are read in passes, each over a part of the accounts, so that memory
//! is bounded whatever their size; each pass has a read transaction of its own, which a submitted batch's
//! frozen content allows.

use super::accounts::HolderChanges;
use super::compared::{ComparedBatch, RowSource};
use super::found::FoundChanges;
use super::rows::{Pass, rows_of, rows_of_items};
use super::{base, recent};
use crate::{Error, Service};
use domain::change::{Change, PaidRows, compare};
use domain::id::BatchId;
use store::Tx;
use store::batch::Batch;
use store::change::ChangeReport;

/// The rows of a pass, of each batch: 24 bytes each.
const PASS_ROWS: i64 = 1_000_000;

/// A report and its listed changes, in the order of kinds.
pub(super) async fn report(
    service: &Service,
    compared: &ComparedBatch<'_>,
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
    compared: &ComparedBatch<'_>,
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
