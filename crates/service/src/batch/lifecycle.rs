//! The moves of a batch's life that a person asks for: submit, execute, pause, cancel.

use super::list::described;
use super::similar::{self, Found, Submission};
use super::{Described, changed, external_id, find, locked};
use crate::write::{Done, Write, begun};
use crate::{Error, Service};
use domain::access::Reach;
use domain::batch::{BatchIntent, BatchMode, BatchState, CHUNK_ITEMS_MAX};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use domain::item::ItemState;
use domain::similar::Printed;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::item::{Item, Page};
use store::turn::{self, Turn};

/// The hash of a batch's canonical items: line, source, target, amount, memo, reference, external id, in the order
/// of numbers. Approvals and the run are bound to it. Each row's print is taken by the way.
#[derive(Debug, Default, Clone)]
pub struct ContentHash {
    hash: Sha256,
    prints: Vec<Printed>,
}

/// What a batch's items are, in short.
#[derive(Debug, Clone)]
pub struct Content {
    /// The hash of all, hexadecimal.
    pub hash: String,
    /// What each row pays, in 64 bits.
    pub prints: Vec<Printed>,
}

/// A batch that was made or submitted, and what there is to know about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prepared {
    /// The batch.
    pub batch: Described,
    /// What was found when it was compared with earlier ones.
    pub found: Found,
}

impl ContentHash {
    /// Takes an item in.
    pub fn item(&mut self, item: &Item) {
        for number in [item.line, item.source.0, item.target.0, item.amount] {
            self.hash.update(number.to_le_bytes());
        }
        for text in [&item.memo, &item.reference] {
            // A length before each text, so that no two contents give the same bytes; none is not empty.
            let length = text.as_ref().map_or(-1, |text| i64::try_from(text.len()).unwrap_or(i64::MAX));
            self.hash.update(length.to_le_bytes());
            self.hash.update(text.as_deref().unwrap_or_default().as_bytes());
        }
        // Only where there is one, so that what was submitted before keeps its hash.
        if let Some(id) = &item.external_id {
            self.hash.update([u8::try_from(id.len()).unwrap_or(u8::MAX)]);
            self.hash.update(id.as_bytes());
        }
        self.prints.push(similar::printed(item));
    }

    /// All that was taken in.
    #[must_use]
    pub fn finish(self) -> Content {
        Content { hash: ledger::digest::hex(&self.hash.finalize()), prints: self.prints }
    }
}

/// The content of a batch's items as they are now.
pub(crate) async fn content(tx: &mut Tx, batch: &Batch) -> Result<Content, Error> {
    let (mut hash, mut after) = (ContentHash::default(), batch.first_number - 1);
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: 10_000 };
        let mut items = store::item::page(tx, page, None, None).await?;
        store::external_id::fill_page(tx, batch.id, &mut items).await?;
        let Some(last) = items.last() else { return Ok(hash.finish()) };
        after = last.number.0;
        items.iter().for_each(|item| hash.item(item));
    }
}

impl Service {
    /// Submits a draft: its content is frozen under a hash. One that pays what an earlier batch pays is refused
    /// ([`Code::BatchSimilar`]).
    pub async fn batch_submit(
        &self,
        actor: &Actor,
        name: &str,
        asked: &Submission,
    ) -> Result<Prepared, Error> {
        let id = self.batch(name).await?.id;
        self.submit_as(actor, id, None, asked).await
    }

    /// With the content at hand (an import has just computed it) or by reading the items.
    pub(crate) async fn submit_as(
        &self,
        actor: &Actor,
        id: BatchId,
        content: Option<Content>,
        asked: &Submission,
    ) -> Result<Prepared, Error> {
        let mut write = begun!(self.write(actor, Action::BatchSubmit));
        let done = submit(&mut write, id, content, asked).await;
        write.end(done).await
    }

    /// Leaves the row from which the engine runs the batch. Of a paused batch it is going on; of a running
    /// one it changes nothing.
    pub async fn batch_execute(&self, actor: &Actor, name: &str) -> Result<Batch, Error> {
        let mut write = begun!(self.write(actor, Action::BatchExecute));
        let done = execute(&mut write, name).await;
        let changed = write.end(done).await?;
        self.store.wake();
        Ok(changed)
    }

    /// Asks a running batch to stop at the next chunk's edge. Without a live runner it is paused at once.
    pub async fn batch_pause(&self, actor: &Actor, name: &str) -> Result<Batch, Error> {
        let mut write = begun!(self.write(actor, Action::BatchPause));
        let done = pause(&mut write, name).await;
        write.end(done).await
    }

