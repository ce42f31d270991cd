//! Batches: import, preview, lifecycle, rework of items, export.

pub mod ask;
pub mod attempts;
pub mod cancel;
pub(crate) mod content;
pub mod copy;
pub mod create;
mod draft;
pub mod edit;
pub mod export;
pub(crate) mod external_id;
pub mod import;
pub mod lifecycle;
mod linked;
pub mod list;
mod mark;
pub mod preview;
pub mod problems;
pub mod progress;
pub mod promise;
pub mod reprice;
pub mod resume;
pub mod rework;
pub mod rows;
pub mod run;
mod settle;
pub mod similar;
pub mod skip;
pub mod submit;

pub use ask::Ask;
pub use list::Described;

use crate::write::Write;
use crate::{Error, Service};
use domain::batch::BatchState;
use domain::code::Code;
use domain::fact::Fact;
use domain::id::BatchId;
use domain::item::ItemState;
use store::Tx;
use store::batch::Batch;
use store::batch_history::Event;
use store::import_problem::ImportProblem;
use store::item::{Item, Page};

/// Maximum number of items per page.
pub const PAGE_MAX: i64 = 1_000;

impl Service {
    /// A batch by its id or its number (`batch-20251210-001`).
    pub async fn batch(&self, name: &str) -> Result<Batch, Error> {
        let mut tx = self.store.read().await?;
        find(&mut tx, name).await
    }

    /// A page of a batch's items, in file order; if a state is given, only items in it.
    pub async fn batch_items(
        &self,
        name: &str,
        state: Option<ItemState>,
        after: i64,
        limit: i64,
    ) -> Result<(Batch, Vec<Item>), Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        let after = after.max(batch.first_number - 1);
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: limit.clamp(1, PAGE_MAX) };
        let mut items = store::item::page(&mut tx, page, state, None).await?;
        store::external_id::fill_page(&mut tx, batch.id, &mut items).await?;
        Ok((batch, items))
    }

    /// A batch's history, in order.
    pub async fn batch_history(&self, name: &str) -> Result<(Batch, Vec<Event>), Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        let events = store::batch_history::list(&mut tx, batch.id).await?;
        Ok((batch, events))
    }

    /// The problems of a batch's refused rows, in line order.
    pub async fn batch_problems(&self, name: &str, limit: i64) -> Result<Vec<ImportProblem>, Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        Ok(store::import_problem::list(&mut tx, batch.id, limit).await?)
    }

    /// Batches that are running or were running when their process ended; not those whose open items are all
    /// in flight.
    pub async fn batch_left(&self) -> Result<Vec<Batch>, Error> {
        let mut tx = self.store.read().await?;
        let mut batches = store::batch::by_state(&mut tx, BatchState::Processing).await?;
        batches.retain(|batch| batch.tally.needs_runner(batch.intent));
        Ok(batches)
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
