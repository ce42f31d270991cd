//! Bounds guessing of one-time and recovery codes, by person. After a few wrong codes each further attempt waits
//! longer, up to an hour, so that a day has some forty. No person is locked out permanently; a place (an address)
//! from which the person's code was accepted before counts apart, unaffected by attempts from elsewhere.

use crate::Error;
use crate::login_failure::{self, Throttle};
use store::Tx;
use store::login_failure::Failures;

const DAY: i64 = 24 * 3_600 * login_failure::SECOND;
const CODES: Throttle = Throttle { most_s: 3_600, forget: DAY };

/// Who enters codes, and from where.
#[derive(Debug, Clone)]
pub(crate) struct Guesser {
    person: String,
    place: String,
}

impl Guesser {
    /// For codes of a user that come from a place: an address, or the command line.
    pub(crate) fn new(user: i64, origin: &str) -> Self {
        let place =
            origin.parse().map_or_else(|_| origin.to_owned(), |at| login_failure::block(at).to_string());
        Self { person: format!("totp:{user}"), place: format!("totp-place:{user} {place}") }
    }

    /// The name under which the attempt counts.
    async fn counted(&self, tx: &mut Tx) -> Result<&str, Error> {
        let is_known = store::login_failure::get(tx, &self.place).await?.is_some();
        Ok(if is_known { &self.place } else { &self.person })
    }

    /// Refuses an attempt that comes too early.
    pub(crate) async fn check(&self, tx: &mut Tx, now: i64) -> Result<(), Error> {
        let name = self.counted(tx).await?;
        let failures = store::login_failure::get(tx, name).await?;
        login_failure::refuse_early(failures.map_or(0, |failures| CODES.wait_s(failures, now)))
    }

    /// Counts a wrong code, or one that is about to be checked.
    pub(crate) async fn failed(&self, tx: &mut Tx, now: i64) -> Result<(), Error> {
        let name = self.counted(tx).await?.to_owned();
        let failures = store::login_failure::lock(tx, &name, now).await?;
        let count = if CODES.is_over(failures, now) { 1 } else { failures.count.saturating_add(1) };
        store::login_failure::set(tx, &name, Failures { count, last_at: now }).await?;
        Ok(())
    }

    /// Clears the count of this place, which is known from now on.
    pub(crate) async fn succeeded(&self, tx: &mut Tx, now: i64) -> Result<(), Error> {
        store::login_failure::forget(tx, "totp:", "totp;", now.saturating_sub(DAY)).await?;
        login_failure::forget_places(tx, "totp-place:", "totp-place;", now).await?;
        let is_known = store::login_failure::get(tx, &self.place).await?.is_some();
        if !is_known {
            store::login_failure::clear(tx, &self.person).await?;
        }
        store::login_failure::lock(tx, &self.place, now).await?;
        store::login_failure::set(tx, &self.place, Failures { count: 0, last_at: now }).await?;
        Ok(())
    }
}
