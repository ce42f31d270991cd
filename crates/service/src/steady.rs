//! The time by which sessions and keys expire. Setting the clock back does not extend them: time continues
//! from the latest moment seen, by the machine's monotonic clock.

use ledger::Clock;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The largest clock difference between two nodes. A time further in the future was written by a wrong clock.
pub(crate) const SKEW: Duration = Duration::from_secs(300);

/// The latest moment seen, and the monotonic clock at that moment. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct MonotonicTime(Arc<Mutex<Option<(i64, i64)>>>);

impl MonotonicTime {
    /// Microseconds since 1970 UTC, never less than before.
    pub(crate) fn now(&self, clock: &dyn Clock) -> i64 {
        let (shown, counted) = (clock.now(), clock.counted());
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let continued = latest.map_or(i64::MIN, |(at, then)| at.saturating_add(counted.saturating_sub(then)));
        if shown >= continued {
            *latest = Some((shown, counted));
        }
        shown.max(continued)
    }
}

/// A span of time as times are counted.
pub(crate) fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct At(i64, i64);

    impl Clock for At {
        fn now(&self) -> i64 {
            self.0
        }

        fn counted(&self) -> i64 {
            self.1
        }
    }

    #[test]
    fn time_continues_when_the_clock_is_set_back() {
        let steady = MonotonicTime::default();
        for (shown, counted, expected) in
            [(1_000, 10, 1_000), (5, 12, 1_002), (1_001, 20, 1_010), (9_000, 21, 9_000), (8_000, 22, 9_001)]
        {
            assert_eq!(steady.now(&At(shown, counted)), expected);
        }
    }
}
