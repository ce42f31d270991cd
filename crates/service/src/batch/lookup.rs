//! A batch by its id or its number, read or locked.

use crate::write::Write;
use crate::{Error, Service};
use domain::batch::BatchState;
use domain::code::Code;
use domain::fact::Fact;
use domain::id::BatchId;
use store::Tx;
use store::batch::Batch;

impl Service {
    /// A batch by its id or its number (`batch-20251210-001`).
    pub async fn batch(&self, name: &str) -> Result<Batch, Error> {
        let mut tx = self.store.read().await?;
        find(&mut tx, name).await
    }

    /// Batches that were running when their process ended.
    pub async fn processing_batches(&self) -> Result<Vec<Batch>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::batch::by_state(&mut tx, BatchState::Processing).await?)
    }
}

/// A batch by its id or number.
pub(crate) async fn find(tx: &mut Tx, name: &str) -> Result<Batch, Error> {
    let missing = || Error::refused(Code::BatchNotFound, name.chars().take(64).collect::<String>());
    let found = if let Ok(id) = name.parse() {
        store::batch::get(tx, BatchId(id)).await?
    } else {
        let mut parts = name.strip_prefix("batch-").ok_or_else(missing)?.splitn(2, '-');
        let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok()).ok_or_else(missing);
        let (day, day_number) = (number()?, number()?);
        store::batch::by_number(tx, day, day_number).await?
    };
    found.ok_or_else(missing)
}

/// Locks a batch, by its id or number.
pub(crate) async fn find_locked(tx: &mut Tx, name: &str) -> Result<Batch, Error> {
    let found = find(tx, name).await?;
    let missing = || Error::refused(Code::BatchNotFound, name.to_owned());
    store::batch::lock(tx, found.id).await?.ok_or_else(missing)
}

/// Locks a batch for a write about it: from here on a refusal names the batch and its state.
pub(crate) async fn locked(write: &mut Write, name: &str) -> Result<Batch, Error> {
    let batch = find_locked(&mut write.tx, name).await?;
    write.about = Fact::of_batch(write.about.action, batch.id).with("state", batch.state.name());
    Ok(batch)
}

/// A batch as changed by a write, read in its transaction.
pub(crate) async fn changed(write: &mut Write, batch: BatchId) -> Result<Batch, Error> {
    find(&mut write.tx, &batch.to_string()).await
}
