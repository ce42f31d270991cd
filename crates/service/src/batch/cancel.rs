//! Calls a batch off: before it has begun, during its run, or for good.

use super::external_id;
use super::lookup::{changed, locked, locked_by_id};
use super::request::BatchRequest;
use super::rest;
use super::settle::{is_live, settle};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::access::Reach;
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use store::audit::Actor;
use store::batch::Batch;

/// How far a cancellation got in its first transaction.
enum Cancelled {
    /// It is done, or its runner does the rest.
    Done(Box<WriteResult<Batch>>),
    /// The batch has no runner: its items are still to be marked.
    Waits(BatchId, Fact),
}

/// Calls a batch off. If it has not begun, it is cancelled and its items are skipped. If it has, its
/// remaining items are interrupted: by its runner if it has one, otherwise at once. With `for_good`,
/// unpaid items are skipped instead, so that no retry can pay them; this may follow an interruption.
/// Callers limited to their own batches can cancel them only before they have begun.
pub async fn cancel(
    service: &Service,
    actor: &Actor,
    request: &BatchRequest<'_>,
    for_good: bool,
) -> Result<Batch, Error> {
    if let Some(first) = service.first_answer().await? {
        return first.answer();
    }
    let mut write = service.step(actor, Action::BatchCancel).await?;
    let done = match cancel_in(&mut write, request, for_good).await {
        // The rest is marked in separate transactions; the last one stores the answer.
        Ok(Cancelled::Waits(batch, fact)) => {
            write.end(Ok(WriteResult::one((), fact))).await?;
            return end_rest(service, batch).await;
        }
        Ok(Cancelled::Done(done)) => Ok(*done),
        Err(error) => Err(error),
    };
    claimed!(write.claim()).end(done).await
}

/// Cancels a batch that has not begun; one that has is refused with `BATCH_CANNOT_CANCEL`.
pub async fn cancel_unbegun(
    service: &Service,
    actor: &Actor,
    request: &BatchRequest<'_>,
) -> Result<Batch, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchCancel));
    let done = cancel_unbegun_in(&mut write, request).await;
    write.end(done).await
}

async fn cancel_unbegun_in(
    write: &mut Write,
    request: &BatchRequest<'_>,
) -> Result<WriteResult<Batch>, Error> {
    let batch = locked(write, request.batch).await?;
    let wrong = |code| Err(Error::refused(code, batch.state_text()));
    match batch.state {
        BatchState::Draft | BatchState::Pending | BatchState::Approved => {
            cancel_whole(write, &batch, request.note).await
        }
        BatchState::Cancelled => wrong(Code::BatchCancelled),
        BatchState::Rejected => wrong(Code::BatchState),
        BatchState::Processing
        | BatchState::Paused
        | BatchState::Completed
        | BatchState::PartiallyCompleted
        | BatchState::Failed => wrong(Code::BatchCannotCancel),
    }
}

/// Interrupts a batch that has no runner, or calls it off for good: the rest fails or is skipped, and the
/// counters determine how it ended.
async fn end_rest(service: &Service, id: BatchId) -> Result<Batch, Error> {
    let actor = Actor::system(service.store.node());
    let passes = rest::passes(&mut service.store.read().await?, id, Some(Code::Interrupted)).await?;
    for mut pass in passes {
        loop {
            let mut write = service.step(&actor, pass.action()).await?;
            let Some(fact) = pass.step(&mut write.tx, id, write.now).await? else { break };
            write.end(Ok(WriteResult::one((), fact))).await?;
        }
    }
    let mut write = claimed!(service.write(&actor, Action::BatchEnd));
    let done = settle_rest(&mut write, id).await;
    let batch = write.end(done).await?;
    if batch.state == BatchState::Processing && batch.tally.needs_runner(batch.intent) {
        service.store.wake();
    }
    Ok(batch)
}

/// Items that were set back to pending in the meantime are left to the next owner.
async fn settle_rest(write: &mut Write, id: BatchId) -> Result<WriteResult<Batch>, Error> {
    let batch = locked_by_id(write, id).await?;
    let facts = settle(write, &batch).await?.into_iter().collect();
    Ok(WriteResult::many(changed(write, id).await?, facts))
}

async fn cancel_in(
    write: &mut Write,
    request: &BatchRequest<'_>,
    for_good: bool,
) -> Result<Cancelled, Error> {
    let batch = locked(write, request.batch).await?;
    let is_own = batch.created_by.principal == write.actor.author.principal;
    if request.reach == Reach::Own && (!is_own || batch.state.has_begun()) {
        return Err(Error::refused(Code::Forbidden, batch.number()));
    }
    match batch.state {
        BatchState::Draft | BatchState::Pending | BatchState::Approved => {
            cancel_whole(write, &batch, request.note).await.map(|done| Cancelled::Done(Box::new(done)))
        }
        BatchState::Processing | BatchState::Paused => stop(write, batch, request.note, for_good).await,
        BatchState::PartiallyCompleted | BatchState::Failed if for_good && batch.tally.failed_count > 0 => {
            store::batch::set_called_off(&mut write.tx, batch.id, write.now).await?;
            Ok(Cancelled::Waits(batch.id, called_off(&batch, request.note)))
        }
        BatchState::Completed | BatchState::PartiallyCompleted | BatchState::Failed => {
            Err(Error::refused(Code::BatchCannotCancel, batch.state_text()))
        }
        BatchState::Cancelled => Err(Error::refused(Code::BatchCancelled, batch.state_text())),
        BatchState::Rejected => Err(Error::refused(Code::BatchState, batch.state_text())),
    }
}

async fn cancel_whole(write: &mut Write, batch: &Batch, note: &str) -> Result<WriteResult<Batch>, Error> {
    let (tx, id) = (&mut write.tx, batch.id);
    store::item::skip_pending(tx, id, write.now).await?;
    external_id::release_all(tx, batch).await?;
    let mut tally = batch.tally;
    tally.skipped_count = tally.total_count;
    store::batch::set_tally(tx, id, &tally).await?;
    let (state, ended) = (BatchState::Cancelled, Some(write.now));
    store::batch::set_state(tx, id, state, batch.intent, None, ended).await?;
    let fact = Fact::of_batch(Action::BatchCancel, id)
        .with("from", batch.state.name())
        .moved(state, BatchEvent::Cancelled)
        .noted(note);
    Ok(WriteResult::one(changed(write, id).await?, fact))
}

/// Asks the runner to stop; if there is none, returns that the rest is to be marked.
async fn stop(write: &mut Write, batch: Batch, note: &str, for_good: bool) -> Result<Cancelled, Error> {
    let live = is_live(&mut write.tx, batch.id).await?;
    let interrupted = Some(write.now);
    store::batch::set_intent(&mut write.tx, batch.id, BatchIntent::Interrupt, interrupted).await?;
    let fact = if for_good {
        store::batch::set_called_off(&mut write.tx, batch.id, write.now).await?;
        called_off(&batch, note)
    } else {
        Fact::of_batch(Action::BatchInterrupt, batch.id)
            .moved(batch.state, BatchEvent::InterruptAsked)
            .noted(note)
    };
    let fact = fact.with("live", live);
    if !live {
        return Ok(Cancelled::Waits(batch.id, fact));
    }
    Ok(Cancelled::Done(Box::new(WriteResult::one(changed(write, batch.id).await?, fact))))
}

fn called_off(batch: &Batch, note: &str) -> Fact {
    Fact::of_batch(Action::BatchCallOff, batch.id).moved(batch.state, BatchEvent::CalledOff).noted(note)
}
