//! Back to draft: the submitter recalls a batch that has not begun, and a maker reopens a rejected one. Number and
//! history stay; the next submission begins another round.

use super::{makers, round};
use crate::batch::lookup::{changed, locked};
use crate::batch::request::BatchRequest;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::batch::BatchState;
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use store::audit::Actor;
use store::batch::Batch;
use store::batch_editor::Editor;
use store::{StoreError, external_id};

/// Takes a submission back. Approvals given so far no longer count.
pub async fn recall<'a>(
    service: &Service,
    actor: &Actor,
    request: impl Into<BatchRequest<'a>>,
) -> Result<Batch, Error> {
    let request = request.into();
    let mut write = claimed!(service.write(actor, Action::BatchRecall));
    let done = recall_in(&mut write, &request).await;
    write.end(done).await
}

/// Makes a rejected batch a draft again. Its external ids must still be free.
pub async fn reopen<'a>(
    service: &Service,
    actor: &Actor,
    request: impl Into<BatchRequest<'a>>,
) -> Result<Batch, Error> {
    let request = request.into();
    let mut write = claimed!(service.write(actor, Action::BatchReopen));
    let done = reopen_in(&mut write, &request).await;
    write.end(done).await
}

async fn recall_in(write: &mut Write, request: &BatchRequest<'_>) -> Result<WriteResult<Batch>, Error> {
    let batch = locked(write, request.batch).await?;
    let caller = makers::caller(&mut write.tx, write.actor.author.principal).await?;
    let is_submitted = matches!(batch.state, BatchState::Pending | BatchState::Approved);
    let submitter = if is_submitted { Some(round::current(write, &batch).await?.maker) } else { None };
    let is_submitter = match &submitter {
        Some(submitter) => *submitter == caller.name,
        None => made(write, &batch).await?,
    };
    if !is_submitter {
        return Err(Error::bilingual(
            Code::Forbidden,
            format!("only its submitter may recall {}; an approver rejects it instead", batch.number()),
            format!("仅提交人可撤回 {}；审批人可予以拒绝", batch.number()),
        ));
    }
    if !is_submitted {
        return Err(Error::refused(Code::BatchState, batch.state_text()));
    }
    to_draft(write, &batch).await?;
    let fact = Fact::of_batch(Action::BatchRecall, batch.id)
        .with("from", batch.state.name())
        .moved(BatchState::Draft, BatchEvent::Recalled)
        .noted(request.note);
    Ok(WriteResult::one(changed(write, batch.id).await?, fact))
}

async fn reopen_in(write: &mut Write, request: &BatchRequest<'_>) -> Result<WriteResult<Batch>, Error> {
    let batch = locked(write, request.batch).await?;
    if !made(write, &batch).await? {
        return Err(Error::bilingual(
            Code::Forbidden,
            format!("only its makers may reopen {}", batch.number()),
            format!("仅制单人可重新打开 {}", batch.number()),
        ));
    }
    if batch.state != BatchState::Rejected {
        return Err(Error::refused(Code::BatchState, batch.state_text()));
    }
    match external_id::hold_range(&mut write.tx, batch.id, batch.range()).await {
        Err(StoreError::Duplicate(_)) => {
            return Err(Error::refused(Code::ExternalIdUsed, batch.number()));
        }
        held => held?,
    };
    to_draft(write, &batch).await?;
    let fact = Fact::of_batch(Action::BatchReopen, batch.id)
        .moved(BatchState::Draft, BatchEvent::Reopened)
        .noted(request.note);
    Ok(WriteResult::one(changed(write, batch.id).await?, fact))
}

/// Whether the caller is one of the batch's makers, or the person behind a key that is.
async fn made(write: &mut Write, batch: &Batch) -> Result<bool, Error> {
    let principal = write.actor.author.principal;
    let caller = makers::caller(&mut write.tx, principal).await?;
    let is_caller =
        |maker: &Editor| maker.principal() == Some(principal) || caller.people.contains(&maker.person);
    let makers = makers::of(&mut write.tx, batch.id).await?;
    Ok(batch.created_by.principal == principal || makers.iter().any(is_caller))
}

async fn to_draft(write: &mut Write, batch: &Batch) -> Result<(), Error> {
    store::batch::thaw(&mut write.tx, batch.id).await?;
    Ok(store::similar::forget(&mut write.tx, batch.id).await?)
}
