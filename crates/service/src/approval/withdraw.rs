//! Withdrawing an approval, until the batch is executed. What one approver found concerns the others too: all
//! approvals become void, and the batch is pending.

use super::{decide, round};
use crate::batch::lookup::{changed, locked};
use crate::batch::request::BatchRequest;
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::approval::{ApprovalAction, RoundCause};
use domain::batch::BatchState;
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::text::Text;
use store::audit::Actor;
use store::batch::Batch;

/// Withdraws the caller's approval of a batch that has not begun.
pub async fn withdraw<'a>(
    service: &Service,
    actor: &Actor,
    request: impl Into<BatchRequest<'a>>,
) -> Result<Batch, Error> {
    let request = request.into();
    let mut write = claimed!(service.write(actor, Action::BatchWithdrawApproval));
    let done = withdraw_in(&mut write, &request).await;
    write.end(done).await
}

async fn withdraw_in(write: &mut Write, request: &BatchRequest<'_>) -> Result<WriteResult<Batch>, Error> {
    let approver = decide::approver(write).await?;
    let batch = locked(write, request.batch).await?;
    if !matches!(batch.state, BatchState::Pending | BatchState::Approved) {
        return Err(Error::refused(Code::BatchState, batch.state_text()));
    }
    let round = round::current(write, &batch).await?;
    let all = store::approval::of_batch(&mut write.tx, batch.id).await?;
    let given = round::given(&round, &all);
    let is_own = given.iter().any(|one| one.user == approver.id && one.action == ApprovalAction::Approve);
    if !is_own {
        return Err(Error::refused(Code::ApprovalNotFound, batch.number()));
    }
    let note = Text::parse(request.note).map_err(|code| Error::refused(code, "note"))?.map(String::from);
    let next = round::renew(write, &batch, RoundCause::Withdrawn).await?;
    let fact = Fact::of_batch(Action::BatchWithdrawApproval, batch.id)
        .with("from", batch.state.name())
        .with("round", next.round)
        .with("void", given.len())
        .moved(BatchState::Pending, BatchEvent::ApprovalWithdrawn)
        .noted(note.as_deref().unwrap_or_default());
    Ok(WriteResult::one(changed(write, batch.id).await?, fact))
}
