//! Retry and skip: what people do about items that failed. Nothing that was not approved, or was
//! cancelled, can be paid this way.

use super::{changed, find, locked};
use crate::write::{Done, Write, begun};
use crate::{Error, Service};
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use domain::item::ItemState;
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::item::{Item, Page};

/// Items that one transaction marks.
const MARK: i64 = 50_000;

/// Which failed items are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rework {
    /// All that failed.
    AllFailed,
    /// Those that were not tried because the run was interrupted or stopped.
    Untried,
    /// Those that a person interrupted.
    Interrupted,
}

impl Service {
    /// Sets failed items back to waiting and the batch to processing; says how many. The engine then runs
    /// the batch. With nothing to do it answers 0 and changes nothing.
    pub async fn batch_retry(&self, actor: &Actor, name: &str, which: Rework) -> Result<(Batch, i64), Error> {
        if let Some(first) = self.first_answer().await? {
            return first.answer();
        }
        let mut count = 0;
        for code in which.codes() {
            count += match self.retry_code(actor, name, *code).await {
                Ok(count) => count,
                Err(error) => return self.refused_retry(actor, name, error).await,
            };
        }
        // The items were marked in steps; a repeated request finds none left to mark.
        let mut write = begun!(self.write(actor, Action::BatchRetry));
        let done = find(&mut write.tx, name).await.map(|batch| Done::nothing((batch, count)));
        write.end(done).await
    }

    async fn retry_code(&self, actor: &Actor, name: &str, code: Option<Code>) -> Result<i64, Error> {
        let (mut after, mut count) = (i64::MIN, 0);
        loop {
            let mut write = self.step(actor, Action::BatchRetry).await?;
            let batch = locked(&mut write, name).await?;
            batch.state.rework().map_err(|code| Error::refused(code, batch.state.name()))?;
            let after_now = after.max(batch.first_number - 1);
            let page = Page { batch: batch.id, after: after_now, last: batch.last_number, limit: MARK };
            let items = store::item::page(&mut write.tx, page, Some(ItemState::Failed), code).await?;
            let Some(last) = items.last() else { return Ok(count) };
            after = last.number.0;
            count += i64::try_from(items.len()).unwrap_or(0);
            let fact = set_waiting(&mut write, &batch, &items).await?;
            write.end(Ok(Done::one((), fact))).await?;
            self.store.wake();
        }
    }

    async fn refused_retry(&self, actor: &Actor, name: &str, error: Error) -> Result<(Batch, i64), Error> {
        let id = self.batch(name).await.ok().map(|batch| batch.id.0);
        self.refused(actor, Fact::new(Action::BatchRetry, id), error).await
    }

    /// Sets one failed item back to waiting and the batch to processing.
    pub async fn batch_retry_item(&self, actor: &Actor, name: &str, item: i64) -> Result<Batch, Error> {
        let mut write = begun!(self.write(actor, Action::ItemRetry));
        let done = retry_item(&mut write, name, item).await;
        let changed = write.end(done).await?;
        self.store.wake();
        Ok(changed)
    }

    /// Takes a failed or waiting item out for good.
    pub async fn batch_skip_item(
        &self,
        actor: &Actor,
        name: &str,
        item: i64,
        reason: &str,
    ) -> Result<Batch, Error> {
        let mut write = begun!(self.write(actor, Action::ItemSkip));
        let done = skip_item(&mut write, name, item, reason).await;
        write.end(done).await
    }

    /// The number of the item on a line of the batch's file.
    pub async fn batch_item_of_line(&self, name: &str, line: i64) -> Result<i64, Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        let found = store::item::by_line(&mut tx, batch.id, batch.range(), line).await?;
        found
            .map(|item| item.number.0)
            .ok_or_else(|| Error::refused(Code::ItemNotFound, format!("line {line}")))
    }
}

async fn retry_item(write: &mut Write, name: &str, item: i64) -> Result<Done<Batch>, Error> {
    let batch = locked(write, name).await?;
    let found = item_of(&mut write.tx, &batch, item).await?;
    let allowed = batch.state.rework().and_then(|()| found.state.retry());
    allowed.map_err(|code| Error::refused(code, found.state.name()))?;
    let fact = set_waiting(write, &batch, &[found]).await?;
    Ok(Done::one(changed(write, batch.id).await?, fact))
}

async fn set_waiting(write: &mut Write, batch: &Batch, items: &[Item]) -> Result<Fact, Error> {
    let tx = &mut write.tx;
    let marked: Vec<_> = items.iter().map(|item| (item.number, None)).collect();
    store::item::set_states(tx, &marked, ItemState::Pending).await?;
    let count = i64::try_from(items.len()).unwrap_or(0);
    let mut tally = batch.tally;
    tally.failed_count -= count;
    tally.failed_amount -= items.iter().map(|item| item.amount).sum::<i64>();
    store::batch::set_tally(tx, batch.id, &tally).await?;
    let state = if batch.state == BatchState::Paused { BatchState::Paused } else { BatchState::Processing };
    let intent = if batch.state.has_ended() { BatchIntent::Run } else { batch.intent };
    store::batch::set_state(tx, batch.id, state, intent, None, None).await?;
    let first = items.first().map(|item| item.number.0);
    let fact = Fact::of_batch(Action::BatchRetry, batch.id)
        .with("items", count)
        .with("first", first)
        .moved(state, BatchEvent::Retried);
    Ok(match first.filter(|_| count == 1) {
        Some(item) => fact.of_item(item),
        None => fact,
    })
}

async fn skip_item(write: &mut Write, name: &str, item: i64, reason: &str) -> Result<Done<Batch>, Error> {
    let batch = locked(write, name).await?;
    let found = item_of(&mut write.tx, &batch, item).await?;
    let allowed = batch.state.rework().and_then(|()| found.state.skip());
    allowed.map_err(|code| Error::refused(code, found.state.name()))?;
    let mut tally = batch.tally;
    if found.state == ItemState::Failed {
        tally.failed_count -= 1;
        tally.failed_amount -= found.amount;
    }
    tally.skipped_count += 1;
    let tx = &mut write.tx;
    store::item::set_states(tx, &[(found.number, found.code)], ItemState::Skipped).await?;
    super::external_id::release(tx, std::slice::from_ref(&found)).await?;
    store::batch::set_tally(tx, batch.id, &tally).await?;
    let fact = Fact::of_batch(Action::ItemSkip, batch.id)
        .with("item", found.number.0)
        .with("amount", found.amount)
        .with("reason", reason)
        .moved(batch.state, BatchEvent::Skipped)
        .of_item(found.number.0)
        .noted(reason);
    Ok(Done::one(changed(write, batch.id).await?, fact))
}

impl Rework {
    const fn codes(self) -> &'static [Option<Code>] {
        match self {
            Self::AllFailed => &[None],
            Self::Interrupted => &[Some(Code::Interrupted)],
            Self::Untried => &[Some(Code::Interrupted), Some(Code::Stopped)],
        }
    }
}

async fn item_of(tx: &mut Tx, batch: &Batch, number: i64) -> Result<Item, Error> {
    let id: BatchId = batch.id;
    let found = store::item::get(tx, id, number).await?;
    found.ok_or_else(|| Error::refused(Code::ItemNotFound, number.to_string()))
}
