//! The history of entries by value date follows behind the postings; this lets it catch up.

use crate::{Error, Service};
use std::time::{Duration, Instant};
use store::history::Gathered;

/// Postings of one run. A run is sorted in memory and merged in key order: the longer, the fewer pages are
/// written twice; half a million postings take about 24 MB while they are sorted.
const RUN: i64 = 500_000;
/// Entries of one transaction while single requests come: some milliseconds of the one writer.
const SLICE_BESIDE_SINGLES: usize = 2_000;
/// Entries of one transaction while nobody waits.
const SLICE: usize = 100_000;
/// How much longer than a slice took the others have the writer then.
const SHARE_BESIDE_SINGLES: u32 = 4;

impl Service {
    /// Takes all postings so far into the history; says how many there were.
    pub async fn history_catch_up(&self) -> Result<i64, Error> {
        let mut total = 0;
        loop {
            let taken = self.history_step(RUN).await?;
            if taken == 0 {
                return Ok(total);
            }
            total += taken;
        }
    }

    /// Takes one run of at least so many postings into the history, whole chunks, if there are so many; says how many it
    /// took.
    pub async fn history_step(&self, postings: i64) -> Result<i64, Error> {
        if !self.store.is_sole_writer() {
            // Writers do not wait for each other there, and one transaction keeps other nodes from doing the same.
            let mut tx = self.store.write().await?;
            let taken = store::history::advance(&mut tx, postings).await?;
            if taken > 0 {
                tx.commit().await?;
            }
            return Ok(taken);
        }
        let gathered = store::history::gather(&mut self.store.read().await?, postings).await?;
        self.write_gathered(&gathered).await?;
        Ok(gathered.postings)
    }

    /// Writes a run in slices, so that single requests wait for one slice at most.
    async fn write_gathered(&self, gathered: &Gathered) -> Result<(), Error> {
        if gathered.mark == gathered.marked {
            return Ok(());
        }
        let (mut left, mut size) = (gathered.entries.as_slice(), SLICE_BESIDE_SINGLES);
        while !left.is_empty() {
            let (slice, rest) = left.split_at(size.min(left.len()));
            left = rest;
            let (begun, seen) = (Instant::now(), self.door().single_chunks());
            let mut tx = self.store.write().await?;
            store::history::insert(&mut tx, slice).await?;
            tx.commit().await?;
            let pause = begun.elapsed().saturating_mul(SHARE_BESIDE_SINGLES);
            size = self.give_way(seen, pause).await;
        }
        let mut tx = self.store.write().await?;
        if store::history::move_mark(&mut tx, gathered).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    /// Leaves the writer to single requests for a while if some came since; says how large the next slice may be.
    async fn give_way(&self, seen: u64, pause: Duration) -> usize {
        if self.door().single_chunks() == seen {
            return SLICE;
        }
        tokio::time::sleep(pause).await;
        SLICE_BESIDE_SINGLES
    }

    /// How many postings the history is behind, up to a bound.
    pub async fn history_lag(&self, bound: i64) -> Result<i64, Error> {
        let mut tx = self.store.read().await?;
        let mark = store::history::mark(&mut tx).await?;
        let chunks = store::chunk::after(&mut tx, mark, bound).await?;
        Ok(chunks.iter().map(|chunk| chunk.postings).sum())
    }
}
