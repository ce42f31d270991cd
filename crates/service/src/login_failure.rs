//! Throttles password guessing: after a few failures for a login, or from an address, each further attempt
//! has to wait longer. An attempt is counted before the password is checked, so parallel attempts do not
//! bypass the limit; on success the count is undone.
//!
//! No user is locked out permanently: the wait is bounded, and an address from which a login has succeeded
//! before has a separate count for that login, unaffected by attempts from elsewhere.

use crate::steady::{SKEW, micros};
use crate::{Error, Refusal, Service, secret};
use domain::code::Code;
use serde_json::json;
use std::net::IpAddr;
use store::Tx;
use store::login_failure::{self, Failures};

/// Attempts without a wait.
const FREE: i64 = 5;
/// The longest wait for a login, seconds.
const LOGIN_WAIT_MAX: i64 = 60;
/// The longest wait for an address, seconds.
const ADDRESS_WAIT_MAX: i64 = 300;
/// The count restarts after this long without a failure, in microseconds.
const FORGET: i64 = 3_600 * SECOND;
/// A place is forgotten after this long without a login, in microseconds.
const FORGET_PLACE: i64 = 90 * 24 * 3_600 * SECOND;
pub(crate) const SECOND: i64 = 1_000_000;

/// How attempts are slowed down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Throttle {
    /// The longest wait, seconds.
    pub most_s: i64,
    /// The count restarts after this long without a failure, in microseconds.
    pub forget: i64,
}

const BY_LOGIN: Throttle = Throttle { most_s: LOGIN_WAIT_MAX, forget: FORGET };
const BY_ADDRESS: Throttle = Throttle { most_s: ADDRESS_WAIT_MAX, forget: FORGET };

/// The names under which an attempt counts.
#[derive(Debug, Clone)]
pub(crate) struct LoginAttempt {
    address: String,
    login: String,
    /// The login from this address; counts instead of `login` if it has succeeded from there before.
    place: String,
    is_known: bool,
}

impl LoginAttempt {
    fn new(login: &str, address: IpAddr) -> Self {
        let address = block(address);
        // Hashed, so that the typed text is stored nowhere and its length is bounded.
        let login = secret::hash(login);
        let place = format!("place:{login} {address}");
        Self {
            address: format!("address:{address}"),
            login: format!("login:{login}"),
            place,
            is_known: false,
        }
    }

    /// The names whose failures decide the wait, each with its throttle, in lock order.
    fn counted(&self) -> [(&str, Throttle); 2] {
        let name = if self.is_known { &self.place } else { &self.login };
        [(&self.address, BY_ADDRESS), (name, BY_LOGIN)]
    }
}

/// Counts an attempt as failed in advance; refuses it if it comes too early.
pub(crate) async fn attempt(service: &Service, login: &str, address: IpAddr) -> Result<LoginAttempt, Error> {
    let (now, mut attempt) = (service.steady_now(), LoginAttempt::new(login, address));
    let mut tx = service.store.read().await?;
    attempt.is_known = login_failure::get(&mut tx, &attempt.place).await?.is_some();
    let mut wait = 0;
    for (name, throttle) in attempt.counted() {
        let failures = login_failure::get(&mut tx, name).await?;
        wait = wait.max(failures.map_or(0, |failures| throttle.wait_s(failures, now)));
    }
    drop(tx);
    // A throttled attempt writes nothing.
    refuse_early(wait)?;
    let mut tx = service.store.write().await?;
    for (name, throttle) in attempt.counted() {
        let failures = login_failure::lock(&mut tx, name, now).await?;
        refuse_early(throttle.wait_s(failures, now))?;
        let count = if throttle.is_over(failures, now) { 1 } else { failures.count.saturating_add(1) };
        login_failure::set(&mut tx, name, Failures { count, last_at: now }).await?;
    }
    tx.commit().await?;
    Ok(attempt)
}

/// Undoes the count of an attempt that succeeded; its place is known from now on.
pub(crate) async fn succeeded(service: &Service, tx: &mut Tx, attempt: &LoginAttempt) -> Result<(), Error> {
    let now = service.steady_now();
    login_failure::forget(tx, "address:", "login;", now.saturating_sub(FORGET)).await?;
    forget_places(tx, "place:", "place;", now).await?;
    login_failure::take_back(tx, &attempt.address).await?;
    if !attempt.is_known {
        login_failure::clear(tx, &attempt.login).await?;
    }
    login_failure::lock(tx, &attempt.place, now).await?;
    login_failure::set(tx, &attempt.place, Failures { count: 0, last_at: now }).await?;
    Ok(())
}

/// Forgets the places in a range of names that were not used for long.
pub(crate) async fn forget_places(tx: &mut Tx, from: &str, to: &str, now: i64) -> Result<(), Error> {
    Ok(login_failure::forget(tx, from, to, now.saturating_sub(FORGET_PLACE)).await?)
}

/// Refuses an attempt that has to wait, naming the seconds.
pub(crate) fn refuse_early(wait_s: i64) -> Result<(), Error> {
    if wait_s <= 0 {
        return Ok(());
    }
    let data = Some(json!({ "retryAfterSeconds": wait_s }));
    Err(Error::Refused(Refusal { data, ..Refusal::of(Code::LoginThrottled) }))
}

impl Throttle {
    /// Whether the failures are too old to count. Failures far in the future were written by a wrong clock, and
    /// would block attempts until then.
    pub(crate) fn is_over(self, failures: Failures, now: i64) -> bool {
        !(-micros(SKEW)..=self.forget).contains(&now.saturating_sub(failures.last_at))
    }

    /// Seconds until the next attempt: 1, 2, 4 and so on after the free attempts, up to a bound.
    pub(crate) fn wait_s(self, failures: Failures, now: i64) -> i64 {
        if failures.count < FREE || self.is_over(failures, now) {
            return 0;
        }
        let doubled = u32::try_from(failures.count.saturating_sub(FREE)).unwrap_or(u32::MAX);
        let wait = 1_i64.checked_shl(doubled.min(20)).unwrap_or(self.most_s).min(self.most_s);
        let passed = now.saturating_sub(failures.last_at).max(0) / SECOND;
        (wait - passed).clamp(0, wait)
    }
}

/// An IPv6 client usually owns a /64, so count per /64.
pub(crate) fn block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & (u128::MAX << 64)).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_a_bound_and_is_eventually_forgotten() {
        let wait = |count, passed_s: i64| BY_LOGIN.wait_s(Failures { count, last_at: 0 }, passed_s * SECOND);
        let grown: Vec<_> = (0..14).map(|count| wait(count, 0)).collect();
        assert_eq!(grown, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!((wait(i64::MAX, 0), wait(12, 59), wait(12, 60), wait(12, 3_601)), (60, 1, 0, 0));
        assert_eq!((wait(12, -200), wait(12, -7_200)), (60, 0));
    }

    #[test]
    fn addresses_in_one_block_count_as_one() {
        let name = |address: &str| LoginAttempt::new("a", address.parse().unwrap()).address;
        assert_eq!(name("2001:db8::1"), name("2001:db8::ffff:1"));
        assert_ne!(name("2001:db8::1"), name("2001:db8:0:1::1"));
        assert_eq!(name("::ffff:203.0.113.7"), name("203.0.113.7"));
    }
}
