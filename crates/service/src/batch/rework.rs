//! Retry and skip: what people do about items that failed. Nothing that was not approved, or was
//! cancelled, can be paid this way.

use super::{find, find_locked};
use crate::{Deed, Error, Refusal, Service};
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::id::BatchId;
use domain::item::ItemState;
use serde_json::json;
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
        self.look().await?;
        let mut count = 0;
        for code in which.codes() {
            count += self.retry_code(actor, name, *code).await?;
        }
        // The items are marked in transactions of their own; marking them again would find none.
        let mut tx = self.begin().await?;
        let answer = (find(&mut tx, name).await?, count);
        self.keep(&mut tx, &answer).await?;
        tx.commit().await?;
        Ok(answer)
    }

    async fn retry_code(&self, actor: &Actor, name: &str, code: Option<Code>) -> Result<i64, Error> {
        let (mut after, mut count) = (i64::MIN, 0);
        loop {
            let mut tx = self.store.write().await?;
            let batch = find_locked(&mut tx, name).await?;
            if let Err(code) = batch.state.rework() {
                drop(tx);
                let refusal = Refusal::new(code, batch.state.name());
                return self.refuse_move(actor, "batch.retry", &batch, refusal).await;
            }
            let after_now = after.max(batch.first_number - 1);
            let page = Page { batch: batch.id, after: after_now, last: batch.last_number, limit: MARK };
            let items = store::item::page(&mut tx, page, Some(ItemState::Failed), code).await?;
            let Some(last) = items.last() else { return Ok(count) };
            after = last.number.0;
            count += i64::try_from(items.len()).unwrap_or(0);
            self.set_waiting(&mut tx, actor, &batch, &items).await?;
            tx.commit().await?;
            self.store.wake();
        }
    }

    /// Sets one failed item back to waiting and the batch to processing.
    pub async fn batch_retry_item(&self, actor: &Actor, name: &str, item: i64) -> Result<Batch, Error> {
        let mut tx = self.begin().await?;
        let batch = find_locked(&mut tx, name).await?;
        let found = item_of(&mut tx, &batch, item).await?;
        let allowed = batch.state.rework().and_then(|()| found.state.retry());
        if let Err(code) = allowed {
            drop(tx);
            let refusal = Refusal::new(code, found.state.name());
            return self.refuse_move(actor, "item.retry", &batch, refusal).await;
        }
        self.set_waiting(&mut tx, actor, &batch, &[found]).await?;
        let changed = find(&mut tx, name).await?;
        self.keep(&mut tx, &changed).await?;
        tx.commit().await?;
        self.store.wake();
        Ok(changed)
    }

    async fn set_waiting(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        batch: &Batch,
        items: &[Item],
    ) -> Result<(), Error> {
        let marked: Vec<_> = items.iter().map(|item| (item.number, None)).collect();
        store::item::set_states(tx, &marked, ItemState::Pending).await?;
        let count = i64::try_from(items.len()).unwrap_or(0);
        let mut tally = batch.tally;
        tally.failed_count -= count;
        tally.failed_amount -= items.iter().map(|item| item.amount).sum::<i64>();
        store::batch::set_tally(tx, batch.id, &tally).await?;
        let state =
            if batch.state == BatchState::Paused { BatchState::Paused } else { BatchState::Processing };
        let intent = if batch.state.has_ended() { BatchIntent::Run } else { batch.intent };
        store::batch::set_state(tx, batch.id, state, intent, None, None).await?;
        let mut event = self.event(state, "retried", actor);
        event.item = items.first().filter(|_| count == 1).map(|item| item.number.0);
        event.detail = Some(json!({ "items": count }).to_string());
        let detail = json!({ "items": count, "first": items.first().map(|item| item.number.0) });
        let deed = Deed { actor, action: "batch.retry", subject: "batch", id: Some(batch.id.0), detail };
        store::batch_history::insert(tx, batch.id, event).await?;
        self.note(tx, deed).await
    }

    /// Takes a failed or waiting item out for good.
    pub async fn batch_skip_item(
        &self,
        actor: &Actor,
        name: &str,
        item: i64,
        reason: &str,
    ) -> Result<Batch, Error> {
        let mut tx = self.begin().await?;
        let batch = find_locked(&mut tx, name).await?;
        let found = item_of(&mut tx, &batch, item).await?;
        let allowed = batch.state.rework().and_then(|()| found.state.skip());
        if let Err(code) = allowed {
            drop(tx);
            let refusal = Refusal::new(code, found.state.name());
            return self.refuse_move(actor, "item.skip", &batch, refusal).await;
        }
        let mut tally = batch.tally;
        if found.state == ItemState::Failed {
            tally.failed_count -= 1;
            tally.failed_amount -= found.amount;
        }
        tally.skipped_count += 1;
        store::item::set_states(&mut tx, &[(found.number, found.code)], ItemState::Skipped).await?;
        store::batch::set_tally(&mut tx, batch.id, &tally).await?;
        let mut event = self.event(batch.state, "skipped", actor);
        (event.item, event.detail) = (Some(found.number.0), Some(reason.to_owned()));
        let detail = json!({ "item": found.number.0, "amount": found.amount, "reason": reason });
        let deed = Deed { actor, action: "item.skip", subject: "batch", id: Some(batch.id.0), detail };
        self.close_batch(tx, batch.id, event, deed).await
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
