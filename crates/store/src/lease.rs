//! Leases: which node runs a batch. The epoch only grows and fences every earlier holder. A lease is free
//! when it has no owner, or when its owner is no longer a live node ([`crate::node`]).

use crate::args;
use crate::bulk::{Lock, Lookup, Sql};
use crate::error::StoreError;
use crate::record::record;
use crate::script::{Asked, Script};
use crate::sql::sql;
use crate::tx::Tx;
use crate::value::{Column, Row};
use domain::id::BatchId;

record! {
    /// A lease as stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Lease {
        /// The batch.
        pub batch: BatchId,
        /// The node that holds it; empty if free.
        pub owner: String,
        /// How many times it has been taken.
        pub epoch: i64,
        /// Whether the owner is a live node.
        pub is_live: bool = "CASE WHEN EXISTS (SELECT 1 FROM node WHERE node.name = lease.owner) \
                             THEN 1 ELSE 0 END",
    }
}

const BY_BATCH: &str = sql!("SELECT ", Lease::COLUMNS, " FROM lease WHERE batch = $1");

static GET: Sql = Sql::new(BY_BATCH);
static GET_EXCLUSIVE: Sql = Sql::exclusive(BY_BATCH);
static GET_SHARED: Sql = Sql { text: BY_BATCH, lock: Lock::Shared };
static TAKE: Sql = Sql::new(
    "INSERT INTO lease (batch, owner, epoch) VALUES ($1, $2, 1)
     ON CONFLICT (batch) DO UPDATE SET owner = $2, epoch = lease.epoch + 1 WHERE lease.epoch = $3
     RETURNING epoch",
);
static RELEASE: Sql = Sql::new("UPDATE lease SET owner = '' WHERE batch = $1 AND epoch = $2");
static GIVE_BACK: Sql = Sql::new("UPDATE lease SET owner = '' WHERE batch = $1 AND owner = $2");
static FORGET: Sql = Sql::new(
    "DELETE FROM lease WHERE batch = $1 AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.id = lease.batch)",
);
// Shared, as a chunk takes it: a takeover waits for the chunk, another chunk does not.
static LOCK: Lookup =
    Lookup { columns: "batch, owner, epoch", from: "lease", key: "batch", and: "", lock: Lock::Shared };

/// Every fixed statement of this file.
pub const CATALOGUE: &[&Sql] = &[&GET, &GET_EXCLUSIVE, &GET_SHARED, &TAKE, &RELEASE, &GIVE_BACK, &FORGET];

async fn one(tx: &mut Tx, sql: &'static Sql, batch: BatchId) -> Result<Option<Lease>, StoreError> {
    tx.fetch(sql, args![batch.0]).await?.first().map(Row::read).transpose()
}

/// A batch's lease, if it was ever taken.
pub async fn get(tx: &mut Tx, batch: BatchId) -> Result<Option<Lease>, StoreError> {
    one(tx, &GET, batch).await
}

/// A batch's lease under an exclusive lock: waits for the chunks that run under it.
pub async fn get_exclusive(tx: &mut Tx, batch: BatchId) -> Result<Option<Lease>, StoreError> {
    one(tx, &GET_EXCLUSIVE, batch).await
}

/// A batch's lease, protected from takeover until the transaction ends.
pub async fn get_shared(tx: &mut Tx, batch: BatchId) -> Result<Option<Lease>, StoreError> {
    one(tx, &GET_SHARED, batch).await
}

/// Takes the lease under a new epoch and returns that epoch, if the stored epoch is still the one the caller
/// saw (0 if it was never taken). The caller has checked that it may take it.
pub async fn take(tx: &mut Tx, batch: BatchId, owner: &str, seen: i64) -> Result<Option<i64>, StoreError> {
    tx.fetch(&TAKE, args![batch.0, owner, seen]).await?.first().map(|row| row.i64(0)).transpose()
}

/// Releases the lease if this epoch still holds it.
pub async fn release(tx: &mut Tx, batch: BatchId, epoch: i64) -> Result<(), StoreError> {
    tx.execute(&RELEASE, args![batch.0, epoch]).await.map(|_| ())
}

/// Releases the lease if this node holds it.
pub async fn give_back(tx: &mut Tx, batch: BatchId, owner: &str) -> Result<(), StoreError> {
    tx.execute(&GIVE_BACK, args![batch.0, owner]).await.map(|_| ())
}

/// Deletes the lease of a deleted batch: the batch id may be reused, and its lease then starts over.
pub(crate) async fn forget(tx: &mut Tx, batch: BatchId) -> Result<(), StoreError> {
    tx.execute(&FORGET, args![batch.0]).await.map(|_| ())
}

/// The epochs of leases, ids sorted, share-locked until the transaction ends: `(batch, epoch)`.
pub fn lock_later(script: &mut Script, sorted: Vec<i64>) -> Asked<Vec<(BatchId, i64)>> {
    script.lookup(&LOCK, Column::I64(sorted), |answer| {
        answer.rows.iter().map(|row| Ok((BatchId(row.i64(0)?), row.i64(2)?))).collect()
    })
}