    /// Calls a batch off. One that has not begun is cancelled and its items are skipped; of one that has,
    /// the rest is interrupted: by its runner if it has one, else at once. Who reaches only what he made
    /// cancels that before it has begun.
    pub async fn batch_cancel(
        &self,
        actor: &Actor,
        reach: Reach,
        name: &str,
        reason: &str,
    ) -> Result<Batch, Error> {
        if let Some(first) = self.first_answer().await? {
            return first.answer();
        }
        let mut write = self.step(actor, Action::BatchCancel).await?;
        let done = match cancel(&mut write, reach, name, reason).await {
            // The rest fails in transactions of their own; the last of them carries the answer.
            Ok(Cancelled::Waits(batch, fact)) => {
                write.end(Ok(Done::one((), fact))).await?;
                return self.run_interrupted(batch).await;
            }
            Ok(Cancelled::Done(done)) => Ok(done),
            Err(error) => Err(error),
        };
        begun!(write.claim()).end(done).await
    }

    /// Whether the items are still those that were submitted.
    pub async fn batch_check_content(&self, name: &str) -> Result<bool, Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        let Content { hash, .. } = content(&mut tx, &batch).await?;
        Ok(batch.content_hash.is_none_or(|frozen| frozen == hash))
    }
}

async fn submit(
    write: &mut Write,
    id: BatchId,
    content: Option<Content>,
    asked: &Submission,
) -> Result<Done<Prepared>, Error> {
    turn::take(&mut write.tx, Turn::Submit).await?;
    let batch = locked(write, &id.to_string()).await?;
    may_submit(&mut write.tx, &batch).await?;
    let content = match content {
        Some(content) => content,
        None => self::content(&mut write.tx, &batch).await?,
    };
    let examined = similar::examine(&mut write.tx, batch, content, asked.without_paid, write.now).await?;
    let similar::Examined { batch, content, found } = examined;
    let fact = freeze(write, &batch, &content, &found, asked).await?;
    let batch = changed(write, id).await?;
    Ok(Done::one(Prepared { batch: described(&mut write.tx, batch).await?, found }, fact))
}

/// Freezes a draft that was examined, unless it pays again what was paid: the one place where a batch is submitted.
pub(crate) async fn freeze(
    write: &mut Write,
    batch: &Batch,
    content: &Content,
    found: &Found,
    asked: &Submission,
) -> Result<Fact, Error> {
    let (tx, again) = (&mut write.tx, asked.reason()?);
    let asset = Service::asset(tx, batch.asset).await?;
    similar::refuse(found, again.as_deref(), &asset)?;
    similar::keep(tx, batch, &content.prints, write.now).await?;
    store::batch::submit(tx, batch.id, &content.hash, write.now).await?;
    let like =
        found.similar.as_ref().filter(|similar| similar.refuses).map(|similar| similar.number.as_str());
    let fact = Fact::of_batch(Action::BatchSubmit, batch.id)
        .with("content_hash", content.hash.as_str())
        .with("items", batch.tally.total_count)
        .with("again", again.as_deref())
        .with("similar_to", like)
        .with("already_paid", Some(found.already_paid).filter(|count| *count > 0))
        .with("left_out", Some(found.left_out).filter(|count| *count > 0))
        .moved(BatchState::Pending, BatchEvent::Submitted);
    Ok(match again {
        Some(again) => fact.noted(&again),
        None => fact,
    })
}

async fn may_submit(tx: &mut Tx, batch: &Batch) -> Result<(), Error> {
    let items_max = i64::try_from(CHUNK_ITEMS_MAX).unwrap_or(i64::MAX);
    batch.state.submit().map_err(|code| Error::refused(code, batch.state.name()))?;
    if batch.tally.total_count == 0 {
        return Err(Error::refused(Code::BatchEmpty, batch.number()));
    }
    if batch.mode == BatchMode::Atomic && batch.tally.total_count > items_max {
        return Err(Error::refused(Code::BatchTooLargeForAtomic, items_max.to_string()));
    }
    within_maximum(tx, batch).await
}

/// The batch's sum against its policy; checked when it is submitted and again when it is executed.
pub(crate) async fn within_maximum(tx: &mut Tx, batch: &Batch) -> Result<(), Error> {
    let single = match batch.account {
        Some(id) => store::account::by_id(tx, id).await?.map(|account| (id, account.asset)),
        None => None,
    };
    let asset = Service::asset(tx, batch.asset).await?;
    let frame = super::create::frame_of(tx, batch.kind, asset, single, false).await?;
    frame.within_maximum(i128::from(batch.tally.total_amount)).map(|_| ())
}

