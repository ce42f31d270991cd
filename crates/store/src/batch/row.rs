//! The row of a batch.

use crate::error::StoreError;
use crate::record::record;
use crate::value::Cells;
use domain::batch::{BatchIntent, BatchMode, BatchState, BatchTally, BatchType};
use domain::id::{AccountId, AssetId, BatchId};
use domain::principal::Author;

record! {
    /// A batch as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Batch {
        /// Its id.
        pub id: BatchId,
        /// The day it was created, `yyyymmdd` in the organisation's time zone.
        pub day: i64,
        /// Its running number within that day.
        pub day_number: i64,
        /// Its name.
        pub name: String,
        /// Which side is the single account.
        pub kind: BatchType,
        /// What a failed item means for the rest.
        pub mode: BatchMode,
        /// Its state in the batch's life cycle.
        pub state: BatchState,
        /// What an operator asked of its run.
        pub intent: BatchIntent,
        /// Its currency.
        pub asset: AssetId,
        /// The single account; none when each row names both sides.
        pub account: Option<AccountId>,
        /// The remarks.
        pub remarks: Option<String>,
        /// SHA-256 of the file it came from, hexadecimal.
        pub file_hash: Option<String>,
        /// SHA-256 of its canonical items, as submitted.
        pub content_hash: Option<String>,
        /// The first item number.
        pub first_number: i64,
        /// The last item number.
        pub last_number: i64,
        /// How many rows of its file were refused.
        pub refused_count: i64,
        /// The fold over its items.
        pub tally: BatchTally = "total_count, total_amount, success_count, success_amount, failed_count, \
                                 failed_amount, skipped_count, fee_amount, flight_count, flight_amount, \
                                 unknown_count",
        /// Its creator.
        pub created_by: Author = "created_by, created_by_kind, created_by_id",
        /// When it was created, microseconds UTC.
        pub created_at: i64,
        /// When it was submitted.
        pub submitted_at: Option<i64>,
        /// When it started to run.
        pub started_at: Option<i64>,
        /// When an operator interrupted it.
        pub interrupted_at: Option<i64>,
        /// When it ended.
        pub completed_at: Option<i64>,
        /// Whether rows in another currency are exchanged.
        pub convert: bool = "convert" with read_converts,
        /// Whether such rows are exchanged at the rate stored at execution rather than the one fixed at
        /// submission.
        pub follows_rates: bool = "convert" with read_follows,
        /// Whether a payee may appear twice, in rows that differ in reference or external id.
        pub allow_repeat: bool,
        /// When it was called off permanently.
        pub called_off_at: Option<i64>,
        /// The draft's version: raised by every edit.
        pub version: i64,
        /// How many runs were started: by execution, and by retry or resumption after an end.
        pub runs: i64,
    }
}

impl Batch {
    /// `batch-20251210-001`.
    #[must_use]
    pub fn number(&self) -> String {
        format!("batch-{:08}-{:03}", self.day, self.day_number)
    }

    /// The state that follows from its counters.
    #[must_use]
    pub const fn folded(&self) -> BatchState {
        self.tally.state(self.state, self.called_off_at.is_some())
    }

    /// `batch-20251210-001 is paused`, for refusals.
    #[must_use]
    pub fn state_text(&self) -> String {
        format!("{} is {}", self.number(), self.state.name())
    }

    /// The range of its item numbers.
    #[must_use]
    pub const fn range(&self) -> (i64, i64) {
        (self.first_number, self.last_number)
    }
}

/// The value of `convert` for a batch that follows the stored rates.
const FOLLOWS: i64 = 2;

/// The stored form of [`Batch::convert`] and [`Batch::follows_rates`].
pub(super) const fn converts(convert: bool, follows_rates: bool) -> i64 {
    match (convert, follows_rates) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => FOLLOWS,
    }
}

fn read_converts(cells: &mut Cells<'_>) -> Result<bool, StoreError> {
    Ok(cells.i64()? != 0)
}

fn read_follows(cells: &mut Cells<'_>) -> Result<bool, StoreError> {
    Ok(cells.i64()? == FOLLOWS)
}
