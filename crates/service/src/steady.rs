//! The time by which sessions and keys end. A clock that is set back makes none of them live longer: time goes
//! on from the latest moment that was seen, by the machine's own count of seconds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The latest moment that was seen, and when that was. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Steady(Arc<Mutex<Option<(i64, Instant)>>>);

impl Steady {
    /// Microseconds since 1970 UTC, never less than before.
    pub(crate) fn now(&self, clock: i64) -> i64 {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = latest.map_or(i64::MIN, |(at, seen)| {
            at.saturating_add(i64::try_from(seen.elapsed().as_micros()).unwrap_or(i64::MAX))
        });
        if clock >= counted {
            *latest = Some((clock, Instant::now()));
        }
        clock.max(counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_when_the_clock_is_set_back() {
        let steady = Steady::default();
        assert_eq!(steady.now(1_000_000_000), 1_000_000_000);
        assert!(steady.now(5) >= 1_000_000_000);
        assert_eq!(steady.now(9_000_000_000_000), 9_000_000_000_000);
    }
}
