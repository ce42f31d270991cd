//! Lifecycle moves that a user requests: execute and pause. `submit` and `cancel` have their own files.

use super::lookup::{changed, locked};
use super::reprice;
use super::request::BatchRequest;
use super::settle::{close, is_live};
use super::terms::within_maximum;
use crate::approval::gate;
use crate::consent::{self, Debited};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::batch::{BatchIntent, BatchState};
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use store::account_totp::Unpaid;
use store::audit::Actor;
use store::batch::Batch;

/// Sets the batch to processing, from which the engine picks it up. A batch that has begun is refused:
/// `resume` continues it.
pub async fn execute(service: &Service, actor: &Actor, batch: BatchRef) -> Result<Batch, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchExecute));
    let done = execute_in(&mut write, batch).await;
    let changed = gate::settle_expired(service, batch, write.end(done).await).await?;
    service.store.wake();
    Ok(changed)
}

/// Asks a running batch to stop at the next chunk boundary. Without a live runner it is paused at once.
pub async fn pause<'a>(
    service: &Service,
    actor: &Actor,
    request: impl Into<BatchRequest<'a>>,
) -> Result<Batch, Error> {
    let request = request.into();
    let mut write = claimed!(service.write(actor, Action::BatchPause));
    let done = pause_in(&mut write, &request).await;
    write.end(done).await
}

async fn execute_in(write: &mut Write, batch: BatchRef) -> Result<WriteResult<Batch>, Error> {
    let batch = locked(write, batch).await?;
    let fact = begin(write, &batch, Action::BatchExecute).await?;
    Ok(WriteResult::one(changed(write, batch.id).await?, fact))
}

/// Begins the run of a pending or approved batch, and returns the fact.
pub(crate) async fn begin(write: &mut Write, batch: &Batch, action: Action) -> Result<Fact, Error> {
    let wrong = |code| Error::refused(code, batch.state_text());
    let state = batch.state.execute().map_err(wrong)?;
    gate::gate(write, batch, action).await?;
    within_maximum(&mut write.tx, batch).await?;
    reprice::rates_hold(write, batch).await?;
    // Last, so that a code is used up only by a request that is carried out.
    let consented = consent::demand(write, Debited::Items(batch, Unpaid::Pending)).await?;
    let (tx, now) = (&mut write.tx, Some(write.now));
    store::batch::set_state(tx, batch.id, state, BatchIntent::Run, now, None).await?;
    let fact = Fact::of_batch(action, batch.id)
        .with("from", batch.state.name())
        .with("content_hash", batch.content_hash.as_deref())
        .with("items", batch.tally.waiting_count())
        .moved(state, BatchEvent::Started);
    Ok(consented.on(fact))
}

/// A pause that takes effect at once is recorded both as requested and as done.
async fn pause_in(write: &mut Write, request: &BatchRequest<'_>) -> Result<WriteResult<Batch>, Error> {
    let batch = locked(write, request.batch).await?;
    match (batch.state, batch.intent) {
        (BatchState::Paused, _) => return Ok(WriteResult::nothing(batch)),
        (BatchState::Processing, BatchIntent::Run | BatchIntent::Pause) => {}
        (BatchState::Processing, BatchIntent::Interrupt) => {
            let number = batch.number();
            let (english, chinese) = (format!("{number} is being interrupted"), format!("{number} 正在中断"));
            return Err(Error::bilingual(Code::BatchState, english, chinese));
        }
        _ => return Err(Error::refused(Code::BatchState, batch.state_text())),
    }
    let live = is_live(&mut write.tx, batch.id).await?;
    let asked = Fact::of_batch(Action::BatchPause, batch.id)
        .with("live", live)
        .moved(batch.state, BatchEvent::PauseAsked)
        .noted(request.note);
    let facts = if live {
        store::batch::set_intent(&mut write.tx, batch.id, BatchIntent::Pause, None).await?;
        vec![asked]
    } else {
        vec![asked, close(&mut write.tx, &batch, BatchState::Paused, write.now).await?]
    };
    Ok(WriteResult::many(changed(write, batch.id).await?, facts))
}
