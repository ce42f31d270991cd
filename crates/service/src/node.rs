//! Nodes: the processes at work on the ledger. A node sends a heartbeat every second, by the database's
//! clock. A node without one for [`ALIVE_US`] is evicted: the others first terminate its sessions, since a
//! frozen process still holds its locks, and then take over its work.

use crate::system_account::open_system;
use crate::{Error, Service};
use domain::account::AccountKind;
use hashbrown::HashSet;
use store::Tx;
use store::named_lock::{self, NamedLock};
use store::node::Node;

/// How long a node counts as alive after a heartbeat, in microseconds. With the interval below and the time
/// to terminate its sessions, a dead node's work resumes elsewhere within ten seconds.
pub const ALIVE_US: i64 = 5_000_000;
/// The heartbeat interval.
pub const BEAT: std::time::Duration = std::time::Duration::from_secs(1);
/// Stripes of the ledger's own accounts in addition to stripe 0, which every short-lived process uses.
const STRIPES: i64 = 8;

impl Service {
    /// Joins the nodes at work, and opens the ledger's own accounts of this node's stripe where they are
    /// missing. A worker takes batches by itself and counts when they are distributed.
    pub async fn node_join(&self, is_worker: bool) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        named_lock::take(&mut tx, NamedLock::Directory).await?;
        let nodes = store::node::all(&mut tx).await?;
        let stripe =
            if self.store.is_sole_writer() || !is_worker { 0 } else { least_used(&nodes, self.store.node()) };
        let now = tx.clock().await?;
        let (name, expires_at) = (self.store.node().to_owned(), now.saturating_add(ALIVE_US));
        store::node::join(&mut tx, &Node { name, stripe, is_worker, expires_at }, now).await?;
        if stripe > 0 && self.open_missing(&mut tx, &[stripe]).await? {
            store::head::raise_policy_version(&mut tx).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Sends this node's heartbeat; returns `false` if the others have evicted it.
    pub async fn node_beat(&self) -> Result<bool, Error> {
        let mut tx = self.store.pulse().await?;
        let now = tx.clock().await?;
        let is_known = store::node::beat(&mut tx, self.store.node(), now.saturating_add(ALIVE_US)).await?;
        tx.commit().await?;
        Ok(is_known)
    }

    /// Leaves, and releases this node's leases.
    pub async fn node_leave(&self) -> Result<(), Error> {
        let mut tx = self.store.pulse().await?;
        store::node::leave(&mut tx, self.store.node()).await?;
        tx.commit().await?;
        self.store.wake();
        Ok(())
    }

    /// Every node at work.
    pub async fn node_list(&self) -> Result<Vec<Node>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::node::all(&mut tx).await?)
    }

    /// Evicts the nodes whose heartbeat has expired: terminates their sessions, then releases their leases.
    /// Returns their names.
    pub async fn node_reap(&self) -> Result<Vec<String>, Error> {
        let mut tx = self.store.write().await?;
        let names = store::node::evict_expired(&mut tx, &self.store).await?;
        if names.is_empty() {
            return Ok(names);
        }
        tx.commit().await?;
        self.store.wake();
        Ok(names)
    }

    /// Opens the ledger's own accounts where a currency has none in a stripe; returns whether any were
    /// missing.
    async fn open_missing(&self, tx: &mut Tx, stripes: &[i64]) -> Result<bool, Error> {
        let there: HashSet<_> =
            store::account::system(tx).await?.iter().map(|a| (a.asset, a.kind, a.stripe)).collect();
        let mut opened = false;
        for asset in store::asset::all(tx).await? {
            for stripe in stripes {
                if !there.contains(&(asset.id, AccountKind::World, *stripe)) {
                    open_system(tx, &asset, *stripe, self.now()).await?;
                    opened = true;
                }
            }
        }
        Ok(opened)
    }
}

/// The stripe that the fewest workers use; a returning node keeps its stripe.
fn least_used(nodes: &[Node], name: &str) -> i64 {
    if let Some(own) = nodes.iter().find(|node| node.name == name && node.stripe > 0) {
        return own.stripe;
    }
    let users = |stripe: &i64| nodes.iter().filter(|node| node.stripe == *stripe).count();
    (1..=STRIPES).min_by_key(users).unwrap_or(0)
}
