//! A batch's progress as shown to people: event and polling response, with document 000's fields and ours.

use domain::amount::format_minor;
use domain::batch::BatchState;
use jiff::Timestamp;
use serde::Serialize;
use service::batch::progress::BatchProgress;
use utoipa::ToSchema;

const SECOND_US: i64 = 1_000_000;

/// A batch's progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProgressView {
    /// The batch's id.
    #[schema(example = 42)]
    pub batch_id: i64,
    /// One of document 000's four: `pending` before the batch begins, `processing` (also while it is paused),
    /// `completed`, or `failed` (also if only some items failed, or if it was rejected or cancelled).
    #[schema(example = "processing", pattern = "^(pending|processing|completed|failed)$")]
    pub status: &'static str,
    /// The exact state.
    #[schema(
        example = "processing",
        pattern = "^(draft|pending|approved|rejected|processing|paused|completed|partially_completed|failed|cancelled)$"
    )]
    pub state: &'static str,
    /// The percentage of decided items, rounded down: 100 only when every item is decided. The first event of
    /// every run has 0.
    #[schema(example = 61, minimum = 0, maximum = 100)]
    pub progress: i64,
    /// The number of items.
    #[schema(example = 10_000, minimum = 0)]
    pub total_count: i64,
    /// The number of paid items.
    #[schema(example = 6_120, minimum = 0)]
    pub success_count: i64,
    /// The number of items that were refused or interrupted.
    #[schema(example = 2, minimum = 0)]
    pub failed_count: i64,
    /// The number of skipped items.
    #[schema(example = 0, minimum = 0)]
    pub skipped_count: i64,
    /// The number of pending items.
    #[schema(example = 3_878, minimum = 0)]
    pub pending_count: i64,
    /// The most recently decided item; null if it is not known (before the first one, and during a retry).
    pub current_relation: Option<RelationCurrentView>,
    /// When the batch ended; null until then.
    #[schema(example = "2026-03-10T12:00:07.25Z", format = DateTime)]
    pub completed_at: Option<String>,
    /// A sequence number that increases with every change, across servers and reconnects: of two events, the
    /// one with the greater number is newer.
    #[schema(example = 918_273, minimum = 0)]
    pub seq: i64,
    /// Decided items per second: over the last five seconds in events, since the batch began in the polling
    /// response. 0 when it is not running.
    #[schema(example = 21_000, minimum = 0)]
    pub items_per_second: i64,
    /// Estimated seconds until the batch ends; null when it is not running or its speed is not known.
    #[schema(example = 1, minimum = 0)]
    pub eta_seconds: Option<i64>,
    /// The total paid, in major units.
    #[schema(example = "61200.00")]
    pub success_amount: String,
    /// The total of failed items, in major units.
    #[schema(example = "20.00")]
    pub failed_amount: String,
}

/// A decided item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RelationCurrentView {
    /// The item's id.
    #[schema(example = 70_612)]
    pub id: i64,
    /// `completed`, `failed` or `skipped`.
    #[schema(example = "completed", pattern = "^(completed|failed|skipped)$")]
    pub status: &'static str,
    /// The paying account's number.
    #[schema(example = "PAYROLL-1")]
    pub source_account: String,
    /// The receiving account's number.
    #[schema(example = "ANNA-1")]
    pub target_account: String,
    /// The amount, in major units.
    #[schema(example = "10.00")]
    pub amount: String,
}

impl ProgressView {
    /// The view of a reading, at a speed in items per second.
    pub(crate) fn new(progress: &BatchProgress, speed: i64) -> Self {
        let (batch, tally) = (&progress.batch, &progress.batch.tally);
        let amount = |minor: i64| format_minor(i128::from(minor), progress.scale);
        let (open, runs) = (tally.open_count(), batch.state == BatchState::Processing);
        let speed = if runs { speed.max(0) } else { 0 };
        Self {
            batch_id: batch.id.0,
            status: batch.state.operator_status(),
            state: batch.state.name(),
            progress: percent(decided(progress), tally.total_count),
            total_count: tally.total_count,
            success_count: tally.success_count,
            failed_count: tally.failed_count,
            skipped_count: tally.skipped_count,
            pending_count: open,
            current_relation: progress.current.as_ref().map(|decided| RelationCurrentView {
                id: decided.item.number.0,
                status: decided.item.state.name(),
                source_account: decided.source.clone(),
                target_account: decided.target.clone(),
                amount: amount(decided.item.amount),
            }),
            completed_at: batch.completed_at.and_then(time),
            seq: progress.seq,
            items_per_second: speed,
            eta_seconds: (speed > 0).then(|| open.saturating_add(speed - 1) / speed.max(1)),
            success_amount: amount(tally.success_amount),
            failed_amount: amount(tally.failed_amount),
        }
    }
}

impl ProgressView {
    /// Reconstructs the beginning of a run that was first read after it had made progress or ended; `before`
    /// is the previous reading. Failed items that have been paid since are assumed to have been reset to
    /// pending.
    pub(crate) fn beginning(before: &BatchProgress, now: &BatchProgress) -> Self {
        let mut then = BatchProgress { current: None, seq: now.seq - 1, ..now.clone() };
        let (old, new) = (before.batch.tally, now.batch.tally);
        let tally = &mut then.batch.tally;
        *tally = old;
        tally.failed_count = (old.failed_count - (new.success_count - old.success_count)).max(0);
        tally.failed_amount = (old.failed_amount - (new.success_amount - old.success_amount)).max(0);
        then.batch.state = BatchState::Processing;
        then.batch.completed_at = None;
        Self { progress: 0, ..Self::new(&then, 0) }
    }
}

/// The number of decided items of a batch.
pub(crate) const fn decided(progress: &BatchProgress) -> i64 {
    progress.batch.tally.total_count - progress.batch.tally.open_count()
}

/// Items per second since the batch began, by the server's clock.
pub(crate) fn average(progress: &BatchProgress, now: i64) -> i64 {
    progress.batch.started_at.map_or(0, |at| per_second(decided(progress), now.saturating_sub(at)))
}

/// The rate per second of `count` items in `elapsed_us` microseconds.
pub(crate) fn per_second(count: i64, elapsed_us: i64) -> i64 {
    let speed = i128::from(count) * i128::from(SECOND_US) / i128::from(elapsed_us.max(1));
    if elapsed_us > 0 { i64::try_from(speed).unwrap_or(i64::MAX) } else { 0 }
}

fn percent(decided: i64, total: i64) -> i64 {
    if total > 0 { decided.saturating_mul(100) / total } else { 0 }
}

fn time(us: i64) -> Option<String> {
    Timestamp::from_microsecond(us).ok().map(|time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_100_only_when_nothing_is_pending() {
        let cases = [(0, 0, 0), (0, 3, 0), (1, 3, 33), (9_999, 10_000, 99), (3, 3, 100)];
        for (done, total, expected) in cases {
            assert_eq!(percent(done, total), expected, "{done} of {total}");
        }
    }

    #[test]
    fn a_speed_is_a_whole_number_per_second() {
        assert_eq!(per_second(500, 250_000), 2_000);
        assert_eq!(per_second(1, 3_000_000), 0);
        assert_eq!(per_second(5, 0), 0);
        assert_eq!(per_second(i64::MAX, 1), i64::MAX);
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(time(1_773_144_000_250_000).as_deref(), Some("2026-03-10T12:00:00.25Z"));
    }
}
