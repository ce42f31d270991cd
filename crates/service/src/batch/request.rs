//! A request to move or edit a batch.

use domain::access::Reach;
use domain::batch_ref::BatchRef;
use domain::id::BatchId;

/// Which batch, the caller's reach, the draft version and a note.
#[derive(Debug, Clone, Copy)]
pub struct BatchRequest<'a> {
    /// The batch.
    pub batch: BatchRef,
    /// Whether the caller may act on every batch or only on batches it made.
    pub reach: Reach,
    /// The version of the draft that the request is based on, if it names one.
    pub version: Option<i64>,
    /// A note for the history; empty: none.
    pub note: &'a str,
}

impl<'a> BatchRequest<'a> {
    /// About a batch, without a note, by a caller that may act on every batch.
    #[must_use]
    pub const fn of(batch: BatchRef) -> Self {
        Self { batch, reach: Reach::All, version: None, note: "" }
    }

    /// Sets the caller's reach.
    #[must_use]
    pub const fn within(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    /// Sets the version of the draft that the request is based on.
    #[must_use]
    pub const fn on_version(self, version: Option<i64>) -> Self {
        Self { version, ..self }
    }

    /// Sets the note.
    #[must_use]
    pub const fn noted(self, note: &'a str) -> Self {
        Self { note, ..self }
    }
}

impl From<BatchRef> for BatchRequest<'_> {
    fn from(batch: BatchRef) -> Self {
        Self::of(batch)
    }
}

impl From<BatchId> for BatchRequest<'_> {
    fn from(batch: BatchId) -> Self {
        Self::of(batch.into())
    }
}
