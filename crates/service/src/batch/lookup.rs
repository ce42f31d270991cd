//! A batch by its id or its number, read or locked.

use crate::write::Write;
use crate::{Error, Service};
use domain::batch::BatchState;
use domain::batch_ref::{BatchNumber, BatchRef};
use domain::code::Code;
use domain::fact::Fact;
use domain::id::BatchId;
use store::Tx;
use store::batch::Batch;

/// A batch by its id or its number (`batch-20251210-001`).
pub async fn named(service: &Service, batch: BatchRef) -> Result<Batch, Error> {
    let mut tx = service.store.read().await?;
    find(&mut tx, batch).await
}

/// Parses how a request names a batch. A text that cannot name one is refused like a batch that does not
/// exist.
pub fn read_ref(text: &str) -> Result<BatchRef, Error> {
    BatchRef::parse(text).map_err(|code| Error::refused(code, text.chars().take(64).collect::<String>()))
}

/// Batches that are running or were running when their process ended; not those whose open items are all
/// in flight.
pub async fn processing(service: &Service) -> Result<Vec<Batch>, Error> {
    let mut tx = service.store.read().await?;
    let mut batches = store::batch::by_state(&mut tx, BatchState::Processing).await?;
    batches.retain(|batch| batch.tally.needs_runner(batch.intent));
    Ok(batches)
}

/// A batch by its id or number, as a request names it.
pub(crate) async fn find(tx: &mut Tx, batch: BatchRef) -> Result<Batch, Error> {
    match batch {
        BatchRef::Id(id) => get(tx, id).await,
        BatchRef::Number(number @ BatchNumber { day, running }) => {
            let found = store::batch::by_number(tx, day, running).await?;
            found.ok_or_else(|| Error::refused(Code::BatchNotFound, number.to_string()))
        }
    }
}

/// A batch by its id.
pub(crate) async fn get(tx: &mut Tx, id: BatchId) -> Result<Batch, Error> {
    store::batch::get(tx, id).await?.ok_or_else(|| missing(id))
}

/// Locks a batch.
pub(crate) async fn lock(tx: &mut Tx, id: BatchId) -> Result<Batch, Error> {
    store::batch::lock(tx, id).await?.ok_or_else(|| missing(id))
}

/// Locks a batch for a write about it: from here on a refusal names the batch and its state.
pub(crate) async fn locked(write: &mut Write, batch: BatchRef) -> Result<Batch, Error> {
    let found = find(&mut write.tx, batch).await?;
    locked_by_id(write, found.id).await
}

/// The same for a batch that is known by its id.
pub(crate) async fn locked_by_id(write: &mut Write, id: BatchId) -> Result<Batch, Error> {
    let batch = lock(&mut write.tx, id).await?;
    write.about = Fact::of_batch(write.about.action, batch.id).with("state", batch.state.name());
    Ok(batch)
}

/// A batch as changed by a write, read in its transaction.
pub(crate) async fn changed(write: &mut Write, batch: BatchId) -> Result<Batch, Error> {
    get(&mut write.tx, batch).await
}

fn missing(id: BatchId) -> Error {
    Error::refused(Code::BatchNotFound, id.to_string())
}
