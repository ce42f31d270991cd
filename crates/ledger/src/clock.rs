//! The clock. The binary creates it and passes it down, so that tests can stop it or set it.

use std::sync::OnceLock;
use std::time::Instant;

/// A source of time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Microseconds since 1970-01-01 UTC.
    fn now(&self) -> i64;

    /// Microseconds on a monotonic clock, counted from an arbitrary start. It never goes back.
    fn counted(&self) -> i64 {
        static BEGUN: OnceLock<Instant> = OnceLock::new();
        i64::try_from(BEGUN.get_or_init(Instant::now).elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}
