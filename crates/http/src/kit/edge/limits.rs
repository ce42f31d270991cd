//! Rate limits per address and per user or key.

use crate::kit::problem::Problem;
use domain::code::Code;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

/// The number of tracked keys above which idle ones are evicted.
const KEYS_MAX: usize = 50_000;

/// A server's rate limits.
#[derive(Debug)]
pub(crate) struct Limits {
    by_address: Limit<IpAddr>,
    by_identity: Limit<String>,
}

/// One rate limit; `None`: unlimited.
struct Limit<K: Hash + Eq + Clone>(Option<DefaultKeyedRateLimiter<K>>);

impl<K: Hash + Eq + Clone> std::fmt::Debug for Limit<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Limit({})", self.0.is_some())
    }
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// `per_second` requests, with bursts of twice as many.
    fn new(per_second: u32) -> Self {
        let burst = NonZeroU32::new(per_second.saturating_mul(2));
        let quota = NonZeroU32::new(per_second)
            .zip(burst)
            .map(|(rate, burst)| Quota::per_second(rate).allow_burst(burst));
        Self(quota.map(DefaultKeyedRateLimiter::keyed))
    }

    fn check(&self, key: &K) -> Result<(), Problem> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        if limiter.len() > KEYS_MAX {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            Problem { retry_after_s: Some(wait.as_secs().saturating_add(1)), ..Code::RateLimited.into() }
        })
    }
}

impl Limits {
    /// Requests per second; 0: unlimited.
    pub(crate) fn new(per_address: u32, per_identity: u32) -> Self {
        Self { by_address: Limit::new(per_address), by_identity: Limit::new(per_identity) }
    }

    /// Counts a request from an address.
    pub(crate) fn of_address(&self, address: IpAddr) -> Result<(), Problem> {
        self.by_address.check(&block(address))
    }

    /// Counts a request by a user or key.
    pub(crate) fn of_identity(&self, owner: &str) -> Result<(), Problem> {
        self.by_identity.check(&owner.to_owned())
    }
}

/// An IPv6 client usually owns a /64, so count per /64.
pub(crate) fn block(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & (u128::MAX << 64)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_above_the_limit_is_throttled_and_zero_means_unlimited() {
        let limits = Limits::new(2, 0);
        let address = IpAddr::from([203, 0, 113, 1]);
        let answers: Vec<bool> = (0..6).map(|_| limits.of_address(address).is_ok()).collect();
        assert_eq!(answers, [true, true, true, true, false, false]);
        let problem = limits.of_address(address).unwrap_err();
        assert_eq!((problem.code, problem.retry_after_s), (Code::RateLimited, Some(1)));
        assert!(limits.of_address(IpAddr::from([203, 0, 113, 2])).is_ok());
        assert!((0..1_000).all(|_| limits.of_identity("user:1").is_ok()));
    }
}
