//! Unfinished imports: the node that finds them discards them, unless they are still running.

use super::state::AtImport;
use crate::batch::problems;
use crate::{Error, Service};
use domain::id::BatchId;
use store::Tx;
use store::batch::Batch;

impl Service {
    /// Discards an unfinished import.
    pub(super) async fn purge(&self, id: BatchId) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        match store::batch::lock_unready(&mut tx, id).await? {
            Some(batch) => purge_locked(tx, &batch).await,
            None => Ok(()),
        }
    }

    /// Discards imports that a killed process left unfinished, and returns how many.
    pub async fn batch_purge_unfinished(&self) -> Result<usize, Error> {
        let unready = {
            let mut tx = self.store.read().await?;
            store::batch::unready(&mut tx).await?
        };
        let mut purged = 0;
        for batch in unready {
            purged += usize::from(self.purge_left(batch.id).await?);
        }
        Ok(purged)
    }

    /// Discards an import if it is unfinished and not running. Both are checked again under the batch's lock:
    /// an import that completes in the meantime releases its lease in the same commit, and by the earlier
    /// reading it would look abandoned.
    async fn purge_left(&self, id: BatchId) -> Result<bool, Error> {
        let mut tx = self.store.write().await?;
        let Some(batch) = store::batch::lock_unready(&mut tx, id).await? else { return Ok(false) };
        if self.is_at_import(&mut tx, id).await? {
            return Ok(false);
        }
        purge_locked(tx, &batch).await?;
        Ok(true)
    }

    /// Whether this process, or another live node, is still importing the batch.
    async fn is_at_import(&self, tx: &mut Tx, batch: BatchId) -> Result<bool, Error> {
        let lease = store::lease::get(tx, batch).await?;
        Ok(match lease.filter(|lease| lease.is_live) {
            None => false,
            Some(lease) if lease.owner == self.store.node() => {
                self.importing.lock().is_ok_and(|importing| importing.contains(&batch))
            }
            Some(_) => true,
        })
    }

    /// Marks an import as running until the returned guard is dropped.
    pub(super) fn at_import(&self, batch: BatchId) -> AtImport {
        if let Ok(mut importing) = self.importing.lock() {
            importing.insert(batch);
        }
        AtImport { batch, importing: self.importing.clone() }
    }
}

/// Discards an unfinished import whose row is locked.
async fn purge_locked(mut tx: Tx, batch: &Batch) -> Result<(), Error> {
    crate::batch::items::delete_items(&mut tx, batch.id, batch.range()).await?;
    store::item_extent::forget(&mut tx, batch.id).await?;
    problems::purge(&mut tx, batch.id).await?;
    store::batch::purge(&mut tx, batch.id).await?;
    Ok(tx.commit().await?)
}
