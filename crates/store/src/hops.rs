//! Counts hops: how often a write transaction waited for its database. Each hop costs two thread switches on a
//! file and a round trip on a server, whatever the statements in it cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Shared by a database and its write transactions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hops(Arc<AtomicU64>);

impl Hops {
    pub(crate) fn add(&self, hops: u64) {
        self.0.fetch_add(hops, Ordering::Relaxed);
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
