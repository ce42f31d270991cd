//! Lets the history follow behind the postings while there is nothing else to do. Beside single requests it waits until
//! there is much to take: a short run writes a page for almost each of its entries, and fills the log with them.

use crate::meter;
use crate::runner::Engine;
use service::Error;
use std::time::Duration;
use store::StoreError;

/// How often it looks when nothing was left.
const LOOK: Duration = Duration::from_secs(1);
/// Postings behind from which on it works beside single requests.
const LAG_BESIDE_SINGLES: i64 = 100_000;
/// Postings of a run at most.
const RUN: i64 = 200_000;
/// Chunks behind that are counted; more are as many.
const LAG_CHUNKS: i64 = 20_000;

impl Engine {
    /// Follows for ever. Only a write that the disk did not confirm ends it.
    pub async fn follow(&self) -> Result<(), Error> {
        let mut single_chunks = self.service.door().single_chunks();
        loop {
            let pause = if self.is_running() { LOOK } else { self.follow_once(&mut single_chunks).await? };
            tokio::time::sleep(pause).await;
        }
    }

    async fn follow_once(&self, single_chunks: &mut u64) -> Result<Duration, Error> {
        match self.step(single_chunks).await {
            Ok(pause) => Ok(pause),
            Err(error @ Error::Store(StoreError::Fatal(_))) => Err(error),
            Err(error) => {
                tracing::info!(%error, "the history catches up later");
                Ok(LOOK)
            }
        }
    }

    /// Whether this process is at a batch.
    fn is_running(&self) -> bool {
        self.running.lock().is_ok_and(|running| !running.is_empty())
    }

    /// Takes a run if there is one to take; says how long to pause after it. `single_chunks` is what the door had worked
    /// at the last look.
    async fn step(&self, single_chunks: &mut u64) -> Result<Duration, Error> {
        let lag = self.service.history_lag(LAG_CHUNKS).await?;
        meter::history_lag(lag);
        let seen = self.service.door().single_chunks();
        let is_beside_singles = std::mem::replace(single_chunks, seen) != seen;
        if !is_due(lag, is_beside_singles) {
            return Ok(LOOK);
        }
        self.service.history_step(RUN).await?;
        Ok(if lag > RUN { Duration::ZERO } else { LOOK })
    }
}

const fn is_due(lag: i64, is_beside_singles: bool) -> bool {
    if is_beside_singles { lag >= LAG_BESIDE_SINGLES } else { lag > 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_single_requests_there_must_be_much_to_take() {
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
