//! Leases: which node does a piece of work, such as running a batch. The epoch only grows and fences every
//! earlier holder. A lease is free when it has no owner, or when its owner is no longer a live node
//! ([`crate::node`]).

use crate::args;
use crate::bulk::{Lock, Lookup, Named, Sql, named};
use crate::error::StoreError;
use crate::node;
use crate::record::record;
use crate::script::{Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::id::BatchId;
use domain::work::{Work, WorkKind};

record! {
    /// A lease as stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Lease {
        /// The node that holds it; empty if free.
        pub owner: String,
        /// How many times it has been taken.
        pub epoch: i64,
        /// Whether the owner is a live node.
        pub is_live: bool = "CASE WHEN EXISTS (SELECT 1 FROM node WHERE node.name = lease.owner) \
                             THEN 1 ELSE 0 END",
    }
}

const BY_WORK: &str = sql!("SELECT ", Lease::COLUMNS, " FROM lease WHERE kind = $1 AND id = $2");

static GET: Sql = Sql::new(BY_WORK);
static GET_EXCLUSIVE: Sql = Sql::exclusive(BY_WORK);
static HOLD: Sql = Sql { text: BY_WORK, lock: Lock::Shared };
static TAKE: Sql = Sql::new(
    "INSERT INTO lease (kind, id, owner, epoch) VALUES ($1, $2, $3, 1)
     ON CONFLICT (kind, id) DO UPDATE SET owner = $3, epoch = lease.epoch + 1 WHERE lease.epoch = $4
     RETURNING epoch",
);
static RELEASE: Sql = Sql::new("UPDATE lease SET owner = '' WHERE kind = $1 AND id = $2 AND epoch = $3");
static FORGET: Sql = Sql::new("DELETE FROM lease WHERE kind = $1 AND id = $2");
// Shared, as a chunk takes it: a takeover waits for the chunk, another chunk does not.
static LOCK: Lookup = Lookup {
    columns: "id, epoch",
    from: "lease",
    key: "id",
    and: sql!("kind = ", [WorkKind::Run]),
    lock: Lock::Shared,
};

/// Every fixed statement of this file.
pub const CATALOGUE: &[Named] = named![&GET, &GET_EXCLUSIVE, &HOLD, &TAKE, &RELEASE, &FORGET];

async fn one(tx: &mut Tx, sql: &'static Sql, work: Work) -> Result<Option<Lease>, StoreError> {
    tx.fetch(sql, args![work.kind.number(), work.id]).await?.first().map(Row::read).transpose()
}

/// The lease of some work, if it was ever taken.
pub async fn get(tx: &mut Tx, work: Work) -> Result<Option<Lease>, StoreError> {
    one(tx, &GET, work).await
}

/// The same under an exclusive lock: waits for the transactions that work under the lease.
pub async fn get_exclusive(tx: &mut Tx, work: Work) -> Result<Option<Lease>, StoreError> {
    one(tx, &GET_EXCLUSIVE, work).await
}

/// Whether a node still holds the lease under this epoch; if so, it does until the transaction ends. The
/// owner is compared as well: a forgotten lease starts over, so that another node may hold the same epoch.
pub async fn hold(tx: &mut Tx, work: Work, owner: &str, epoch: i64) -> Result<bool, StoreError> {
    let lease = one(tx, &HOLD, work).await?;
    Ok(lease.is_some_and(|lease| lease.epoch == epoch && lease.owner == owner))
}

/// Takes the lease under a new epoch and returns that epoch, if the stored epoch is still the one the caller
/// saw (0 if it was never taken). The caller has checked that it may take it.
pub async fn take(tx: &mut Tx, work: Work, owner: &str, seen: i64) -> Result<Option<i64>, StoreError> {
    let args = args![work.kind.number(), work.id, owner, seen];
    tx.fetch(&TAKE, args).await?.first().map(|row| row.i64(0)).transpose()
}

/// The same for a node that may not be registered, which it is then: a lease held by an unknown node counts
/// as free.
pub async fn take_live(tx: &mut Tx, work: Work, owner: &str, seen: i64) -> Result<Option<i64>, StoreError> {
    node::ensure(tx, owner).await?;
    take(tx, work, owner, seen).await
}

/// Releases the lease if this epoch still holds it.
pub async fn release(tx: &mut Tx, work: Work, epoch: i64) -> Result<(), StoreError> {
    tx.execute(&RELEASE, args![work.kind.number(), work.id, epoch]).await.map(|_| ())
}

/// Deletes the lease of work that has ended. The id may be reused; its lease then starts over.
pub async fn forget(tx: &mut Tx, work: Work) -> Result<(), StoreError> {
    tx.execute(&FORGET, args![work.kind.number(), work.id]).await.map(|_| ())
}

/// The epochs of the leases of runs, batches sorted, share-locked until the transaction ends: `(batch,
/// epoch)`.
pub fn lock_later(script: &mut Script, sorted: Vec<i64>) -> Asked<Vec<(BatchId, i64)>> {
    script.lookup(&LOCK, Column::I64(sorted), |answer| {
        answer.rows.iter().map(|row| Ok((BatchId(row.i64(0)?), row.i64(1)?))).collect()
    })
}
