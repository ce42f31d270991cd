//! Lets the history follow behind the postings while there is nothing else to do, in steps that single requests
//! hardly notice: a step holds the one writer of a file.

use crate::meter;
use crate::runner::Engine;
use service::Error;
use std::time::{Duration, Instant};
use store::StoreError;

/// How often it looks when nothing was left.
const LOOK: Duration = Duration::from_secs(1);
/// How long a step may take while single requests come.
const STEP_BESIDE_SINGLES: Duration = Duration::from_millis(10);
/// How much longer the others have the writer then.
const SHARE_BESIDE_SINGLES: u32 = 4;
/// Postings of the smallest step that is worth a commit, and of the largest: larger ones write fewer pages
/// twice, and keep the first request after a quiet while waiting for longer.
const STEP: (i64, i64) = (2_000, 200_000);
/// Chunks behind that are counted; more are as many.
const LAG_CHUNKS: i64 = 20_000;

/// What it knows from step to step.
struct Follower {
    /// Postings of the next step.
    step: i64,
    /// As the door last said it.
    single_chunks: u64,
}

impl Engine {
    /// Follows for ever. Only a write that the disk did not confirm ends it.
    pub async fn follow(&self) -> Result<(), Error> {
        let mut follower = Follower { step: STEP.0, single_chunks: self.service.door().single_chunks() };
        loop {
            let pause = if self.is_running() { LOOK } else { self.follow_once(&mut follower).await? };
            tokio::time::sleep(pause).await;
        }
    }

    async fn follow_once(&self, follower: &mut Follower) -> Result<Duration, Error> {
        match follower.step(self).await {
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
}

impl Follower {
    /// Takes a step if there is one to take; says how long to pause after it.
    async fn step(&mut self, engine: &Engine) -> Result<Duration, Error> {
        let lag = engine.service.history_lag(LAG_CHUNKS).await?;
        meter::history_lag(lag);
        if lag == 0 {
            return Ok(LOOK);
        }
        let begun = Instant::now();
        let (taken, is_all) = engine.service.history_step(self.step).await?;
        let (took, seen) = (begun.elapsed(), engine.service.door().single_chunks());
        let is_beside_singles = seen != self.single_chunks;
        self.single_chunks = seen;
        self.step = next_step(taken, took, is_beside_singles);
        Ok(match (is_all, is_beside_singles) {
            (true, _) => LOOK,
            (false, true) => took.saturating_mul(SHARE_BESIDE_SINGLES),
            (false, false) => Duration::ZERO,
        })
    }
}

/// Twice as many where nobody waits, else as many as fit.
fn next_step(taken: i64, took: Duration, is_beside_singles: bool) -> i64 {
    let next = if is_beside_singles {
        let fits = i128::from(taken) * i128::try_from(STEP_BESIDE_SINGLES.as_micros()).unwrap_or(0)
            / i128::try_from(took.as_micros()).unwrap_or(i128::MAX).max(1);
        i64::try_from(fits).unwrap_or(i64::MAX)
    } else {
        taken.saturating_mul(2)
    };
    next.clamp(STEP.0, STEP.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_beside_singles_is_as_long_as_they_may_wait() {
        let second = Duration::from_secs(1);
        assert_eq!(next_step(1_000_000, second, true), 10_000);
        assert_eq!(next_step(100_000, second, false), 200_000);
        assert_eq!(next_step(10, second, true), STEP.0);
        assert_eq!(next_step(i64::MAX, Duration::ZERO, true), STEP.1);
    }
}
