//! Nodes: the processes working on the ledger, by the database's clock. A node renews its row with a
//! heartbeat; one whose row has expired is evicted by the others before its work is taken over.

use crate::args;
use crate::bulk::{Named, Sql, named};
use crate::error::StoreError;
use crate::record::{inserted, record};
use crate::sql::sql;
use crate::store::Store;
use crate::tx::Tx;
use crate::value::{Column, Row};

/// How long a node counts as alive after a heartbeat, in microseconds. With the heartbeat's interval and the
/// time to terminate its sessions, a dead node's work resumes elsewhere within ten seconds.
pub const ALIVE_US: i64 = 5_000_000;

record! {
    /// A working process.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Node {
        /// Its name.
        pub name: String,
        /// Which stripe of the ledger's own accounts it uses.
        pub stripe: i64,
        /// Whether it takes batches on its own.
        pub is_worker: bool = "worker",
        /// When it may be evicted, in microseconds UTC by the database's clock.
        pub expires_at: i64,
    }
}

inserted! {
    INSERT into "node",
    fn columns(nodes: &[&Node], now: i64) each node {
        name: node.name.clone(),
        stripe: node.stripe,
        worker: i64::from(node.is_worker),
        joined_at = Column::Same(now, nodes.len()),
        expires_at: node.expires_at,
    }
}

static BEAT: Sql = Sql::new("UPDATE node SET expires_at = $2 WHERE name = $1");
static ALL: Sql = Sql::new(sql!("SELECT ", Node::COLUMNS, " FROM node ORDER BY name"));
static GET: Sql = Sql::new(sql!("SELECT ", Node::COLUMNS, " FROM node WHERE name = $1"));
static EXPIRED: Sql =
    Sql::exclusive(sql!("SELECT ", Node::COLUMNS, " FROM node WHERE expires_at < $1 ORDER BY name"));
static LEAVE: Sql = Sql::new("DELETE FROM node WHERE name = $1");
static LEAVE_OTHERS: Sql = Sql::new("DELETE FROM node WHERE name <> $1");

/// Every fixed statement of this file.
pub const CATALOGUE: &[Named] = named![&BEAT, &ALL, &GET, &EXPIRED, &LEAVE, &LEAVE_OTHERS];

/// Adds a node, or renews the row it already has.
pub async fn join(tx: &mut Tx, node: &Node, now: i64) -> Result<(), StoreError> {
    if tx.insert_new(&INSERT, columns(&[node], now)).await? == 0 {
        beat(tx, &node.name, node.expires_at).await?;
    }
    Ok(())
}

/// Registers a process that is no node yet, without a stripe of its own.
pub(crate) async fn ensure(tx: &mut Tx, name: &str) -> Result<(), StoreError> {
    if get(tx, name).await?.is_some() {
        return Ok(());
    }
    let now = tx.clock().await?;
    let expires_at = now.saturating_add(ALIVE_US);
    join(tx, &Node { name: name.to_owned(), stripe: 0, is_worker: false, expires_at }, now).await
}

/// Extends a node's row; `false` if the node was evicted.
pub async fn beat(tx: &mut Tx, name: &str, expires_at: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&BEAT, args![name, expires_at]).await? > 0)
}

/// Every node that has not been evicted, ordered by name.
pub async fn all(tx: &mut Tx) -> Result<Vec<Node>, StoreError> {
    tx.fetch(&ALL, args![]).await?.iter().map(Row::read).collect()
}

/// A node, unless it was evicted.
pub async fn get(tx: &mut Tx, name: &str) -> Result<Option<Node>, StoreError> {
    tx.fetch(&GET, args![name]).await?.first().map(Row::read).transpose()
}

/// Nodes whose heartbeat has expired, locked.
pub async fn expired(tx: &mut Tx, now: i64) -> Result<Vec<Node>, StoreError> {
    tx.fetch(&EXPIRED, args![now]).await?.iter().map(Row::read).collect()
}

/// Evicts the nodes whose heartbeat has expired, but not this process: terminates their sessions first, since
/// a frozen process still holds its locks, then removes their rows, which frees their leases. Returns their
/// names.
pub async fn evict_expired(tx: &mut Tx, store: &Store) -> Result<Vec<String>, StoreError> {
    let now = tx.clock().await?;
    let mut names = Vec::new();
    for node in expired(tx, now).await?.into_iter().filter(|node| node.name != store.node()) {
        let sessions = store.end_sessions(&node.name).await?;
        leave(tx, &node.name).await?;
        tracing::warn!(node = node.name, sessions, "evicted a node whose heartbeat had expired");
        names.push(node.name);
    }
    Ok(names)
}

/// Removes a node; this frees its leases.
pub async fn leave(tx: &mut Tx, name: &str) -> Result<(), StoreError> {
    tx.execute(&LEAVE, args![name]).await.map(|_| ())
}

/// Removes all other nodes; only where no other process can be working.
pub async fn leave_others(tx: &mut Tx, name: &str) -> Result<u64, StoreError> {
    tx.execute(&LEAVE_OTHERS, args![name]).await
}
