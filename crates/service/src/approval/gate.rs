//! What is checked before money moves. The first execution checks everything again in its own transaction: the
//! frozen levels, by approvals of people who may still approve, not too old, for the content as it is. Resume,
//! retry and a run after a crash check content and approvals, but neither age nor the approvers' present roles.

use super::{expiry, makers, round};
use crate::batch::lookup::find;
use crate::write::Write;
use crate::{Error, Service};
use domain::access::Role;
use domain::approval::{ApprovalAction, Approver, assign};
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::Action;
use ledger::content;
use store::Tx;
use store::approval::Approval;
use store::approval_round::{self, ApprovalRound};
use store::batch::Batch;

/// The most items whose content is hashed again before money moves. The content of a submitted batch is frozen
/// by triggers, so this finds only what was changed underneath them; for more items it would take seconds.
const HASHED_MAX: i64 = 10_000;

/// Refuses to move a batch's money without the approvals that it needs.
pub(crate) async fn gate(write: &mut Write, batch: &Batch, action: Action) -> Result<(), Error> {
    let (tx, now) = (&mut write.tx, write.now);
    let Some(round) = approval_round::last(tx, batch.id).await?.filter(|round| round.needed > 0) else {
        return Ok(());
    };
    let all = store::approval::of_batch(tx, batch.id).await?;
    let given = round::given(&round, &all);
    if batch.state.has_begun() {
        check_kept(batch, &round, &given)?;
        return check_content(tx, batch, &round).await;
    }
    debug_assert!(matches!(action, Action::BatchExecute | Action::BatchResume), "{}", action.name());
    if batch.state != BatchState::Approved {
        return Err(not_approved(&round, &given));
    }
    check_kept(batch, &round, &given)?;
    check_present(tx, batch, &round, &given).await?;
    check_content(tx, batch, &round).await?;
    match round::expires_at(&round, &given) {
        Some(at) if at <= now => Err(Error::refused(Code::ApprovalExpired, batch.number())),
        _ => Ok(()),
    }
}

/// The same for a run that continues by itself: after a crash, or on another node.
pub async fn check_run(service: &Service, batch: &Batch) -> Result<(), Error> {
    let mut tx = service.store.read().await?;
    let Some(round) = approval_round::last(&mut tx, batch.id).await?.filter(|round| round.needed > 0) else {
        return Ok(());
    };
    let all = store::approval::of_batch(&mut tx, batch.id).await?;
    check_kept(batch, &round, &round::given(&round, &all))?;
    check_content(&mut tx, batch, &round).await
}

/// After a refusal because the approvals are too old: the batch is pending again, in a transaction of its own.
pub(crate) async fn settle_expired<T>(
    service: &Service,
    batch: BatchRef,
    result: Result<T, Error>,
) -> Result<T, Error> {
    if result.as_ref().is_err_and(|error| error.code() == Some(Code::ApprovalExpired)) {
        let found = find(&mut service.store.read().await?, batch).await?;
        expiry::expire(service, found.id).await?;
    }
    result
}

/// Checks that the levels are filled, for this content, by the roles that people had when they approved.
fn check_kept(batch: &Batch, round: &ApprovalRound, given: &[&Approval]) -> Result<(), Error> {
    let content = batch.content_hash.as_deref();
    let is_same = content == Some(round.content_hash.as_str())
        && given.iter().all(|approval| content == Some(approval.content_hash.as_str()))
        && batch.tally.total_amount == round.amount;
    if !is_same {
        return Err(Error::refused(Code::ContentChanged, batch.number()));
    }
    let is_complete = assign(&round::levels(round)?, &approvers(given)).is_complete();
    let is_rejected = given.iter().any(|one| one.action == ApprovalAction::Reject);
    if is_complete && !is_rejected { Ok(()) } else { Err(not_approved(round, given)) }
}

/// Checks that the levels are filled by people who may approve now, and who did not make the batch.
async fn check_present(
    tx: &mut Tx,
    batch: &Batch,
    round: &ApprovalRound,
    given: &[&Approval],
) -> Result<(), Error> {
    let makers = makers::of(tx, batch.id).await?;
    let mut present = Vec::with_capacity(given.len());
    for approval in given {
        let found = store::user::get(tx, approval.user).await?;
        let active = found.filter(|user| user.disabled_at.is_none() && !makers::include(&makers, user.id));
        let role = active.map_or(Role::Auditor, |user| user.role);
        present.push(Approver { user: approval.user, role });
    }
    let is_complete = assign(&round::levels(round)?, &present).is_complete();
    if is_complete { Ok(()) } else { Err(not_approved(round, given)) }
}

async fn check_content(tx: &mut Tx, batch: &Batch, round: &ApprovalRound) -> Result<(), Error> {
    if batch.tally.total_count > HASHED_MAX {
        return Ok(());
    }
    let hash = content::content(tx, batch).await?.hash;
    if hash == round.content_hash {
        Ok(())
    } else {
        Err(Error::refused(Code::ContentChanged, batch.number()))
    }
}

/// The people who approved, with the roles that they had.
pub(super) fn approvers(given: &[&Approval]) -> Vec<Approver> {
    let approved = given.iter().filter(|one| one.action == ApprovalAction::Approve);
    approved.map(|one| Approver { user: one.user, role: one.role }).collect()
}

fn not_approved(round: &ApprovalRound, given: &[&Approval]) -> Error {
    let (count, needed) = (approvers(given).len(), round.needed);
    let english = format!("{count} of {needed} approvals were given, or an approver may no longer approve");
    let chinese = format!("已获得{count}项审批，需要{needed}项；或有审批人已无审批权限");
    Error::bilingual(Code::BatchNotApproved, english, chinese)
}
