//! The system's clock: the one place that reads the time of day.

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds of the system's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl ledger::Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the clock that is wired in here and handed down as a value"
    )]
    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |time| i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
    }
}
