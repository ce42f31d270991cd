//! Retry and skip: what people do about items that failed. Nothing that was not approved, or was
//! cancelled, can be paid this way.

use super::find_locked;
use crate::{Deed, Error, Refusal, Service};
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::id::BatchId;
use domain::item::ItemState;
use serde_json::json;
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
}

impl Service {
    /// Sets failed items back to waiting and the batch to processing; says how many. The engine then runs
    /// the batch. With nothing to do it answers 0 and changes nothing.
    pub async fn batch_retry(&self, actor: &Actor, name: &str, which: Rework) -> Result<(Batch, i64), Error> {
        let mut count = 0;
        for code in which.codes() {
            count += self.retry_code(actor, name, *code).await?;
        }
        Ok((self.batch(name).await?, count))
    }

    async fn retry_code(&self, actor: &Actor, name: &str, code: Option<Code>) -> Result<i64, Error> {
        let (mut after, mut count) = (i64::MIN, 0);
        loop {
            let mut tx = self.store.write().await?;
            let batch = find_locked(&mut tx, name).await?;
            if let Err(code) = batch.state.rework() {
                drop(tx);
                let refusal = Refusal { code, detail: Some(batch.state.name().to_owned()) };
                return self.refuse_move(actor, "batch.retry", &batch, refusal).await;
            }
            let after_now = after.max(batch.first_number - 1);
            let page = Page { batch: batch.id, after: after_now, last: batch.last_number, limit: MARK };
            let items = store::item::page(&mut tx, page, Some(ItemState::Failed), code).await?;
            let Some(last) = items.last() else { return Ok(count) };
            after = last.number.0;
            count += i64::try_from(items.len()).unwrap_or(0);
            self.set_waiting(tx, actor, &batch, &items).await?;
        }
    }

    /// Sets one failed item back to waiting and the batch to processing.
    pub async fn batch_retry_item(&self, actor: &Actor, name: &str, item: i64) -> Result<Batch, Error> {
        let mut tx = self.store.write().await?;
        let batch = find_locked(&mut tx, name).await?;
        let found = item_of(&mut tx, &batch, item).await?;
        let allowed = batch.state.rework().and_then(|()| found.state.retry());
        if let Err(code) = allowed {
            drop(tx);
            let refusal = Refusal { code, detail: Some(found.state.name().to_owned()) };
            return self.refuse_move(actor, "item.retry", &batch, refusal).await;
        }
        self.set_waiting(tx, actor, &batch, &[found]).await?;
        self.batch(name).await
    }

    async fn set_waiting(
        &self,
        mut tx: store::Tx,
        actor: &Actor,
        batch: &Batch,
        items: &[Item],
    ) -> Result<(), Error> {
        let marked: Vec<_> = items.iter().map(|item| (item.number, None)).collect();
        store::item::set_states(&mut tx, &marked, ItemState::Pending).await?;
        let count = i64::try_from(items.len()).unwrap_or(0);
        let mut tally = batch.tally;
        tally.failed_count -= count;
        tally.failed_amount -= items.iter().map(|item| item.amount).sum::<i64>();
        store::batch::set_tally(&mut tx, batch.id, &tally).await?;
        let state =
            if batch.state == BatchState::Paused { BatchState::Paused } else { BatchState::Processing };
        let intent = if batch.state.has_ended() { BatchIntent::Run } else { batch.intent };
        store::batch::set_state(&mut tx, batch.id, state, intent, None, None).await?;
        let mut event = self.event(state, "retried", actor);
        event.item = items.first().filter(|_| count == 1).map(|item| item.number.0);
        event.detail = Some(json!({ "items": count }).to_string());
        let detail = json!({ "items": count, "first": items.first().map(|item| item.number.0) });
        let deed = Deed { actor, action: "batch.retry", subject: "batch", id: Some(batch.id.0), detail };
        self.finish_batch(tx, batch.id, event, deed).await?;
        self.store.wake();
        Ok(())
    }

    /// Takes a failed or waiting item out for good.
    pub async fn batch_skip_item(
        &self,
        actor: &Actor,
        name: &str,
        item: i64,
        reason: &str,
    ) -> Result<Batch, Error> {
        let mut tx = self.store.write().await?;
        let batch = find_locked(&mut tx, name).await?;
        let found = item_of(&mut tx, &batch, item).await?;
        let allowed = batch.state.rework().and_then(|()| found.state.skip());
        if let Err(code) = allowed {
            drop(tx);
            let refusal = Refusal { code, detail: Some(found.state.name().to_owned()) };
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
        self.finish_batch(tx, batch.id, event, deed).await?;
        self.batch(name).await
    }

    /// The number of the item on a line of the batch's file.
    pub async fn batch_item_of_line(&self, name: &str, line: i64) -> Result<i64, Error> {
        let mut tx = self.store.read().await?;
        let batch = super::find(&mut tx, name).await?;
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
            Self::Untried => &[Some(Code::Interrupted), Some(Code::Stopped)],
        }
    }
}

async fn item_of(tx: &mut store::Tx, batch: &Batch, number: i64) -> Result<Item, Error> {
    let id: BatchId = batch.id;
    let found = store::item::get(tx, id, number).await?;
    found.ok_or_else(|| Error::refused(Code::ItemNotFound, number.to_string()))
}
