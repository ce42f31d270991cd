//! What is different about a batch: against an earlier one, and about the accounts it pays (ADR 47). The rules
//! and limits are in [`domain::change`].
//!
//! A report is made once a submission, outside its transaction: at once for a small batch, by a duty of the
//! engine for a large one. Until it is stored, and for drafts, it is made when it is asked for.

mod accounts;
mod base;
mod compared;
mod found;
mod make;
mod read;
mod recent;
mod rows;

pub use read::{ChangePage, ChangeQuery, ChangedField, DescribedChange, changes};
pub use store::change::{ChangeCount, ChangeReport};

use self::compared::{AT_ONCE_MAX, DAY_US, is_submitted, stored};
use crate::{Error, Service};
use domain::id::BatchId;
use store::Tx;
use store::batch::Batch;

pub(crate) use compared::{ComparedBatch, RowSource};

/// How long after a submission its report is still made.
const DUE_US: i64 = 2 * DAY_US;

/// The counts of a report, and the batch it was compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSummary {
    /// The report without its changes.
    pub report: ChangeReport,
    /// The batch it was compared with.
    pub base: Option<Batch>,
}

/// Submitted batches whose report is missing, oldest first; only some at once.
pub async fn due(service: &Service) -> Result<Vec<BatchId>, Error> {
    let since = service.now().saturating_sub(DUE_US);
    Ok(store::change::due(&mut service.store.read().await?, since).await?)
}

/// Makes and stores the report of a submitted batch. Returns whether there was one to make: not if the batch has
/// been recalled or submitted again meanwhile.
pub async fn make(service: &Service, id: BatchId) -> Result<bool, Error> {
    let batch = store::batch::get(&mut service.store.read().await?, id).await?;
    let Some(batch) = batch.filter(is_submitted) else { return Ok(false) };
    let (report, changes) = make::report(service, &ComparedBatch::of(&batch, service.now())).await?;
    let mut tx = service.store.write().await?;
    let now = store::batch::lock(&mut tx, id).await?.filter(is_submitted);
    if now.is_none_or(|now| now.submitted_at != batch.submitted_at) {
        return Ok(false);
    }
    store::change::write(&mut tx, &report, &changes).await?;
    store::head::advance(&mut tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// After a submission: makes the report of a small batch. If that fails, the duty makes it.
pub(crate) async fn after_submission(service: &Service, batch: &Batch) {
    if batch.tally.total_count > AT_ONCE_MAX || !is_submitted(batch) {
        return;
    }
    if let Err(error) = make(service, batch.id).await {
        tracing::warn!(batch = batch.id.0, %error, "the change report was not made, retrying later");
    }
}

/// The counts of a batch's report; none if it is large and not stored yet.
pub async fn summary(service: &Service, batch: &Batch) -> Result<Option<ChangeSummary>, Error> {
    // Making a report takes readers itself: requests that each held one meanwhile could wait for each other.
    let kept = stored(&mut service.store.read().await?, batch).await?;
    let report = match kept {
        Some(report) => report,
        None if batch.tally.total_count > AT_ONCE_MAX => return Ok(None),
        None => make::report(service, &ComparedBatch::of(batch, service.now())).await?.0,
    };
    summed(&mut service.store.read().await?, report).await.map(Some)
}

/// The same for rows that are in no batch.
pub(crate) async fn summary_of(
    service: &Service,
    compared: &ComparedBatch<'_>,
) -> Result<Option<ChangeSummary>, Error> {
    if compared.count() > AT_ONCE_MAX {
        return Ok(None);
    }
    let report = make::report(service, compared).await?.0;
    summed(&mut service.store.read().await?, report).await.map(Some)
}

async fn summed(tx: &mut Tx, report: ChangeReport) -> Result<ChangeSummary, Error> {
    let base = match report.base {
        Some(id) => store::batch::get(tx, id).await?,
        None => None,
    };
    Ok(ChangeSummary { report, base })
}
