//! The history of entries by value date follows behind the postings; this lets it catch up.

use crate::{Error, Service};

/// Postings of one run. A run is sorted in memory and merged in key order: the longer, the fewer pages are
/// written twice; half a million postings take about 24 MB while they are sorted.
const RUN: i64 = 500_000;

impl Service {
    /// Takes all postings so far into the history; says how many there were.
    pub async fn history_catch_up(&self) -> Result<i64, Error> {
        let mut total = 0;
        loop {
            let mut tx = self.store.write().await?;
            let taken = store::history::advance(&mut tx, RUN).await?;
            if taken > 0 {
                tx.commit().await?;
            }
            total += taken;
            if taken < RUN {
                return Ok(total);
            }
        }
    }

    /// How far the history is behind, as a difference of posting numbers (2^18 a chunk, so it is no count of
    /// postings): zero when it has caught up.
    pub async fn history_lag(&self) -> Result<i64, Error> {
        let mut tx = self.store.read().await?;
        let (mark, last) = (store::history::mark(&mut tx).await?, store::posting::last(&mut tx).await?);
        Ok(last - mark)
    }
}
