//! How long the door retries a chunk before it reports an error.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};
use store::StoreError;

/// How long a chunk is retried after its first attempt.
const BOUND: Duration = Duration::from_secs(6);
/// How long an unknown commit outcome is checked: the callers have no better option than to wait.
const BOUND_OF_DOUBT: Duration = Duration::from_secs(20);
/// The longest back-off between two attempts.
const PAUSE_MAX_MS: u64 = 250;

/// Decides whether and when to retry. While the database stays unreachable, every chunk gets only one
/// attempt, so that the callers queued behind it get the error soon.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    begun: Instant,
    away_since: Option<Instant>,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { begun: Instant::now(), away_since: None }
    }
}

impl RetryBudget {
    /// Starts the retry budget of a chunk.
    pub(crate) fn begin(&mut self) {
        self.begun = Instant::now();
    }

    /// Records that a chunk was committed, so the database is reachable.
    pub(crate) const fn end(&mut self) {
        self.away_since = None;
    }

    /// Whether a chunk that failed with this error may be retried as a whole.
    pub(crate) fn allows(&mut self, error: &StoreError) -> bool {
        let since = match error {
            StoreError::Away(_) => *self.away_since.get_or_insert(self.begun),
            StoreError::Conflict(_) | StoreError::Busy(_) => self.begun,
            _ => return false,
        };
        since.elapsed() < BOUND
    }

    /// Whether an unknown commit outcome may be checked again.
    pub(crate) fn allows_doubt(&self) -> bool {
        self.begun.elapsed() < BOUND_OF_DOUBT
    }

    /// Backs off for a random time, so that competing doors do not retry in step.
    pub(crate) async fn pause(&self) {
        let drawn = RandomState::new().build_hasher().finish();
        let longest =
            u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX).clamp(10, PAUSE_MAX_MS);
        tokio::time::sleep(Duration::from_millis(1 + drawn % longest)).await;
    }
}
