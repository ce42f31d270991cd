//! Retries failed items. Nothing that was not approved or was cancelled can be paid this way. `skip.rs` skips
//! items.

use super::lookup::{self, changed, find, locked};
use super::mark::{self, FAILED, Mark, UNTRIED, Which};
use super::reprice::rates_hold;
use crate::approval::gate;
use crate::consent::{self, Consented, Debited};
use crate::write::{Write, WriteResult, claimed};
use crate::{Answer, Error, Service};
use domain::batch::{BatchIntent, BatchState};
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use store::Tx;
use store::account_totp::Unpaid;
use store::audit::Actor;
use store::batch::Batch;
use store::item::Item;

/// Which failed items to retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rework {
    /// All failed items.
    AllFailed,
    /// Those that were not tried because the run was interrupted or stopped: the ones that `resume` retries.
    Untried,
}

/// Sets failed items back to pending and the batch to processing; returns how many. The engine then runs
/// the batch; a paused one stays paused until it is resumed. With nothing to do it returns 0 and changes
/// nothing.
pub async fn retry(
    service: &Service,
    actor: &Actor,
    batch: BatchRef,
    which: Rework,
) -> Result<(Batch, i64), Error> {
    if let Some(first) = service.first_answer().await? {
        return first.answer();
    }
    match set_back(service, actor, batch, which).await {
        Ok(count) => answer_reworked(service, actor, batch, count).await,
        Err(error) if error.is_of_a_one_time_code() => Err(error),
        Err(error) => {
            let id = lookup::named(service, batch).await.ok().map(|batch| batch.id.0);
            service.refused(actor, Fact::new(which.action(), id), error).await
        }
    }
}

/// Sets items back to pending in steps; the first step is recorded in the history, with the total count. A refusal
/// about a one-time code is audited here, other errors by the caller.
pub(crate) async fn set_back(
    service: &Service,
    actor: &Actor,
    batch: BatchRef,
    which: Rework,
) -> Result<i64, Error> {
    let (mut after, mut count) = (i64::MIN, 0);
    loop {
        let mut write = service.step(actor, which.action()).await?;
        let mut batch = locked(&mut write, batch).await?;
        may_rework(&batch)?;
        let all = match which {
            Rework::AllFailed => batch.tally.failed_count,
            Rework::Untried if count == 0 => UNTRIED.count(&mut write.tx, &batch).await?,
            Rework::Untried => 0,
        };
        let consented = match count == 0 && all > 0 {
            true => may_pay(&mut write, &batch, which).await,
            false => Ok(Consented::default()),
        };
        let consented = match consented {
            // Ends the write here, where wrong codes are counted.
            Err(Error::Refused(refusal)) if refusal.is_of_a_one_time_code() => {
                return write.end_unkept(Err(Error::Refused(refusal))).await;
            }
            consented => consented?,
        };
        let items = which.items().mark(&mut write.tx, &mut batch, after, Mark::Wait, write.now).await?;
        let Some(last) = items.last() else { return Ok(count) };
        after = last.number.0;
        gate::gate(&mut write, &batch, which.action()).await?;
        rates_hold(&mut write, &batch).await?;
        let marked = i64::try_from(items.len()).unwrap_or(0);
        let state = run_again(&mut write, &batch).await?;
        let fact = Fact::of_batch(which.action(), batch.id).with("first", items.first().map(|i| i.number.0));
        let fact = if count == 0 {
            consented.on(fact.with("items", all).moved(state, which.event()))
        } else {
            fact.with("items", marked)
        };
        count += marked;
        write.end(Ok(WriteResult::one((), fact))).await?;
        service.store.wake();
    }
}

/// Whether the failed items may be paid now: asked once, while all of them are still failed.
async fn may_pay(write: &mut Write, batch: &Batch, which: Rework) -> Result<Consented, Error> {
    rates_hold(write, batch).await?;
    consent::demand(write, Debited::Items(batch, which.unpaid())).await
}

/// Stores the answer. The items were marked in steps; a repeated request would find none left to mark.
pub(crate) async fn answer_reworked(
    service: &Service,
    actor: &Actor,
    batch: BatchRef,
    count: i64,
) -> Result<(Batch, i64), Error> {
    let mut write = claimed!(service.write(actor, Action::BatchRetry));
    let done = find(&mut write.tx, batch).await.map(|batch| WriteResult::nothing((batch, count)));
    write.end(done).await
}

/// Sets one failed item back to pending and the batch to processing.
pub async fn retry_item(
    service: &Service,
    actor: &Actor,
    batch: BatchRef,
    item: i64,
) -> Result<Batch, Error> {
    let mut write = claimed!(service.write(actor, Action::ItemRetry));
    let done = retry_item_in(&mut write, batch, item).await;
    let changed = write.end(done).await?;
    service.store.wake();
    Ok(changed)
}

