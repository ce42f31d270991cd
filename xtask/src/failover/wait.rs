//! Waiting for a cluster.

use crate::error::{Error, Result};
use std::time::{Duration, Instant};

/// Timeout of every wait here: a multiple of Patroni's `ttl`.
const PATIENCE: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(50);

/// Polls until there is an answer.
pub fn wait<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if begun.elapsed() > PATIENCE {
            let timeout = format!("timed out after {PATIENCE:?} waiting for {what}; see target/failover/log");
            return Err(Error::Failover(timeout));
        }
        std::thread::sleep(PAUSE);
    }
}
