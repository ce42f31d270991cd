//! The duty of filling the history from the postings, asynchronously and while no batch runs in this process.
//! While single requests arrive it waits until the lag is large: a short run writes a page for almost every
//! entry and fills the write-ahead log with them.

use crate::duty::{Duty, POLL};
use crate::engine::Engine;
use crate::{history, meter};
use service::Error;
use std::time::Duration;

/// The lag in postings from which it works even while single requests arrive.
const LAG_BESIDE_SINGLES: i64 = 100_000;
/// The most postings in one run.
const RUN: i64 = 200_000;
/// The most chunks over which the lag is counted.
const LAG_CHUNKS: i64 = 20_000;

/// Follows the postings.
pub(crate) struct Follow {
    /// The door's counter of chunks with single requests, at the previous turn.
    single_chunks: u64,
}

impl Follow {
    pub(crate) fn of(engine: &Engine) -> Self {
        Self { single_chunks: engine.door.single_chunks() }
    }
}

impl Duty for Follow {
    const NAME: &'static str = "history";
    const IS_WOKEN: bool = false;

    /// Processes one run if it is due.
    async fn turn(&mut self, engine: &Engine) -> Result<Duration, Error> {
        if engine.is_running() {
            return Ok(POLL);
        }
        let lag = history::lag(&engine.store, LAG_CHUNKS).await?;
        meter::history_lag(lag);
        let seen = engine.door.single_chunks();
        let is_beside_singles = std::mem::replace(&mut self.single_chunks, seen) != seen;
        if !is_due(lag, is_beside_singles) {
            return Ok(POLL);
        }
        history::step(&engine.store, &engine.door, RUN).await?;
        Ok(if lag > RUN { Duration::ZERO } else { POLL })
    }

    async fn end(self, _: &Engine) {}
}

const fn is_due(lag: i64, is_beside_singles: bool) -> bool {
    if is_beside_singles { lag >= LAG_BESIDE_SINGLES } else { lag > 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_single_requests_arrive_only_a_large_lag_is_worked_off() {
        for (lag, is_beside_singles, expected) in [
            (0, false, false),
            (1, false, true),
            (0, true, false),
            (LAG_BESIDE_SINGLES - 1, true, false),
            (LAG_BESIDE_SINGLES, true, true),
        ] {
            assert_eq!(is_due(lag, is_beside_singles), expected, "{lag}, {is_beside_singles}");
        }
    }
}
