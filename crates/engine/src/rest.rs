//! Batches whose run broke off: a worker leaves each alone for a while, longer with every time, so that a fault that stays
//! costs neither the processor nor the others.

use domain::id::BatchId;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// After the first time; twice as long after each other one.
const FIRST: Duration = Duration::from_secs(2);
/// The longest rest.
const LONGEST: Duration = Duration::from_secs(300);

/// How often runs broke off, and until when their batches rest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rest {
    until: HashMap<BatchId, (u32, Instant)>,
}

impl Rest {
    /// A run broke off.
    pub(crate) fn broke_off(&mut self, batch: BatchId, now: Instant) {
        let times = self.until.get(&batch).map_or(0, |(times, _)| *times);
        let length = FIRST.saturating_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX)).min(LONGEST);
        self.until.insert(batch, (times.saturating_add(1), now + length));
    }

    /// A run came to its end.
    pub(crate) fn ended(&mut self, batch: BatchId) {
        self.until.remove(&batch);
    }

    /// Whether a batch is to be left alone.
    pub(crate) fn is_resting(&self, batch: BatchId, now: Instant) -> bool {
        self.until.get(&batch).is_some_and(|(_, until)| now < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_rests_longer_each_time_and_not_at_all_after_an_end() {
        let (mut rest, begun, batch) = (Rest::default(), Instant::now(), BatchId(7));
        for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            rest.broke_off(batch, begun);
            let length = Duration::from_secs(seconds);
            assert!(rest.is_resting(batch, begun + length - Duration::from_millis(1)), "{seconds}");
            assert!(!rest.is_resting(batch, begun + length), "{seconds}");
            assert!(!rest.is_resting(BatchId(8), begun));
        }
        (0..100).for_each(|_| rest.broke_off(batch, begun));
        assert!(!rest.is_resting(batch, begun + LONGEST));
        rest.ended(batch);
        assert!(!rest.is_resting(batch, begun));
    }
}
