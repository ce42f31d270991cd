//! Leases: who runs a batch. An epoch that only grows fences everyone who held it before.

use crate::args;
use crate::bulk::{Lookup, Sql};
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Column;
use domain::id::BatchId;

/// A lease as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The batch.
    pub batch: BatchId,
    /// Who holds it; empty when it was given back.
    pub owner: String,
    /// How often it has changed hands.
    pub epoch: i64,
    /// Until when, microseconds UTC.
    pub expires_at: i64,
}

static GET: Sql = Sql::locking("SELECT batch, owner, epoch, expires_at FROM lease WHERE batch = $1");
static TAKE: Sql = Sql::new(
    "INSERT INTO lease (batch, owner, epoch, expires_at) VALUES ($1, $2, 1, $3)
     ON CONFLICT (batch) DO UPDATE SET owner = $2, epoch = lease.epoch + 1, expires_at = $3
     RETURNING epoch",
);
static RELEASE: Sql = Sql::new("UPDATE lease SET owner = '', expires_at = 0 WHERE batch = $1 AND epoch = $2");
static RENEW: Sql = Sql::new("UPDATE lease SET expires_at = $3 WHERE batch = $1 AND epoch = $2");
static CLEAR: Sql = Sql::new("UPDATE lease SET owner = '', expires_at = 0 WHERE owner <> $1");
static LOCK: Lookup =
    Lookup { columns: "batch, owner, epoch, expires_at", from: "lease", key: "batch", and: "", lock: true };

/// The statements of this noun.
pub const CATALOGUE: &[&Sql] = &[&GET, &TAKE, &RELEASE, &RENEW, &CLEAR];

fn read(row: crate::value::Row<'_>) -> Result<Lease, StoreError> {
    Ok(Lease {
        batch: BatchId(row.i64(0)?),
        owner: row.text(1)?,
        epoch: row.i64(2)?,
        expires_at: row.i64(3)?,
    })
}

/// A batch's lease, locked.
pub async fn get(tx: &mut Tx, batch: BatchId) -> Result<Option<Lease>, StoreError> {
    tx.fetch(&GET, args![batch.0]).await?.first().map(read).transpose()
}

/// Takes the lease over and returns the new epoch. Whether it may be taken is the caller's decision.
pub async fn take(tx: &mut Tx, batch: BatchId, owner: &str, expires_at: i64) -> Result<i64, StoreError> {
    let rows = tx.fetch(&TAKE, args![batch.0, owner, expires_at]).await?;
    rows.first().ok_or_else(|| StoreError::Corrupt("no epoch".to_owned()))?.i64(0)
}

/// Gives back the leases of everyone but `owner`; for a store that has no other living writer.
pub async fn clear_others(tx: &mut Tx, owner: &str) -> Result<u64, StoreError> {
    tx.execute(&CLEAR, args![owner]).await
}

/// Gives the lease back; nothing happens when another has it by now.
pub async fn release(tx: &mut Tx, batch: BatchId, epoch: i64) -> Result<(), StoreError> {
    tx.execute(&RELEASE, args![batch.0, epoch]).await.map(|_| ())
}

/// Keeps the lease for longer; nothing happens when another has it by now.
pub async fn renew(tx: &mut Tx, batch: BatchId, epoch: i64, expires_at: i64) -> Result<(), StoreError> {
    tx.execute(&RENEW, args![batch.0, epoch, expires_at]).await.map(|_| ())
}

/// The leases of several batches, locked; ids sorted.
pub async fn lock(tx: &mut Tx, sorted: Vec<i64>) -> Result<Vec<Lease>, StoreError> {
    tx.lookup(&LOCK, Column::I64(sorted)).await?.iter().map(read).collect()
}
