//! The lease of an import: while it is held, no node takes the import for abandoned.

use crate::Error;
use crate::batch::problems;
use domain::code::Code;
use domain::id::BatchId;
use domain::work::Work;
use store::{AtHand, Store, Tx, lease};

/// Held from the transaction that creates the batch until the import ends.
#[derive(Debug)]
pub(super) struct ImportLease {
    work: Work,
    epoch: i64,
    owner: String,
    at_hand: Option<AtHand>,
}

impl ImportLease {
    /// Takes the lease of a batch that is being created.
    pub(super) async fn take(tx: &mut Tx, store: &Store, batch: BatchId) -> Result<Self, Error> {
        let (work, owner) = (Work::import(batch), store.node().to_owned());
        let taken = || Error::refused(Code::BatchRunning, batch.to_string());
        let at_hand = store.begin_work(work).ok_or_else(taken)?;
        let epoch = lease::take_live(tx, work, &owner, 0).await?.ok_or_else(taken)?;
        Ok(Self { work, epoch, owner, at_hand: Some(at_hand) })
    }

    /// Locks the lease against a takeover until the transaction ends; [`Code::Fenced`] if another node took
    /// this one for dead and discarded the import.
    pub(super) async fn hold(&self, tx: &mut Tx) -> Result<(), Error> {
        let is_held = lease::hold(tx, self.work, &self.owner, self.epoch).await?;
        if is_held { Ok(()) } else { Err(Code::Fenced.into()) }
    }

    /// Ends the import in the transaction that completes it.
    pub(super) async fn end(&self, tx: &mut Tx) -> Result<(), Error> {
        Ok(lease::forget(tx, self.work).await?)
    }

    /// Discards the import, unless another node already did.
    pub(super) async fn discard(&mut self, store: &Store) -> Result<(), Error> {
        let mut tx = store.write().await?;
        match self.hold(&mut tx).await {
            Err(error) if error.code() == Some(Code::Fenced) => return Ok(()),
            held => held?,
        }
        discard(&mut tx, BatchId(self.work.id)).await?;
        // Once this is committed, another import may get the same batch id.
        self.at_hand = None;
        Ok(tx.commit().await?)
    }
}

/// Discards an unfinished import with its lease; `false` if it was completed or discarded already. The caller
/// holds its lease.
pub async fn discard(tx: &mut Tx, batch: BatchId) -> Result<bool, Error> {
    let Some(batch) = store::batch::lock_unready(tx, batch).await? else { return Ok(false) };
    crate::batch::items::delete_items(tx, batch.id, &[batch.range()]).await?;
    store::item_extent::forget(tx, batch.id).await?;
    problems::purge(tx, batch.id).await?;
    store::batch::purge(tx, batch.id).await?;
    // Its pages, and what it refused, had images.
    store::head::advance(tx).await?;
    Ok(true)
}
