//! Back-off for batches whose run failed: a worker skips such a batch for a while, longer after each failure,
//! so that a persistent fault neither burns CPU nor holds up other batches.

use domain::id::BatchId;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Back-off after the first failure; it doubles with each further one.
const FIRST: Duration = Duration::from_secs(2);
/// The longest back-off.
const LONGEST: Duration = Duration::from_secs(300);

/// How often the run of each batch has failed, and when its back-off ends.
#[derive(Debug, Clone, Default)]
pub(crate) struct BackOff {
    until: HashMap<BatchId, (u32, Instant)>,
}

impl BackOff {
    /// Records that a run failed.
    pub(crate) fn failed(&mut self, batch: BatchId, now: Instant) {
        let times = self.until.get(&batch).map_or(0, |(times, _)| *times);
        let length = FIRST.saturating_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX)).min(LONGEST);
        self.until.insert(batch, (times.saturating_add(1), now + length));
    }

    /// Records that a run ended normally, which resets the back-off.
    pub(crate) fn ended(&mut self, batch: BatchId) {
        self.until.remove(&batch);
    }

    /// Whether a batch is backing off.
    pub(crate) fn holds_back(&self, batch: BatchId, now: Instant) -> bool {
        self.until.get(&batch).is_some_and(|(_, until)| now < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_back_off_doubles_with_each_failure_and_is_reset_by_a_normal_end() {
        let (mut back_off, begun, batch) = (BackOff::default(), Instant::now(), BatchId(7));
        for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            back_off.failed(batch, begun);
            let length = Duration::from_secs(seconds);
            assert!(back_off.holds_back(batch, begun + length - Duration::from_millis(1)), "{seconds}");
            assert!(!back_off.holds_back(batch, begun + length), "{seconds}");
            assert!(!back_off.holds_back(BatchId(8), begun));
        }
        (0..100).for_each(|_| back_off.failed(batch, begun));
        assert!(!back_off.holds_back(batch, begun + LONGEST));
        back_off.ended(batch);
        assert!(!back_off.holds_back(batch, begun));
    }
}
