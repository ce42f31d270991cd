//! The moves of a batch's life that a person asks for: submit, execute, pause. `cancel` is a file of its own.

use super::ask::Ask;
use super::draft::check_draft;
use super::settle::close;
use super::{changed, find, linked, locked, reprice};
use crate::write::{Done, Write, begun};
use crate::{Error, Service};
use domain::batch::{BatchIntent, BatchMode, BatchState, CHUNK_ITEMS_MAX};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use sha2::{Digest, Sha256};
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::item::{Item, Page};

/// The hash of a batch's canonical items: line, source, target, amount, memo, reference, in the order of
/// numbers. Approvals and the run are bound to it.
#[derive(Debug, Default, Clone)]
pub struct ContentHash(Sha256);

impl ContentHash {
    /// Takes an item in.
    pub fn item(&mut self, item: &Item) {
        for number in [item.line, item.source.0, item.target.0, item.amount] {
            self.0.update(number.to_le_bytes());
        }
        for text in [&item.memo, &item.reference] {
            // A length before each text, so that no two contents give the same bytes; none is not empty.
            let length = text.as_ref().map_or(-1, |text| i64::try_from(text.len()).unwrap_or(i64::MAX));
            self.0.update(length.to_le_bytes());
            self.0.update(text.as_deref().unwrap_or_default().as_bytes());
        }
    }

    /// The hash, hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        ledger::digest::hex(&self.0.finalize())
    }
}

/// The hash of a batch's items as they stand.
pub(crate) async fn content_hash(tx: &mut Tx, batch: &Batch) -> Result<String, Error> {
    let (mut hash, mut after) = (ContentHash::default(), batch.first_number - 1);
    loop {
        let page = Page { batch: batch.id, after, last: batch.last_number, limit: 10_000 };
        let items = store::item::page(tx, page, None, None).await?;
        let Some(last) = items.last() else { return Ok(hash.finish()) };
        after = last.number.0;
        items.iter().for_each(|item| hash.item(item));
    }
}

/// What is confirmed with a submission.
#[derive(Debug, Clone, Copy, Default)]
pub struct Submission {
    /// How many refused rows are left unpaid; exactly as many as are open.
    pub leave_problems: i64,
}

impl Service {
    /// Submits a draft without open refused rows: its content is frozen under a hash. Callers limited to their own
    /// batches are refused for other people's; a request that names a version is refused for any other.
    pub async fn batch_submit<'a>(&self, actor: &Actor, ask: impl Into<Ask<'a>>) -> Result<Batch, Error> {
        self.batch_submit_with(actor, ask, Submission::default()).await
    }

    /// Submits a draft, as [`Self::batch_submit`]. `PROBLEMS_OPEN` with the right number if other than the confirmed
    /// number of refused rows are open.
    pub async fn batch_submit_with<'a>(
        &self,
        actor: &Actor,
        ask: impl Into<Ask<'a>>,
        submission: Submission,
    ) -> Result<Batch, Error> {
        let ask = ask.into();
        let mut write = begun!(self.write(actor, Action::BatchSubmit));
        let done = submit(&mut write, &ask, None, submission).await;
        write.end(done).await
    }

    /// With the hash at hand (an import has just computed it) or by reading the items.
    pub(crate) async fn submit_as(
        &self,
        actor: &Actor,
        name: &str,
        hash: Option<String>,
    ) -> Result<Batch, Error> {
        let mut write = begun!(self.write(actor, Action::BatchSubmit));
        let done = submit(&mut write, &Ask::of(name), hash, Submission::default()).await;
        write.end(done).await
    }

    /// Leaves the row from which the engine runs the batch. A batch that has begun is refused: `resume` continues
    /// it.
    pub async fn batch_execute(&self, actor: &Actor, name: &str) -> Result<Batch, Error> {
        let mut write = begun!(self.write(actor, Action::BatchExecute));
        let done = execute(&mut write, name).await;
        let changed = write.end(done).await?;
        self.store.wake();
        Ok(changed)
    }

    /// Asks a running batch to stop at the next chunk's edge. Without a live runner it is paused at once.
    pub async fn batch_pause<'a>(&self, actor: &Actor, ask: impl Into<Ask<'a>>) -> Result<Batch, Error> {
        let ask = ask.into();
        let mut write = begun!(self.write(actor, Action::BatchPause));
        let done = pause(&mut write, &ask).await;
        write.end(done).await
    }

    /// Whether the items are still those that were submitted.
    pub async fn batch_check_content(&self, name: &str) -> Result<bool, Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        let hash = content_hash(&mut tx, &batch).await?;
        Ok(batch.content_hash.is_none_or(|frozen| frozen == hash))
    }
}

async fn submit(
    write: &mut Write,
    ask: &Ask<'_>,
    hash: Option<String>,
    submission: Submission,
) -> Result<Done<Batch>, Error> {
    let batch = locked(write, ask.name).await?;
    check_draft(write, &batch, ask).await?;
    may_submit(&mut write.tx, &batch).await?;
    if batch.refused_count != submission.leave_problems {
        return Err(Error::refused(Code::ProblemsOpen, batch.refused_count.to_string()));
    }
    let hash = match hash {
        Some(hash) => hash,
        None => content_hash(&mut write.tx, &batch).await?,
    };
    reprice::keep_rates(&mut write.tx, &batch, write.now).await?;
    let handed_over = linked::take_over(write, &batch).await?;
    store::batch::submit(&mut write.tx, batch.id, &hash, write.now).await?;
    let fact = Fact::of_batch(Action::BatchSubmit, batch.id)
        .with("content_hash", hash)
        .with("items", batch.tally.total_count)
        .with("left_problems", batch.refused_count)
        .with("version", batch.version)
        .with("if_match", ask.version)
        .moved(BatchState::Pending, BatchEvent::Submitted)
        .noted(ask.note);
    let facts = std::iter::once(fact).chain(handed_over).collect();
    Ok(Done::many(changed(write, batch.id).await?, facts))
}

async fn may_submit(tx: &mut Tx, batch: &Batch) -> Result<(), Error> {
    let items_max = i64::try_from(CHUNK_ITEMS_MAX).unwrap_or(i64::MAX);
    batch.state.submit().map_err(|code| Error::refused(code, batch.as_it_stands()))?;
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
    let terms = super::create::terms(tx, batch.kind, asset, single, false).await?;
    terms.within_maximum(i128::from(batch.tally.total_amount)).map(|_| ())
}

async fn execute(write: &mut Write, name: &str) -> Result<Done<Batch>, Error> {
    let batch = locked(write, name).await?;
    let fact = begin(write, &batch, Action::BatchExecute).await?;
    Ok(Done::one(changed(write, batch.id).await?, fact))
}

/// Begins the run of a batch that waits for it, and tells it.
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
        .with("items", batch.tally.pending_count())
        .moved(state, BatchEvent::Started))
}

/// A pause that comes true at once is told as asked for and as come true.
async fn pause(write: &mut Write, ask: &Ask<'_>) -> Result<Done<Batch>, Error> {
    let batch = locked(write, ask.name).await?;
    match (batch.state, batch.intent) {
        (BatchState::Paused, _) => return Ok(Done::nothing(batch)),
        (BatchState::Processing, BatchIntent::Run | BatchIntent::Pause) => {}
        (BatchState::Processing, BatchIntent::Interrupt) => {
            let interrupted = format!("{} is being interrupted", batch.number());
            return Err(Error::refused(Code::BatchState, interrupted));
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
