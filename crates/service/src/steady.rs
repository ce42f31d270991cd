//! The time by which sessions and keys end. A clock that is set back makes none of them live longer: time goes
//! on from the latest moment that was seen, by the machine's own count of seconds.

use ledger::Clock;
use std::sync::{Arc, Mutex, PoisonError};

/// The latest moment that was seen, and what the machine had counted by then. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Steady(Arc<Mutex<Option<(i64, i64)>>>);

impl Steady {
    /// Microseconds since 1970 UTC, never less than before.
    pub(crate) fn now(&self, clock: &dyn Clock) -> i64 {
        let (shown, counted) = (clock.now(), clock.counted());
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let gone_on = latest.map_or(i64::MIN, |(at, then)| at.saturating_add(counted.saturating_sub(then)));
        if shown >= gone_on {
            *latest = Some((shown, counted));
        }
        shown.max(gone_on)
    }
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
    fn time_goes_on_when_the_clock_is_set_back() {
        let steady = Steady::default();
        for (shown, counted, expected) in
            [(1_000, 10, 1_000), (5, 12, 1_002), (1_001, 20, 1_010), (9_000, 21, 9_000), (8_000, 22, 9_001)]
        {
            assert_eq!(steady.now(&At(shown, counted)), expected);
        }
    }
}
