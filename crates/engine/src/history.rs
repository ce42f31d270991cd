//! Fills the history from the postings asynchronously, while no batch runs in this process. While single
//! requests arrive it waits until the lag is large: a short run writes a page for almost every entry and
//! fills the write-ahead log with them.

use crate::meter;
use crate::runner::Engine;
use service::Error;
use std::time::Duration;
use store::StoreError;

/// Poll interval when there is nothing to do.
const POLL: Duration = Duration::from_secs(1);
/// The lag in postings from which it works even while single requests arrive.
const LAG_BESIDE_SINGLES: i64 = 100_000;
/// The most postings in one run.
const RUN: i64 = 200_000;
/// The most chunks over which the lag is counted.
const LAG_CHUNKS: i64 = 20_000;

impl Engine {
    /// Runs indefinitely. Only a write that the disk did not confirm ends it.
    pub async fn follow(&self) -> Result<(), Error> {
        let mut single_chunks = self.service.door().single_chunks();
        loop {
            let pause = if self.is_running() { POLL } else { self.follow_once(&mut single_chunks).await? };
            tokio::time::sleep(pause).await;
        }
    }

    async fn follow_once(&self, single_chunks: &mut u64) -> Result<Duration, Error> {
        match self.step(single_chunks).await {
            Ok(pause) => Ok(pause),
            Err(error @ Error::Store(StoreError::Fatal(_))) => Err(error),
            Err(error) => {
                tracing::info!(%error, "history update failed, retrying later");
                Ok(POLL)
            }
        }
    }

    /// Whether this process is running a batch.
    fn is_running(&self) -> bool {
        self.running.lock().is_ok_and(|running| !running.is_empty())
    }

    /// Processes one run if it is due; returns how long to pause afterwards. `single_chunks` is the door's
    /// counter at the previous poll.
    async fn step(&self, single_chunks: &mut u64) -> Result<Duration, Error> {
        let lag = self.service.history_lag(LAG_CHUNKS).await?;
        meter::history_lag(lag);
        let seen = self.service.door().single_chunks();
        let is_beside_singles = std::mem::replace(single_chunks, seen) != seen;
        if !is_due(lag, is_beside_singles) {
            return Ok(POLL);
        }
        self.service.history_step(RUN).await?;
        Ok(if lag > RUN { Duration::ZERO } else { POLL })
    }
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
