//! Resumes a batch that is pending or paused, lost its runner, or ended with items that were not tried.

use super::lifecycle::begin;
use super::lookup::{self, changed, locked};
use super::reprice::rates_hold;
use super::rework::{self, Rework, called_off};
use super::settle::is_live;
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

/// Resumes a batch and returns how many of its items are pending. A batch that has not begun is executed,
/// with all checks. A paused batch, or one whose runner died, continues. If a batch has ended, the items
/// that were not tried because a user interrupted it or a failure stopped it become pending again;
/// without such items it is [`Code::BatchNotResumable`]. A live run and items in flight are left alone.
pub async fn resume(service: &Service, actor: &Actor, batch: BatchRef) -> Result<(Batch, i64), Error> {
    if let Some(first) = service.first_answer().await? {
        return first.answer();
    }
    let batch = match lookup::named(service, batch).await {
        Ok(batch) => batch,
        Err(error) => return service.refused(actor, Fact::new(Action::BatchResume, None), error).await,
    };
    if batch.state.has_begun() && batch.state.has_ended() {
        return resume_ended(service, actor, &batch).await;
    }
    let mut write = claimed!(service.write(actor, Action::BatchResume));
    let done = resume_in(&mut write, batch.id.into()).await;
    let answer = gate::settle_expired(service, batch.id.into(), write.end(done).await).await?;
    service.store.wake();
    Ok(answer)
}

async fn resume_ended(service: &Service, actor: &Actor, batch: &Batch) -> Result<(Batch, i64), Error> {
    let taken = match rework::set_back(service, actor, batch.id.into(), Rework::Untried).await {
        Ok(0) => Err(Error::refused(Code::BatchNotResumable, batch.state_text())),
        taken => taken,
    };
    match taken {
        Ok(count) => rework::answer_reworked(service, actor, batch.id.into(), count).await,
        Err(error) if error.is_of_a_one_time_code() => Err(error),
        Err(error) => service.refused(actor, Fact::of_batch(Action::BatchResume, batch.id), error).await,
    }
}

async fn resume_in(write: &mut Write, batch: BatchRef) -> Result<WriteResult<(Batch, i64)>, Error> {
    let batch = locked(write, batch).await?;
    let waiting = batch.tally.waiting_count();
    let fact = match (batch.state, batch.intent) {
        _ if batch.called_off_at.is_some() => {
            return Err(called_off(&batch));
        }
        (BatchState::Processing, BatchIntent::Pause) | (BatchState::Paused, _) => {
            resume_paused(write, &batch).await?
        }
        // It is running, or a worker picks it up once woken.
        (BatchState::Processing, intent) => {
            let waits = intent == BatchIntent::Run && !is_live(&mut write.tx, batch.id).await?;
            return Ok(WriteResult::nothing((batch, if waits { waiting } else { 0 })));
        }
        _ => begin(write, &batch, Action::BatchResume).await?,
    };
    Ok(WriteResult::one((changed(write, batch.id).await?, waiting), fact))
}

async fn resume_paused(write: &mut Write, batch: &Batch) -> Result<Fact, Error> {
    gate::gate(write, batch, Action::BatchResume).await?;
    within_maximum(&mut write.tx, batch).await?;
    rates_hold(write, batch).await?;
    let consented = consent::demand(write, Debited::Items(batch, Unpaid::Pending)).await?;
    let (state, intent) = (BatchState::Processing, BatchIntent::Run);
    store::batch::set_state(&mut write.tx, batch.id, state, intent, None, None).await?;
    let fact = Fact::of_batch(Action::BatchResume, batch.id)
        .with("from", batch.state.name())
        .with("items", batch.tally.waiting_count())
        .moved(state, BatchEvent::Resumed);
    Ok(consented.on(fact))
}
