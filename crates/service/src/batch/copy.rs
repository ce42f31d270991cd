//! A new batch from an earlier one: from its failed items, or from all of them.

use super::described::{Described, described};
use super::draft::check_head;
use super::linked;
use super::lookup::{find, lock, locked};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::access::Reach;
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use store::audit::Actor;
use store::batch::Batch;
use store::batch_origin::Part;

/// Which items of an earlier batch a draft is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopiedItems {
    /// Those that failed. The draft is linked to them: its submission skips them in the earlier batch and
    /// takes over their external ids, and the two are not compared.
    Failed,
    /// All of them, whatever their outcome: an independent batch, without external ids, compared like any
    /// other.
    All,
}

/// Creates a draft from an earlier batch's items, under the given name or the earlier one's. Copying
/// failed items is for the batch's maker, finance and administrators, as repricing is; an API key copies
/// them only from batches it made.
///
/// # Errors
/// `BATCH_STATE` if failed items are requested from a batch that has neither ended nor been paused,
/// `BATCH_EMPTY` if there is nothing to copy, `FORBIDDEN`, and the refusals of a name.
pub async fn copy(
    service: &Service,
    actor: &Actor,
    reach: Reach,
    batch: BatchRef,
    items: CopiedItems,
    name: Option<&str>,
) -> Result<Described, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchCreate));
    let done = copy_in(&mut write, reach, batch, items, name).await;
    write.end(done).await
}

async fn copy_in(
    write: &mut Write,
    reach: Reach,
    batch: BatchRef,
    items: CopiedItems,
    name: Option<&str>,
) -> Result<WriteResult<Described>, Error> {
    let name = name.map(|name| check_head(name, None)).transpose()?.map(|(name, _)| name);
    let (draft, facts) = match items {
        CopiedItems::Failed => {
            let batch = locked(write, batch).await?;
            may_copy_failed(&write.actor, reach, &batch)?;
            let (draft, created) = linked::draft_of(write, &batch, Part::Failed, name).await?;
            let copied = Fact::of_batch(Action::BatchCopy, batch.id)
                .with("items", draft.tally.total_count)
                .with("draft", draft.number())
                .moved(batch.state, BatchEvent::Copied);
            (draft, vec![created, copied])
        }
        CopiedItems::All => {
            let found = find(&mut write.tx, batch).await?;
            let batch = lock(&mut write.tx, found.id).await?;
            let (draft, created) = linked::draft_of(write, &batch, Part::All, name).await?;
            (draft, vec![created])
        }
    };
    Ok(WriteResult::many(described(&mut write.tx, draft).await?, facts))
}

/// Failed items can be copied only while the batch is not running, and only by callers that may replace them.
fn may_copy_failed(actor: &Actor, reach: Reach, batch: &Batch) -> Result<(), Error> {
    linked::may_replace(actor, reach, batch)?;
    match batch.state {
        BatchState::Paused | BatchState::PartiallyCompleted | BatchState::Failed => Ok(()),
        BatchState::Draft
        | BatchState::Pending
        | BatchState::Approved
        | BatchState::Rejected
        | BatchState::Processing
        | BatchState::Completed
        | BatchState::Cancelled => {
            Err(Error::refused(Code::BatchState, format!("{} is {}", batch.number(), batch.state.name())))
        }
    }
}
