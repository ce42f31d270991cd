//! Nodes: the processes at work on the ledger. A node says every second that it is alive, by the database's
//! clock; one that has not for [`ALIVE_US`] is given up: the others end its sessions first, since a process
//! that froze still holds its locks, and take over its work then.

use crate::{Error, Service};
use domain::account::AccountKind;
use domain::asset::Asset;
use hashbrown::HashSet;
use store::account::SystemAccount;
use store::node::Node;
use store::turn::{self, Turn};
use store::{StoreError, Tx};

/// How long a node counts as alive after it said so, in microseconds. With the beat below and the time that
/// ending its sessions takes, a dead node's work goes on elsewhere within ten seconds.
pub const ALIVE_US: i64 = 5_000_000;
/// How often a node says that it is alive.
pub const BEAT: std::time::Duration = std::time::Duration::from_secs(1);
/// Sets of the ledger's own accounts beside the first, which every short-lived process uses.
const STRIPES: i64 = 8;

impl Service {
    /// Joins the nodes at work, and makes the ledger's own accounts of this node's stripe where they are
    /// missing. A worker takes batches by itself and counts when they are shared out.
    pub async fn node_join(&self, is_worker: bool) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        turn::take(&mut tx, Turn::Directory).await?;
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

    /// Says that this node is alive; `false` if the others have given it up.
    pub async fn node_beat(&self) -> Result<bool, Error> {
        let mut tx = self.store.pulse().await?;
        let now = tx.clock().await?;
        let is_known = store::node::beat(&mut tx, self.store.node(), now.saturating_add(ALIVE_US)).await?;
        tx.commit().await?;
        Ok(is_known)
    }

    /// Leaves; what this node had leased is free.
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

    /// Gives up the nodes whose time has run out: their sessions are ended, then their leases are free. Says
    /// their names.
    pub async fn node_reap(&self) -> Result<Vec<String>, Error> {
        let mut tx = self.store.write().await?;
        let now = tx.clock().await?;
        let expired = store::node::expired(&mut tx, now).await?;
        let mut names = Vec::with_capacity(expired.len());
        for node in expired.into_iter().filter(|node| node.name != self.store.node()) {
            let sessions = self.store.end_sessions(&node.name).await?;
            store::node::leave(&mut tx, &node.name).await?;
            tracing::warn!(node = node.name, sessions, "a node was given up");
            names.push(node.name);
        }
        if names.is_empty() {
            return Ok(names);
        }
        tx.commit().await?;
        self.store.wake();
        Ok(names)
    }

    /// Opens the ledger's own accounts of stripes where a currency has none; says whether there were any.
    async fn open_missing(&self, tx: &mut Tx, stripes: &[i64]) -> Result<bool, Error> {
        let there: HashSet<_> =
            store::account::system(tx).await?.iter().map(|a| (a.asset, a.kind, a.stripe)).collect();
        let mut opened = false;
        for asset in store::asset::all(tx).await? {
            for stripe in stripes {
                if !there.contains(&(asset.id, AccountKind::World, *stripe)) {
                    crate::asset::open_system(tx, &asset, *stripe, self.now()).await?;
                    opened = true;
                }
            }
        }
        Ok(opened)
    }
}

/// The stripe that the fewest workers use; the one it had for a node that comes back.
fn least_used(nodes: &[Node], name: &str) -> i64 {
    if let Some(own) = nodes.iter().find(|node| node.name == name && node.stripe > 0) {
        return own.stripe;
    }
    let users = |stripe: &i64| nodes.iter().filter(|node| node.stripe == *stripe).count();
    (1..=STRIPES).min_by_key(users).unwrap_or(0)
}

/// The stripes that are in use, the first among them.
pub(crate) async fn stripes(tx: &mut Tx) -> Result<Vec<i64>, StoreError> {
    let accounts = store::account::system(tx).await?;
    let mut stripes: Vec<i64> = accounts.iter().map(|account: &SystemAccount| account.stripe).collect();
    stripes.push(0);
    stripes.sort_unstable();
    stripes.dedup();
    Ok(stripes)
}

/// How the ledger's own account of a kind, currency and stripe is called.
pub(crate) fn system_number(kind: AccountKind, asset: &Asset, stripe: i64) -> String {
    match stripe {
        0 => format!("{}-{}", kind.name(), asset.code),
        stripe => format!("{}-{}-{stripe}", kind.name(), asset.code),
    }
}
