//! The clock is wired by the binary and handed down, so that tests can hold it still or turn it.

/// What time it is.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Microseconds since 1970-01-01 UTC.
    fn now(&self) -> i64;
}