async fn execute(write: &mut Write, name: &str) -> Result<Done<Batch>, Error> {
    let batch = locked(write, name).await?;
    let (state, event) = match batch.state {
        BatchState::Processing => return Ok(Done::nothing(batch)),
        BatchState::Paused => (BatchState::Processing, BatchEvent::Resumed),
        other => {
            let wrong = |code| Error::refused(code, format!("{} is {}", batch.number(), other.name()));
            (other.execute().map_err(wrong)?, BatchEvent::Started)
        }
    };
    within_maximum(&mut write.tx, &batch).await?;
    let (tx, now) = (&mut write.tx, Some(write.now));
    store::batch::set_state(tx, batch.id, state, BatchIntent::Run, now, None).await?;
    let fact = Fact::of_batch(Action::BatchExecute, batch.id)
        .with("from", batch.state.name())
        .with("content_hash", batch.content_hash)
        .moved(state, event);
    Ok(Done::one(changed(write, batch.id).await?, fact))
}

async fn pause(write: &mut Write, name: &str) -> Result<Done<Batch>, Error> {
    let batch = locked(write, name).await?;
    match batch.state {
        BatchState::Paused => return Ok(Done::nothing(batch)),
        BatchState::Processing => {}
        other => return Err(Error::refused(Code::BatchState, other.name())),
    }
    let live = is_live(&mut write.tx, batch.id).await?;
    let state = if live { BatchState::Processing } else { BatchState::Paused };
    store::batch::set_state(&mut write.tx, batch.id, state, BatchIntent::Pause, None, None).await?;
    let fact =
        Fact::of_batch(Action::BatchPause, batch.id).with("live", live).moved(state, BatchEvent::PauseAsked);
    Ok(Done::one(changed(write, batch.id).await?, fact))
}

/// How far a cancellation came in its first transaction.
enum Cancelled {
    /// It is done, or its runner does the rest.
    Done(Done<Batch>),
    /// Nobody runs the batch: its waiting items are still to be failed.
    Waits(BatchId, Fact),
}

async fn cancel(write: &mut Write, reach: Reach, name: &str, reason: &str) -> Result<Cancelled, Error> {
    let batch = locked(write, name).await?;
    if reach == Reach::Own
        && (batch.created_by.principal != write.actor.author.principal || batch.state.has_begun())
    {
        return Err(Error::refused(Code::Forbidden, batch.number()));
    }
    match batch.state {
        BatchState::Draft | BatchState::Pending | BatchState::Approved => {
            call_off(write, &batch, reason).await.map(Cancelled::Done)
        }
        BatchState::Processing | BatchState::Paused => interrupt(write, batch, reason).await,
        other => Err(Error::refused(Code::BatchCannotCancel, other.name())),
    }
}

async fn call_off(write: &mut Write, batch: &Batch, reason: &str) -> Result<Done<Batch>, Error> {
    let (tx, id) = (&mut write.tx, batch.id);
    store::item::set_range(tx, id, batch.range(), ItemState::Pending, ItemState::Skipped).await?;
    external_id::release_all(tx, batch).await?;
    let mut tally = batch.tally;
    tally.skipped_count = tally.total_count;
    store::batch::set_tally(tx, id, &tally).await?;
    let (state, ended) = (BatchState::Cancelled, Some(write.now));
    store::batch::set_state(tx, id, state, batch.intent, None, ended).await?;
    let fact = Fact::of_batch(Action::BatchCancel, id)
        .with("reason", reason)
        .with("from", batch.state.name())
        .moved(state, BatchEvent::Cancelled)
        .noted(reason);
    Ok(Done::one(changed(write, id).await?, fact))
}

async fn interrupt(write: &mut Write, batch: Batch, reason: &str) -> Result<Cancelled, Error> {
    let live = is_live(&mut write.tx, batch.id).await?;
    let interrupted = Some(write.now);
    store::batch::set_intent(&mut write.tx, batch.id, BatchIntent::Interrupt, interrupted).await?;
    let fact = Fact::of_batch(Action::BatchInterrupt, batch.id)
        .with("reason", reason)
        .with("live", live)
        .moved(batch.state, BatchEvent::InterruptAsked)
        .noted(reason);
    if !live {
        return Ok(Cancelled::Waits(batch.id, fact));
    }
    Ok(Cancelled::Done(Done::one(changed(write, batch.id).await?, fact)))
}

/// Whether a runner holds the batch's lease now.
pub(crate) async fn is_live(tx: &mut Tx, batch: BatchId) -> Result<bool, Error> {
    let lease = store::lease::get(tx, batch).await?;
    Ok(lease.is_some_and(|lease| lease.is_live))
}
