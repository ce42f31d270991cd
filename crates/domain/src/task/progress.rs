//! How far a task is, and how fast.

/// How much of a task is done. Records are what the task counts: rows read, items written, postings checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskProgress {
    /// Records in all, as far as that is known.
    pub total: Option<i64>,
    /// Records that are done.
    pub processed: i64,
}

impl TaskProgress {
    /// In per cent, from 0 to 99: only the end is 100. 0 while the total is not known.
    #[must_use]
    pub fn percent(self) -> i64 {
        let Some(total) = self.total.filter(|total| *total > 0) else { return 0 };
        let done = i128::from(self.processed.clamp(0, total)) * 100 / i128::from(total);
        i64::try_from(done).unwrap_or(0).min(99)
    }

    /// Records per second since the task began, `elapsed` microseconds ago.
    #[must_use]
    pub fn per_second(self, elapsed: i64) -> i64 {
        let rate = i128::from(self.processed) * 1_000_000 / i128::from(elapsed.max(1));
        i64::try_from(rate).unwrap_or(i64::MAX)
    }

    /// Seconds until it ends at this speed, rounded up; none while the total or the speed is not known.
    #[must_use]
    pub fn eta_seconds(self, elapsed: i64) -> Option<i64> {
        let left = self.total?.checked_sub(self.processed).filter(|left| *left >= 0)?;
        let rate = self.per_second(elapsed);
        (rate > 0).then(|| left.div_euclid(rate) + i64::from(left % rate > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn per_cent_speed_and_time_left_follow_from_the_counts() {
        let of = |processed, total| TaskProgress { total, processed };
        for (progress, percent, rate, eta) in [
            (of(0, Some(100)), 0, 0, None),
            (of(50, Some(100)), 50, 25, Some(2)),
            (of(33, Some(100)), 33, 16, Some(5)),
            (of(100, Some(100)), 99, 50, Some(0)),
            (of(120, Some(100)), 99, 60, None),
            (of(120, None), 0, 60, None),
            (of(0, Some(0)), 0, 0, None),
            (of(i64::MAX, Some(i64::MAX)), 99, i64::MAX / 2, Some(0)),
        ] {
            let elapsed = 2_000_000;
            assert_eq!(progress.percent(), percent, "{progress:?}");
            assert_eq!(progress.per_second(elapsed), rate, "{progress:?}");
            assert_eq!(progress.eta_seconds(elapsed), eta, "{progress:?}");
        }
    }
}
