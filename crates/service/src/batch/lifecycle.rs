//! Lifecycle moves that a user requests: execute and pause. `submit` and `cancel` have their own files.

use super::ask::Ask;
use super::settle::close;
use super::{changed, locked, reprice};
use crate::write::{Done, Write, begun};
use crate::{Error, Service};
use domain::batch::{BatchIntent, BatchState};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;

impl Service {
    /// Sets the batch to processing, from which the engine picks it up. A batch that has begun is refused:
    /// `resume` continues it.
    pub async fn batch_execute(&self, actor: &Actor, name: &str) -> Result<Batch, Error> {
        let mut write = begun!(self.write(actor, Action::BatchExecute));
        let done = execute(&mut write, name).await;
        let changed = write.end(done).await?;
        self.store.wake();
        Ok(changed)
    }

    /// Asks a running batch to stop at the next chunk boundary. Without a live runner it is paused at once.
    pub async fn batch_pause<'a>(&self, actor: &Actor, ask: impl Into<Ask<'a>>) -> Result<Batch, Error> {
        let ask = ask.into();
        let mut write = begun!(self.write(actor, Action::BatchPause));
        let done = pause(&mut write, &ask).await;
        write.end(done).await
    }
}

/// Checks the batch's total against its policy: when it is submitted, and again when it is executed or
/// resumed.
pub(crate) async fn within_maximum(tx: &mut Tx, batch: &Batch) -> Result<(), Error> {
    let single = match batch.account {
        Some(id) => store::account::by_id(tx, id).await?.map(|account| (id, account.asset)),
        None => None,
    };
    let asset = Service::asset(tx, batch.asset).await?;
    let terms = super::create::terms(tx, batch.kind, asset, single, false).await?;
    terms.within_maximum(i128::from(batch.tally.total_amount)).map(|_| ())
}

async fn execute(write: &mut Write, name: &str) -> Result<Done<Batch>, Error> {
    let batch = locked(write, name).await?;
    let fact = begin(write, &batch, Action::BatchExecute).await?;
    Ok(Done::one(changed(write, batch.id).await?, fact))
}

/// Begins the run of a pending or approved batch, and returns the fact.
pub(crate) async fn begin(write: &mut Write, batch: &Batch, action: Action) -> Result<Fact, Error> {
    let wrong = |code| Error::refused(code, batch.as_it_stands());
    let state = batch.state.execute().map_err(wrong)?;
    within_maximum(&mut write.tx, batch).await?;
    reprice::rates_hold(write, batch).await?;
    let (tx, now) = (&mut write.tx, Some(write.now));
    store::batch::set_state(tx, batch.id, state, BatchIntent::Run, now, None).await?;
    Ok(Fact::of_batch(action, batch.id)
        .with("from", batch.state.name())
        .with("content_hash", batch.content_hash.as_deref())
        .with("items", batch.tally.waiting_count())
        .moved(state, BatchEvent::Started))
}

/// A pause that takes effect at once is recorded both as requested and as done.
async fn pause(write: &mut Write, ask: &Ask<'_>) -> Result<Done<Batch>, Error> {
    let batch = locked(write, ask.name).await?;
    match (batch.state, batch.intent) {
        (BatchState::Paused, _) => return Ok(Done::nothing(batch)),
        (BatchState::Processing, BatchIntent::Run | BatchIntent::Pause) => {}
        (BatchState::Processing, BatchIntent::Interrupt) => {
            let number = batch.number();
            let (english, chinese) = (format!("{number} is being interrupted"), format!("{number} 正在中断"));
            return Err(Error::told(Code::BatchState, english, chinese));
        }
        _ => return Err(Error::refused(Code::BatchState, batch.as_it_stands())),
    }
    let live = is_live(&mut write.tx, batch.id).await?;
    let asked = Fact::of_batch(Action::BatchPause, batch.id)
        .with("live", live)
        .moved(batch.state, BatchEvent::PauseAsked)
        .noted(ask.note);
    let facts = if live {
        store::batch::set_intent(&mut write.tx, batch.id, BatchIntent::Pause, None).await?;
        vec![asked]
    } else {
        vec![asked, close(write, &batch, BatchState::Paused).await?]
    };
    Ok(Done::many(changed(write, batch.id).await?, facts))
}

/// Whether a runner holds the batch's lease now.
pub(crate) async fn is_live(tx: &mut Tx, batch: BatchId) -> Result<bool, Error> {
    let lease = store::lease::get(tx, batch).await?;
    Ok(lease.is_some_and(|lease| lease.is_live))
}
