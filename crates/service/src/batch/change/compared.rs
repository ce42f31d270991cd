//! What is compared, as of when, and whether its report is stored.

use crate::Error;
use crate::batch::similar;
use domain::batch::BatchState;
use store::Tx;
use store::batch::Batch;
use store::change::ChangeReport;
use store::item::Item;
use store::similar::Subject;

/// Batches up to this size have their changes in a preview, and their report with their submission.
pub(super) const AT_ONCE_MAX: i64 = 5_000;
/// Batches up to this size can be compared on request.
pub(super) const ON_REQUEST_MAX: i64 = 100_000;
/// A day in microseconds.
pub(super) const DAY_US: i64 = 86_400_000_000;

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
pub(crate) struct ComparedBatch<'a> {
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

impl<'a> ComparedBatch<'a> {
    /// A batch: if it was submitted, as of then.
    pub(crate) fn of(batch: &'a Batch, now: i64) -> Self {
        Self {
            subject: similar::subject(batch),
            name: &batch.name,
            rows: RowSource::Batch(batch),
            against: None,
            until: batch.submitted_at.filter(|_| is_submitted(batch)).unwrap_or(now),
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

/// The report stored for a batch's present submission.
pub(super) async fn stored(tx: &mut Tx, batch: &Batch) -> Result<Option<ChangeReport>, Error> {
    if !is_submitted(batch) {
        return Ok(None);
    }
    let report = store::change::report(tx, batch.id).await?;
    Ok(report.filter(|report| Some(report.submitted_at) == batch.submitted_at))
}

/// Whether the content is frozen.
pub(super) fn is_submitted(batch: &Batch) -> bool {
    batch.state != BatchState::Draft && batch.submitted_at.is_some()
}
