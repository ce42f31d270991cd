//! The system clock: the only place that reads the time of day.

use std::time::{SystemTime, UNIX_EPOCH};

/// The system clock, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl ledger::Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the clock is created here and passed down as a value")]
    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |time| i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
    }
}
