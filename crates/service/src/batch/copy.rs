//! A new batch from an earlier one: of what failed in it, or of all that it had.

use super::create::check_head;
use super::list::described;
use super::{Described, find_locked, linked, locked};
use crate::write::{Done, Write, begun};
use crate::{Error, Service};
use domain::access::Reach;
use domain::batch::BatchState;
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use store::audit::Actor;
use store::batch::Batch;
use store::batch_origin::Part;

/// Which items of an earlier batch a draft is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopiedItems {
    /// Those that failed. The draft is linked to them: its submission skips them in the earlier batch and
    /// takes their external ids over, and the two are not compared.
    Failed,
    /// All of them, whatever became of them: a batch of its own, without external ids, compared like any
    /// other.
    All,
}

impl Service {
    /// Makes a draft of an earlier batch's items, under the name given or the earlier one's. What failed is
    /// for the batch's maker, finance and administrators, as repricing is; a key copies what failed only in
    /// what it made.
    ///
    /// # Errors
    /// `BATCH_STATE` if failed items are asked for of a batch that has not ended or been paused,
    /// `BATCH_EMPTY` if there is nothing to copy, `FORBIDDEN`, and what a name can be refused for.
    pub async fn batch_copy(
        &self,
        actor: &Actor,
        reach: Reach,
        batch: &str,
        items: CopiedItems,
        name: Option<&str>,
    ) -> Result<Described, Error> {
        let mut write = begun!(self.write(actor, Action::BatchCreate));
        let done = copy(&mut write, reach, batch, items, name).await;
        write.end(done).await
    }
}

async fn copy(
    write: &mut Write,
    reach: Reach,
    batch: &str,
    items: CopiedItems,
    name: Option<&str>,
) -> Result<Done<Described>, Error> {
    let name = name.map(|name| check_head(name, None)).transpose()?.map(|(name, _)| name);
    let (draft, facts) = match items {
        CopiedItems::Failed => {
            let batch = locked(write, batch).await?;
            may_copy_failed(&write.actor, reach, &batch)?;
            let (draft, created) = linked::draft_of(write, &batch, Part::Failed, name).await?;
            let told = Fact::of_batch(Action::BatchCopy, batch.id)
                .with("items", draft.tally.total_count)
                .with("draft", draft.number())
                .moved(batch.state, BatchEvent::Copied);
            (draft, vec![created, told])
        }
        CopiedItems::All => {
            let batch = find_locked(&mut write.tx, batch).await?;
            let (draft, created) = linked::draft_of(write, &batch, Part::All, name).await?;
            (draft, vec![created])
        }
    };
    Ok(Done::many(described(&mut write.tx, draft).await?, facts))
}

/// What failed can be taken out of a batch only while nothing runs in it, by those who may decide about it.
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
