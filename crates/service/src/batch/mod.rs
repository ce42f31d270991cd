//! Batches: import, preview, the moves of their life, rework of items, export.

pub mod create;
pub mod edit;
pub mod export;
pub mod import;
pub mod lifecycle;
pub mod list;
pub mod preview;
pub mod progress;
mod resolve;
pub mod resume;
pub mod rework;
pub mod rows;
pub mod run;

pub use list::Described;

use crate::{Deed, Error, Service};
use domain::batch::BatchState;
use domain::code::Code;
use domain::id::BatchId;
use domain::item::ItemState;
use serde::Serialize;
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::batch_history::Event;
use store::import_problem::ImportProblem;
use store::item::{Item, Page};

/// Items of one page at most.
pub const PAGE_MAX: i64 = 1_000;

impl Service {
    /// A batch by its id or its number (`batch-20251210-001`).
    pub async fn batch(&self, name: &str) -> Result<Batch, Error> {
        let mut tx = self.store.read().await?;
        find(&mut tx, name).await
    }

    /// A page of a batch's items, in the order of the file; of one state if one is given.
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
        let items = store::item::page(&mut tx, page, state, None).await?;
        Ok((batch, items))
    }

    /// A batch's history for people, in order.
    pub async fn batch_history(&self, name: &str) -> Result<(Batch, Vec<Event>), Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        let events = store::batch_history::list(&mut tx, batch.id).await?;
        Ok((batch, events))
    }

    /// The rows of its file that were refused, in the order of lines.
    pub async fn batch_problems(&self, name: &str, limit: i64) -> Result<Vec<ImportProblem>, Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        Ok(store::import_problem::list(&mut tx, batch.id, limit).await?)
    }

    /// Batches that were running when their process ended.
    pub async fn batch_left(&self) -> Result<Vec<Batch>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::batch::by_state(&mut tx, BatchState::Processing).await?)
    }

    /// Writes the batch's history row and its audit row, and commits.
    pub(crate) async fn finish_batch(
        &self,
        mut tx: Tx,
        batch: BatchId,
        event: Event,
        deed: Deed<'_>,
    ) -> Result<(), Error> {
        store::batch_history::insert(&mut tx, batch, event).await?;
        self.finish(tx, deed).await
    }

    /// Ends a verb's transaction over a batch like [`Self::finish_batch`], and answers with the batch as it
    /// leaves it.
    pub(crate) async fn close_batch(
        &self,
        tx: Tx,
        batch: BatchId,
        event: Event,
        deed: Deed<'_>,
    ) -> Result<Batch, Error> {
        self.close_batch_with(tx, batch, event, deed, |batch| batch).await
    }

    /// The same with an answer of the verb's own.
    pub(crate) async fn close_batch_with<T: Serialize + Sync>(
        &self,
        mut tx: Tx,
        batch: BatchId,
        event: Event,
        deed: Deed<'_>,
        answer: impl FnOnce(Batch) -> T + Send,
    ) -> Result<T, Error> {
        let answer = answer(find(&mut tx, &batch.to_string()).await?);
        self.keep(&mut tx, &answer).await?;
        self.finish_batch(tx, batch, event, deed).await?;
        Ok(answer)
    }

    pub(crate) fn event(&self, state: BatchState, event: &str, actor: &Actor) -> Event {
        Event {
            item: None,
            state,
            event: event.to_owned(),
            detail: None,
            actor: actor.name.clone(),
            at: self.now(),
        }
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

/// A batch, locked, by its id or number.
pub(crate) async fn find_locked(tx: &mut Tx, name: &str) -> Result<Batch, Error> {
    let found = find(tx, name).await?;
    let missing = || Error::refused(Code::BatchNotFound, name.to_owned());
    store::batch::lock(tx, found.id).await?.ok_or_else(missing)
}
