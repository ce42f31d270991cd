//! When a node of several owns the balances.
//!
//! A node that pays slices, and whose last chunks followed each other without one of another node in between, claims
//! the balances (`store::balance_owner`) and then carries them from chunk to chunk as the sole writer of a file does. Another
//! node that wants to write ends the ownership first. Both then lock account by account, and neither claims
//! anything for a while, so that two busy nodes do not spend their time taking the balances from each other.

use std::time::{Duration, Instant};
use store::balance_owner::{self, BalanceOwner};
use store::{Store, StoreError};

/// How many chunks in a row show that a node is alone.
const IN_A_ROW: u32 = 3;
/// How long a node claims nothing after an ownership was ended.
const SHARED_FOR: Duration = Duration::from_secs(10);

/// What a node knows about the owner of the balances.
#[derive(Debug, Default)]
pub(crate) struct Ownership {
    /// The owner as of the last chunk.
    seen: Option<BalanceOwner>,
    /// The number of this node's last chunk.
    last_chunk: i64,
    /// How many of its chunks followed each other without one of another node.
    in_a_row: u32,
    /// Nothing is claimed before.
    not_before: Option<Instant>,
}

impl Ownership {
    /// Records who owned the balances when a chunk was committed.
    pub(super) fn saw(&mut self, owner: BalanceOwner, chunk: i64) {
        let is_next = self.last_chunk + 1 == chunk;
        (self.in_a_row, self.last_chunk) = (if is_next { self.in_a_row + 1 } else { 0 }, chunk);
        if self.seen.as_ref().is_some_and(|seen| seen.epoch != owner.epoch && owner.node.is_empty()) {
            self.share();
        }
        self.seen = Some(owner);
    }

    fn share(&mut self) {
        (self.in_a_row, self.not_before) = (0, Some(Instant::now() + SHARED_FOR));
    }

    /// Claims the balances for this node if it seems to be alone. If that fails, it continues without.
    pub(super) async fn claim(&mut self, store: &Store) {
        let Some(seen) = self.seen.as_ref().filter(|seen| seen.node.is_empty()) else { return };
        if self.in_a_row < IN_A_ROW || self.not_before.is_some_and(|at| Instant::now() < at) {
            return;
        }
        self.in_a_row = 0;
        match set(store, store.node(), seen.epoch).await {
            Ok(true) => tracing::info!(node = store.node(), "this node owns the balances"),
            Ok(false) => {}
            Err(error) => tracing::info!(%error, "could not claim the balances"),
        }
    }

    /// Ends another node's ownership, so that this node may write.
    pub(super) async fn end(&mut self, store: &Store, owner: &BalanceOwner) -> Result<(), StoreError> {
        self.share();
        if set(store, "", owner.epoch).await? {
            tracing::info!(owner = owner.node, node = store.node(), "ended the ownership of balances");
        }
        Ok(())
    }
}

async fn set(store: &Store, node: &str, seen: i64) -> Result<bool, StoreError> {
    let mut tx = store.write().await?;
    let is_set = balance_owner::set(&mut tx, node, seen).await?;
    tx.commit().await?;
    Ok(is_set)
}