/// The same for the item on a line of the batch's file.
pub async fn retry_line(
    service: &Service,
    actor: &Actor,
    batch: BatchRef,
    line: i64,
) -> Result<Batch, Error> {
    match item_of_line(service, batch, line).await {
        Ok(item) => retry_item(service, actor, batch, item).await,
        Err(error) => refused_line(service, actor, Action::ItemRetry, (batch, line), error).await,
    }
}

/// Audits that a request named a line without an item, and returns the refusal.
pub(super) async fn refused_line<T: Answer>(
    service: &Service,
    actor: &Actor,
    action: Action,
    (batch, line): (BatchRef, i64),
    error: Error,
) -> Result<T, Error> {
    let id = lookup::named(service, batch).await.ok().map(|batch| batch.id.0);
    service.refused(actor, Fact::new(action, id).with("line", line), error).await
}

/// The item on a line of the batch's file.
pub async fn item_of_line(service: &Service, batch: BatchRef, line: i64) -> Result<i64, Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let found = store::item::by_line(&mut tx, batch.id, line).await?;
    found
        .map(|item| item.number.0)
        .ok_or_else(|| Error::bilingual(Code::ItemNotFound, format!("line {line}"), format!("第 {line} 行")))
}

impl Rework {
    const fn items(self) -> Which {
        match self {
            Self::AllFailed => FAILED,
            Self::Untried => UNTRIED,
        }
    }

    const fn unpaid(self) -> Unpaid {
        match self {
            Self::AllFailed => Unpaid::Failed,
            Self::Untried => Unpaid::Untried,
        }
    }

    const fn action(self) -> Action {
        match self {
            Self::AllFailed => Action::BatchRetry,
            Self::Untried => Action::BatchResume,
        }
    }

    const fn event(self) -> BatchEvent {
        match self {
            Self::AllFailed => BatchEvent::Retried,
            Self::Untried => BatchEvent::Resumed,
        }
    }
}

async fn retry_item_in(write: &mut Write, batch: BatchRef, item: i64) -> Result<WriteResult<Batch>, Error> {
    let mut batch = locked(write, batch).await?;
    may_rework(&batch)?;
    let found = item_of(&mut write.tx, &batch, item).await?;
    found.state.retry().map_err(|code| wrong_item(code, &found))?;
    gate::gate(write, &batch, Action::ItemRetry).await?;
    rates_hold(write, &batch).await?;
    let consented = consent::demand(write, Debited::Account(found.source)).await?;
    mark::set(&mut write.tx, &mut batch, &[found], Mark::Wait, write.now).await?;
    let state = run_again(write, &batch).await?;
    let fact = Fact::of_batch(Action::ItemRetry, batch.id)
        .with("item", item)
        .with("items", 1)
        .moved(state, BatchEvent::Retried)
        .of_item(item);
    Ok(WriteResult::one(changed(write, batch.id).await?, consented.on(fact)))
}

/// An ended batch runs again; a paused one stays paused, and a run that was asked to stop still stops.
async fn run_again(write: &mut Write, batch: &Batch) -> Result<BatchState, Error> {
    let state = if batch.state == BatchState::Paused { BatchState::Paused } else { BatchState::Processing };
    let intent = if batch.state.has_ended() { BatchIntent::Run } else { batch.intent };
    store::batch::set_state(&mut write.tx, batch.id, state, intent, None, None).await?;
    Ok(state)
}

/// Retry and skip need a batch that has begun and was not called off for good.
pub(crate) fn may_rework(batch: &Batch) -> Result<(), Error> {
    batch.state.rework().map_err(|code| Error::refused(code, batch.state_text()))?;
    match batch.called_off_at {
        None => Ok(()),
        Some(_) => Err(called_off(batch)),
    }
}

pub(crate) fn wrong_item(code: Code, item: &Item) -> Error {
    Error::refused(code, format!("relation {} is {}", item.number, item.state.name()))
}

pub(crate) async fn item_of(tx: &mut Tx, batch: &Batch, number: i64) -> Result<Item, Error> {
    let id: BatchId = batch.id;
    let found = store::item::get(tx, id, number).await?;
    found.ok_or_else(|| Error::refused(Code::ItemNotFound, number.to_string()))
}

/// The refusal for a batch that was cancelled permanently.
pub(crate) fn called_off(batch: &Batch) -> Error {
    let number = batch.number();
    Error::bilingual(
        Code::BatchState,
        format!("{number} was cancelled permanently"),
        format!("{number} 已永久取消"),
    )
}
