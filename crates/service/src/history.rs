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
            let (taken, is_all) = self.history_step(RUN).await?;
            total += taken;
            if is_all {
                return Ok(total);
            }
        }
    }

    /// Takes one run of at least so many postings into the history, whole chunks; says how many it took, and
    /// whether they were all.
    pub async fn history_step(&self, postings: i64) -> Result<(i64, bool), Error> {
        let mut tx = self.store.write().await?;
        let before = store::history::mark(&mut tx).await?;
        let taken = store::history::advance(&mut tx, postings).await?;
        let is_all = store::history::mark(&mut tx).await? == before;
        if !is_all {
            tx.commit().await?;
        }
        Ok((taken, is_all))
    }

    /// How many postings the history is behind, up to a bound.
    pub async fn history_lag(&self, bound: i64) -> Result<i64, Error> {
        let mut tx = self.store.read().await?;
        let mark = store::history::mark(&mut tx).await?;
        let chunks = store::chunk::after(&mut tx, mark, bound).await?;
        Ok(chunks.iter().map(|chunk| chunk.postings).sum())
    }
}
