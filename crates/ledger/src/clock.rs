//! The clock is wired by the binary and handed down, so that tests can hold it still or turn it.

use std::sync::OnceLock;
use std::time::Instant;

/// What time it is.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Microseconds since 1970-01-01 UTC.
    fn now(&self) -> i64;

    /// Microseconds that the machine has counted since some moment. Nobody can set this back.
    fn counted(&self) -> i64 {
        static BEGUN: OnceLock<Instant> = OnceLock::new();
        i64::try_from(BEGUN.get_or_init(Instant::now).elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}
