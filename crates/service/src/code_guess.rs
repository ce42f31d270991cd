//! Bounds guessing of an account's codes. After a few wrong ones each further attempt waits longer, up to five minutes:
//! at most 300 guesses a day of the 500,000 that a code takes. Nobody is locked out permanently.

use crate::Error;
use crate::login_failure::{self, SECOND, Throttle};
use store::Tx;
use store::login_failure::Failures;

const CODES: Throttle = Throttle { most_s: 300, forget: 3_600 * SECOND };

/// The name under which the wrong codes of a secret count.
fn name(owner: &str) -> String {
    format!("code:{owner}")
}

/// Refuses an attempt that comes too early.
pub(crate) async fn refuse_early(tx: &mut Tx, owner: &str, now: i64) -> Result<(), Error> {
    let failures = store::login_failure::get(tx, &name(owner)).await?;
    login_failure::refuse_early(failures.map_or(0, |failures| CODES.wait_s(failures, now)))
}

/// Counts a wrong code.
pub(crate) async fn failed(tx: &mut Tx, owner: &str, now: i64) -> Result<(), Error> {
    let name = name(owner);
    let failures = store::login_failure::lock(tx, &name, now).await?;
    let count = if CODES.is_over(failures, now) { 1 } else { failures.count.saturating_add(1) };
    Ok(store::login_failure::set(tx, &name, Failures { count, last_at: now }).await?)
}

/// Forgets the wrong codes after a right one.
pub(crate) async fn succeeded(tx: &mut Tx, owner: &str) -> Result<(), Error> {
    Ok(store::login_failure::clear(tx, &name(owner)).await?)
}
