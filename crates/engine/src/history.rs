//! The history of entries by value date lags behind the postings; these functions let it catch up.

use ledger::Door;
use service::Error;
use std::time::{Duration, Instant};
use store::Store;
use store::history::{self, Gathered};

/// Postings per run. A run is sorted in memory and merged in key order: the longer it is, the fewer pages are
/// written twice. Sorting half a million postings takes about 24 MB.
const RUN: i64 = 500_000;
/// Entries per transaction while single requests arrive: a few milliseconds of the one writer.
const SLICE_BESIDE_SINGLES: usize = 2_000;
/// Entries per transaction while no single request arrives.
const SLICE: usize = 100_000;
/// The pause after a slice while single requests arrive, as a multiple of the slice's duration.
const SHARE_BESIDE_SINGLES: u32 = 4;

/// Adds all postings so far to the history; returns how many there were.
pub async fn catch_up(store: &Store, door: &Door) -> Result<i64, Error> {
    let mut total = 0;
    loop {
        let taken = step(store, door, RUN).await?;
        if taken == 0 {
            return Ok(total);
        }
        total += taken;
    }
}

/// Adds one run of whole chunks to the history, with at least this many postings if there are as many;
/// returns how many it added.
pub async fn step(store: &Store, door: &Door, postings: i64) -> Result<i64, Error> {
    if !store.is_sole_writer() {
        // Writers do not wait for each other here, and one transaction keeps other nodes from doing the same.
        let mut tx = store.write().await?;
        let taken = history::advance(&mut tx, postings).await?;
        if taken > 0 {
            tx.commit().await?;
        }
        return Ok(taken);
    }
    let gathered = history::gather(&mut store.read().await?, postings).await?;
    write_gathered(store, door, &gathered).await?;
    Ok(gathered.postings)
}

/// Writes a run in slices, so that a single request waits for one slice at most.
async fn write_gathered(store: &Store, door: &Door, gathered: &Gathered) -> Result<(), Error> {
    if gathered.mark == gathered.marked {
        return Ok(());
    }
    let (mut left, mut size) = (gathered.entries.as_slice(), SLICE_BESIDE_SINGLES);
    while !left.is_empty() {
        let (slice, rest) = left.split_at(size.min(left.len()));
        left = rest;
        let (begun, seen) = (Instant::now(), door.single_chunks());
        let mut tx = store.write().await?;
        history::insert(&mut tx, slice).await?;
        tx.commit().await?;
        let pause = begun.elapsed().saturating_mul(SHARE_BESIDE_SINGLES);
        size = give_way(door, seen, pause).await;
    }
    let mut tx = store.write().await?;
    if history::move_mark(&mut tx, gathered).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// Leaves the writer to single requests for a while if any arrived since; returns the size of the next slice.
async fn give_way(door: &Door, seen: u64, pause: Duration) -> usize {
    if door.single_chunks() == seen {
        return SLICE;
    }
    tokio::time::sleep(pause).await;
    SLICE_BESIDE_SINGLES
}

/// The history's lag in postings, counting at most `bound` chunks.
pub async fn lag(store: &Store, bound: i64) -> Result<i64, Error> {
    let mut tx = store.read().await?;
    let mark = history::mark(&mut tx).await?;
    let chunks = store::chunk::after(&mut tx, mark, bound).await?;
    Ok(chunks.iter().map(|chunk| chunk.postings).sum())
}
