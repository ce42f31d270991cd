//! A clock that only moves when a test moves it.

use ledger::Clock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// 2026-03-10T12:00:00Z.
pub const START: i64 = 1_773_144_000_000_000;

#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn counted(&self) -> i64 {
        self.now()
    }
}

impl TestClock {
    /// One that shows [`START`] until time is made to pass.
    pub const fn still() -> Self {
        Self(AtomicI64::new(START))
    }

    pub fn pass(&self, time: Duration) {
        self.0.fetch_add(i64::try_from(time.as_micros()).unwrap(), Ordering::SeqCst);
    }
}
