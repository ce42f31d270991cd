//! Submits a draft: its content is frozen under a hash. This is the only place where a batch can be refused
//! for paying again what an earlier one pays.

use super::described::{Described, described};
use super::draft::check_draft;
use super::lookup::{changed, locked};
use super::request::BatchRequest;
use super::similar::{self, Examined, Found};
use super::terms::{check_outside, within_maximum};
use super::{change, linked, reprice};
use crate::approval::round;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Refusal, Service, asset};
use domain::batch::{ATOMIC_ITEMS_MAX, BatchMode, BatchState};
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::text::Text;
use ledger::content::{self, Content};
use serde_json::json;
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;
use store::named_lock::{self, NamedLock};

/// What is confirmed with a submission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Submission {
    /// How many refused rows are left unpaid; must equal the number of open ones.
    pub leave_problems: i64,
    /// Why it is to be paid although an earlier batch pays the same.
    pub again: Option<String>,
    /// Leave out the rows that equal one that is paid or can still be paid.
    pub without_paid: bool,
}

impl Submission {
    /// The reason to pay again, if one was given, checked to be text that can be stored and seen.
    pub(crate) fn reason(&self) -> Result<Option<String>, Error> {
        let read = |text: &String| Text::parse(text).map_err(|code| Error::refused(code, "again"));
        Ok(self.again.as_ref().map(read).transpose()?.flatten().map(String::from))
    }
}

/// A batch that was created or submitted, and what was found about it.
#[derive(Debug, Clone)]
pub struct PreparedBatch {
    /// The batch.
    pub batch: Described,
    /// What was found when it was compared with earlier ones.
    pub found: Found,
}

/// Submits a draft. Callers limited to their own batches are refused for other people's; a request that
/// names a version is refused for any other; `PROBLEMS_OPEN` with the actual number if the number of open
/// refused rows is not the confirmed one; `BATCH_SIMILAR` if it pays what an earlier batch pays and no
/// reason is given.
pub async fn submit<'a>(
    service: &Service,
    actor: &Actor,
    request: impl Into<BatchRequest<'a>>,
    submission: &Submission,
) -> Result<PreparedBatch, Error> {
    let request = request.into();
    let mut write = claimed!(service.write(actor, Action::BatchSubmit));
    let done = submit_in(&mut write, &request, submission).await;
    let submitted = write.end(done).await?;
    change::after_submission(service, &submitted.batch.batch).await;
    Ok(submitted)
}

async fn submit_in(
    write: &mut Write,
    request: &BatchRequest<'_>,
    submission: &Submission,
) -> Result<WriteResult<PreparedBatch>, Error> {
    named_lock::take(&mut write.tx, NamedLock::Submit).await?;
    let batch = locked(write, request.batch).await?;
    check_draft(write, &batch, request).await?;
    may_submit(&mut write.tx, &batch).await?;
    if batch.refused_count != submission.leave_problems {
        return Err(Error::refused(Code::ProblemsOpen, batch.refused_count.to_string()));
    }
    // Before the comparison, so that the items it takes over are skipped there and their external ids moved.
    let handed_over = linked::take_over(write, &batch).await?;
    let (tx, now) = (&mut write.tx, write.now);
    let content = content::content(tx, &batch).await?;
    if content.open > 0 {
        return Err(incomplete(content.open));
    }
    let without_paid = submission.without_paid;
    let Examined { batch, content, found } = similar::examine(tx, batch, content, without_paid, now).await?;
    let fact = freeze(write, &batch, &content, &found, submission).await?;
    let fact = fact
        .with("left_problems", batch.refused_count)
        .with("version", batch.version)
        .with("if_match", request.version)
        .noted(request.note);
    let facts = std::iter::once(fact).chain(handed_over).collect();
    let batch = changed(write, batch.id).await?;
    Ok(WriteResult::many(PreparedBatch { batch: described(&mut write.tx, batch).await?, found }, facts))
}

/// Freezes an examined draft, unless it pays again what was paid.
pub(crate) async fn freeze(
    write: &mut Write,
    batch: &Batch,
    content: &Content,
    found: &Found,
    submission: &Submission,
) -> Result<Fact, Error> {
    let again = submission.reason()?;
    let (tx, now) = (&mut write.tx, write.now);
    let asset = asset::by_id(tx, batch.asset).await?;
    similar::refuse(found, again.as_deref(), &asset)?;
    reprice::keep_rates(tx, batch, now).await?;
    similar::keep(tx, batch, &content.prints, now).await?;
    store::batch::submit(tx, batch.id, &content.hash, now).await?;
    round::begin(write, batch, &content.hash).await?;
    let like = found.similar.as_ref().filter(|similar| similar.refuses);
    Ok(Fact::of_batch(Action::BatchSubmit, batch.id)
        .with("content_hash", content.hash.as_str())
        .with("items", batch.tally.total_count)
        .with("again", again.as_deref())
        .with("similar_to", like.map(|similar| similar.number.as_str()))
        .with("already_paid", Some(found.already_paid).filter(|count| *count > 0))
        .with("left_out", Some(found.left_out).filter(|count| *count > 0))
        .moved(BatchState::Pending, BatchEvent::Submitted)
        .noted(again.as_deref().unwrap_or_default()))
}

/// The refusal of a draft that waits for amounts.
fn incomplete(open: i64) -> Error {
    Error::Refused(Refusal {
        data: Some(json!({ "missingAmounts": open })),
        ..Refusal::bilingual(
            Code::DraftIncomplete,
            format!("{open} without an amount"),
            format!("{open} 笔未填写金额"),
        )
    })
}

/// Checks whether a draft can be submitted, apart from what it pays.
pub(crate) async fn may_submit(tx: &mut Tx, batch: &Batch) -> Result<(), Error> {
    let items_max = i64::try_from(ATOMIC_ITEMS_MAX).unwrap_or(i64::MAX);
    batch.state.submit().map_err(|code| Error::refused(code, batch.state_text()))?;
    if batch.tally.total_count == 0 {
        return Err(Error::refused(Code::BatchEmpty, batch.number()));
    }
    check_outside(batch.kind, batch.tally.total_count)?;
    if batch.mode == BatchMode::Atomic && batch.tally.total_count > items_max {
        return Err(Error::refused(Code::BatchTooLargeForAtomic, items_max.to_string()));
    }
    within_maximum(tx, batch).await
}
