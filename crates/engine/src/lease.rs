//! The lease of a batch: which node runs it. It has no expiry; it is free when its node is no longer
//! registered. The epoch, raised each time the lease is taken, fences every earlier holder.

use domain::code::Code;
use domain::id::BatchId;
use service::Error;
use store::{Store, Tx, lease};

/// Takes the batch's lease for this node and returns its epoch; a lease that it already holds is taken again
/// under a new epoch. A live lease of another node is [`Code::BatchRunning`].
pub async fn take(store: &Store, batch: BatchId) -> Result<i64, Error> {
    let mut tx = store.write().await?;
    // Waits for the chunks that run under the lease; its content is read after that.
    lease::get_exclusive(&mut tx, batch).await?;
    let held = lease::get(&mut tx, batch).await?;
    let node = store.node();
    if let Some(lease) = held.as_ref().filter(|lease| lease.is_live && lease.owner != node) {
        return Err(Error::refused(Code::BatchRunning, lease.owner.as_str()));
    }
    let seen = held.map_or(0, |lease| lease.epoch);
    let epoch = lease::take_live(&mut tx, batch, node, seen).await?;
    let epoch = epoch.ok_or_else(|| Error::refused(Code::BatchRunning, batch.to_string()))?;
    tx.commit().await?;
    Ok(epoch)
}

/// Releases the lease.
pub async fn release(store: &Store, batch: BatchId, epoch: i64) -> Result<(), Error> {
    let mut tx = store.write().await?;
    lease::release(&mut tx, batch, epoch).await?;
    tx.commit().await?;
    store.wake();
    Ok(())
}

/// Locks the lease against a takeover until the transaction ends; [`Code::Fenced`] if it was already taken
/// over.
pub(crate) async fn fence(tx: &mut Tx, batch: BatchId, epoch: i64) -> Result<(), Error> {
    let lease = lease::get_shared(tx, batch).await?;
    if lease.is_some_and(|lease| lease.epoch == epoch) { Ok(()) } else { Err(Code::Fenced.into()) }
}
