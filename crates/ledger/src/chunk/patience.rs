//! How long the door tries again before it says that it cannot.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};
use store::StoreError;

/// A chunk is tried again for so long after its first try.
const BOUND: Duration = Duration::from_secs(6);
/// A commit in doubt is asked after for so long: its callers can do nothing better than wait.
const BOUND_OF_DOUBT: Duration = Duration::from_secs(20);
/// The longest pause between two tries.
const PAUSE_MAX_MS: u64 = 250;

/// Whether, and when, to try again. While the database stays away every chunk gets one try only, so that
/// those who wait behind it learn about it soon.
#[derive(Debug)]
pub(crate) struct Patience {
    begun: Instant,
    away_since: Option<Instant>,
}

impl Default for Patience {
    fn default() -> Self {
        Self { begun: Instant::now(), away_since: None }
    }
}

impl Patience {
    /// A chunk begins.
    pub(crate) fn begin(&mut self) {
        self.begun = Instant::now();
    }

    /// A chunk stands: the database is there.
    pub(crate) const fn end(&mut self) {
        self.away_since = None;
    }

    /// Whether a chunk that ended so may be done again as a whole.
    pub(crate) fn allows(&mut self, error: &StoreError) -> bool {
        let since = match error {
            StoreError::Away(_) => *self.away_since.get_or_insert(self.begun),
            StoreError::Conflict(_) | StoreError::Busy(_) => self.begun,
            _ => return false,
        };
        since.elapsed() < BOUND
    }

    /// Whether a commit in doubt may be asked after once more.
    pub(crate) fn allows_doubt(&self) -> bool {
        self.begun.elapsed() < BOUND_OF_DOUBT
    }

    /// A short while, of a length that no two doors agree on.
    pub(crate) async fn pause(&self) {
        let drawn = RandomState::new().build_hasher().finish();
        let longest =
            u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX).clamp(10, PAUSE_MAX_MS);
        tokio::time::sleep(Duration::from_millis(1 + drawn % longest)).await;
    }
}
