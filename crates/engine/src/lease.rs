//! Leases: which node does a piece of work. A lease has no expiry; it is free when its node is no longer
//! registered. The epoch, raised each time the lease is taken, fences every earlier holder.

use domain::code::Code;
use domain::work::Work;
use service::Error;
use store::{Store, Tx, lease};

/// Takes a lease for this node and returns its epoch; a lease that it already holds is taken again under a new
/// epoch. A live lease of another node is [`Code::BatchRunning`].
pub async fn take(store: &Store, work: Work) -> Result<i64, Error> {
    let mut tx = store.write().await?;
    let epoch = take_in(&mut tx, store.node(), work).await?;
    tx.commit().await?;
    Ok(epoch)
}

/// The same in a transaction.
pub(crate) async fn take_in(tx: &mut Tx, node: &str, work: Work) -> Result<i64, Error> {
    // Waits for the transactions that work under the lease; its content is read after that.
    lease::get_exclusive(tx, work).await?;
    let held = lease::get(tx, work).await?;
    if let Some(lease) = held.as_ref().filter(|lease| lease.is_live && lease.owner != node) {
        return Err(Error::refused(Code::BatchRunning, lease.owner.as_str()));
    }
    let epoch = lease::take_live(tx, work, node, held.map_or(0, |lease| lease.epoch)).await?;
    epoch.ok_or_else(|| Error::refused(Code::BatchRunning, work.id.to_string()))
}

/// Releases the lease.
pub async fn release(store: &Store, work: Work, epoch: i64) -> Result<(), Error> {
    let mut tx = store.write().await?;
    lease::release(&mut tx, work, epoch).await?;
    tx.commit().await?;
    store.wake();
    Ok(())
}

/// Locks the lease against a takeover until the transaction ends; [`Code::Fenced`] if it was already taken
/// over.
pub(crate) async fn fence(tx: &mut Tx, node: &str, work: Work, epoch: i64) -> Result<(), Error> {
    if lease::hold(tx, work, node, epoch).await? { Ok(()) } else { Err(Code::Fenced.into()) }
}
