//! Imports that nobody is at any more: their process was killed, or their task failed. Whichever node finds
//! one takes its lease and discards what it left, so its file can be imported again.

use crate::engine::Engine;
use crate::lease;
use domain::code::Code;
use domain::id::BatchId;
use domain::work::Work;
use service::Error;
use service::batch::import::discard;

impl Engine {
    /// Discards unfinished imports that nobody is at, and returns how many.
    pub(crate) async fn discard_imports(&self) -> Result<usize, Error> {
        let unready = store::batch::unready(&mut self.store.read().await?, self.store.node()).await?;
        let mut discarded = 0;
        for batch in unready {
            discarded += usize::from(self.discard_import(batch.id).await?);
        }
        Ok(discarded)
    }

    /// Takes the lease and discards the import in one transaction, unless this process or another live node
    /// is at it, or it was completed in the meantime.
    async fn discard_import(&self, id: BatchId) -> Result<bool, Error> {
        let work = Work::import(id);
        let Some(_at_hand) = self.store.begin_work(work) else { return Ok(false) };
        let mut tx = self.store.write().await?;
        match lease::take_in(&mut tx, self.store.node(), work).await {
            Err(error) if error.code() == Some(Code::BatchRunning) => return Ok(false),
            taken => taken?,
        };
        if !discard(&mut tx, id).await? {
            return Ok(false);
        }
        tx.commit().await?;
        tracing::info!(batch = id.0, "discarded an unfinished import");
        Ok(true)
    }
}
