//! This process as one of the nodes at work on the ledger. A node sends a heartbeat every second, by the
//! database's clock. A node without one for [`ALIVE_US`] is evicted: the others first terminate its sessions,
//! since a frozen process still holds its locks, and then take over its work.

use domain::account::AccountKind;
use service::Error;
use service::system_account::open_system;
use std::collections::HashSet;
use store::named_lock::{self, NamedLock};
use store::node::{self, ALIVE_US, Node};
use store::{Store, StoreError, Tx, head};

/// Stripes of the ledger's own accounts in addition to stripe 0, which every short-lived process uses.
const STRIPES: i64 = 8;

/// Joins the nodes at work, and opens the ledger's own accounts of this node's stripe where they are missing.
/// A worker takes batches by itself and counts when they are distributed.
pub(crate) async fn join(store: &Store, is_worker: bool, opened_at: i64) -> Result<(), Error> {
    let mut tx = store.write().await?;
    named_lock::take(&mut tx, NamedLock::Directory).await?;
    let nodes = node::all(&mut tx).await?;
    let stripe = if store.is_sole_writer() || !is_worker { 0 } else { least_used(&nodes, store.node()) };
    let now = tx.clock().await?;
    let (name, expires_at) = (store.node().to_owned(), now.saturating_add(ALIVE_US));
    node::join(&mut tx, &Node { name, stripe, is_worker, expires_at }, now).await?;
    if stripe > 0 && open_missing(&mut tx, stripe, opened_at).await? {
        head::raise_policy_version(&mut tx).await?;
        // The accounts have images.
        head::advance(&mut tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Sends this node's heartbeat; returns `false` if the others have evicted it.
pub(crate) async fn beat(store: &Store) -> Result<bool, Error> {
    let mut tx = store.pulse().await?;
    let now = tx.clock().await?;
    let is_known = node::beat(&mut tx, store.node(), now.saturating_add(ALIVE_US)).await?;
    tx.commit().await?;
    Ok(is_known)
}

/// Leaves, and releases this node's leases.
pub(crate) async fn leave(store: &Store) -> Result<(), Error> {
    let mut tx = store.pulse().await?;
    node::leave(&mut tx, store.node()).await?;
    tx.commit().await?;
    store.wake();
    Ok(())
}

/// Evicts the nodes whose heartbeat has expired, which frees their leases.
pub(crate) async fn evict_expired(store: &Store) -> Result<(), Error> {
    let mut tx = store.write().await?;
    if !node::evict_expired(&mut tx, store).await?.is_empty() {
        tx.commit().await?;
        store.wake();
    }
    Ok(())
}

/// Evicts all other nodes; only where no other process can be at work.
pub(crate) async fn evict_others(store: &Store) -> Result<(), Error> {
    let mut tx = store.write().await?;
    node::leave_others(&mut tx, store.node()).await?;
    Ok(tx.commit().await?)
}

/// Opens the ledger's own accounts of a stripe for each currency that has none; returns whether any were
/// missing.
async fn open_missing(tx: &mut Tx, stripe: i64, opened_at: i64) -> Result<bool, StoreError> {
    let there: HashSet<_> =
        store::account::system(tx).await?.iter().map(|a| (a.asset, a.kind, a.stripe)).collect();
    let mut opened = false;
    for asset in store::asset::all(tx).await? {
        if !there.contains(&(asset.id, AccountKind::World, stripe)) {
            open_system(tx, &asset, stripe, opened_at).await?;
            opened = true;
        }
    }
    Ok(opened)
}

/// The stripe that the fewest workers use; a returning node keeps its stripe.
fn least_used(nodes: &[Node], name: &str) -> i64 {
    if let Some(own) = nodes.iter().find(|node| node.name == name && node.stripe > 0) {
        return own.stripe;
    }
    let users = |stripe: &i64| nodes.iter().filter(|node| node.stripe == *stripe).count();
    (1..=STRIPES).min_by_key(users).unwrap_or(0)
}
