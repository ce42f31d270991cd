//! Approving and rejecting batches: one at a time, or up to twenty with one code.

use super::{gate, makers, round};
use crate::batch::lookup::{changed, find, locked_by_id};
use crate::factor::{self, Need};
use crate::write::{Write, WriteResult, claimed};
use crate::{Error, Service};
use domain::approval::{ApprovalAction, Approver, assign, helpful};
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use domain::code::Code;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use domain::principal::Principal;
use domain::text::Text;
use store::approval::Approval;
use store::approval_round::ApprovalRound;
use store::audit::Actor;
use store::batch::Batch;
use store::user::User;

/// The most batches that one code decides.
pub const DECISIONS_MAX: usize = 20;

/// What comes with a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// The hash of the content that the approver saw; without it the submitted content is meant.
    pub content_hash: Option<String>,
    /// A note for the history; empty: none.
    pub note: String,
}

/// A decision about one of several batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchDecision {
    /// The batch.
    pub batch: BatchRef,
    /// What is decided.
    pub action: ApprovalAction,
    /// What comes with it.
    pub decision: Decision,
}

/// A batch after a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedBatch {
    /// The batch: still pending if it needs further approvals.
    pub batch: Batch,
    /// What was decided.
    pub action: ApprovalAction,
    /// The approver's login.
    pub by: String,
    /// When, microseconds UTC.
    pub at: i64,
    /// How many approvals it still needs.
    pub lacking: i64,
}

/// What was checked before the code.
struct Checked {
    batch: Batch,
    round: ApprovalRound,
    given: Vec<Approval>,
    action: ApprovalAction,
    note: Option<String>,
}

/// Approves a batch; it is approved once all its levels are filled. For finance and administrators who did not
/// make it, with a second factor.
pub async fn approve(
    service: &Service,
    actor: &Actor,
    batch: BatchRef,
    decision: &Decision,
) -> Result<DecidedBatch, Error> {
    one(service, actor, Action::BatchApprove, (batch, ApprovalAction::Approve, decision)).await
}

/// Rejects a batch, for the same people. Its external ids are free again.
pub async fn reject(
    service: &Service,
    actor: &Actor,
    batch: BatchRef,
    decision: &Decision,
) -> Result<DecidedBatch, Error> {
    one(service, actor, Action::BatchReject, (batch, ApprovalAction::Reject, decision)).await
}

/// Decides about up to [`DECISIONS_MAX`] batches with one code: all of them, or none if one is refused.
pub async fn decide(
    service: &Service,
    actor: &Actor,
    decisions: &[BatchDecision],
) -> Result<Vec<DecidedBatch>, Error> {
    let mut write = claimed!(service.write(actor, Action::BatchApprove));
    let done = decide_in(&mut write, decisions).await;
    write.end(done.map(|(decided, facts)| WriteResult::many(decided, facts))).await
}

async fn one(
    service: &Service,
    actor: &Actor,
    about: Action,
    (batch, action, decision): (BatchRef, ApprovalAction, &Decision),
) -> Result<DecidedBatch, Error> {
    let mut write = claimed!(service.write(actor, about));
    let decision = BatchDecision { batch, action, decision: decision.clone() };
    let done = match decide_in(&mut write, &[decision]).await {
        Ok((mut decided, facts)) => match decided.pop() {
            Some(decided) => Ok(WriteResult::many(decided, facts)),
            None => Err(Code::BatchNotFound.into()),
        },
        Err(error) => Err(error),
    };
    write.end(done).await
}

/// Right, state, own work and content are checked before the code is, and the code before anything is written.
async fn decide_in(
    write: &mut Write,
    decisions: &[BatchDecision],
) -> Result<(Vec<DecidedBatch>, Vec<Fact>), Error> {
    let wanted = in_order(write, decisions).await?;
    let approver = approver(write).await?;
    let mut checked = Vec::with_capacity(wanted.len());
    for (batch, decision) in wanted {
        let batch = locked_by_id(write, batch).await?;
        checked.push(check(write, &approver, batch, decision).await?);
    }
    factor::demand(write, Need::Always).await?;
    let (mut decided, mut facts) = (Vec::new(), Vec::new());
    for one in checked {
        let (done, fact) = record(write, &approver, one).await?;
        decided.push(done);
        facts.push(fact);
    }
    Ok((decided, facts))
}

/// The batches with their decisions, in the order in which everybody locks them; each once.
async fn in_order<'a>(
    write: &mut Write,
    decisions: &'a [BatchDecision],
) -> Result<Vec<(BatchId, &'a BatchDecision)>, Error> {
    let mut wanted = Vec::with_capacity(decisions.len());
    for decision in decisions {
        wanted.push((find(&mut write.tx, decision.batch).await?.id, decision));
    }
    wanted.sort_by_key(|(batch, _)| *batch);
    let is_repeated = wanted.windows(2).any(|two| matches!(two, [one, next] if one.0 == next.0));
    if !(1..=DECISIONS_MAX).contains(&wanted.len()) || is_repeated {
        return Err(Code::DecisionsInvalid.into());
    }
    Ok(wanted)
}

/// The person behind the write, who must be one that may approve now: no key does, and no command line.
pub(super) async fn approver(write: &mut Write) -> Result<User, Error> {
    let forbidden = || {
        let (english, chinese) = ("only finance and administrators approve", "仅财务与管理员可审批");
        Error::bilingual(Code::Forbidden, english, chinese)
    };
    let Principal::User(id) = write.actor.author.principal else { return Err(forbidden()) };
    let found = store::user::lock(&mut write.tx, id).await?.map(|(user, _)| user);
    let may =
        |user: &User| Approver { user: user.id, role: user.role }.may_approve() && user.disabled_at.is_none();
    found.filter(may).ok_or_else(forbidden)
}

async fn check(
    write: &mut Write,
    approver: &User,
    batch: Batch,
    wanted: &BatchDecision,
) -> Result<Checked, Error> {
    let BatchDecision { action, decision, .. } = wanted;
    if batch.state != BatchState::Pending {
        return Err(Error::refused(Code::BatchNotPending, batch.state_text()));
    }
    let makers = makers::of(&mut write.tx, batch.id).await?;
    if makers::include(&makers, approver.id) {
        return Err(Error::refused(Code::CannotApproveOwn, batch.number()));
    }
    let round = round::current(write, &batch).await?;
    let is_other = |hash: &String| *hash != round.content_hash;
    if decision.content_hash.as_ref().is_some_and(is_other)
        || batch.content_hash.as_ref().is_some_and(is_other)
    {
        return Err(Error::refused(Code::ContentChanged, batch.number()));
    }
    let note = Text::parse(&decision.note).map_err(|code| Error::refused(code, "note"))?.map(String::from);
    let all = store::approval::of_batch(&mut write.tx, batch.id).await?;
    let given: Vec<Approval> = round::given(&round, &all).into_iter().cloned().collect();
    if given.iter().any(|one| one.user == approver.id) {
        return Err(Error::refused(Code::ApprovalRepeated, batch.number()));
    }
    if *action == ApprovalAction::Approve {
        check_approval(approver, &round, &given)?;
        let service = write.service.clone();
        let makers = makers::principals(&makers);
        factor::may_approve(&service, &mut write.tx, approver, &makers, write.now).await?;
    }
    Ok(Checked { batch, round, given, action: *action, note })
}

/// Refuses an approval that would fill no level. A batch that needs none can still be approved.
fn check_approval(approver: &User, round: &ApprovalRound, given: &[Approval]) -> Result<(), Error> {
    let levels = round::levels(round)?;
    let given: Vec<&Approval> = given.iter().collect();
    let person = Approver { user: approver.id, role: approver.role };
    let helps = levels.is_empty() || !helpful(&levels, &gate::approvers(&given), &[person]).is_empty();
    if helps { Ok(()) } else { Err(Code::NotAnApprover.into()) }
}

async fn record(write: &mut Write, approver: &User, checked: Checked) -> Result<(DecidedBatch, Fact), Error> {
    let Checked { batch, round, mut given, action, note } = checked;
    let approval = Approval {
        batch: batch.id,
        round: round.round,
        user: approver.id,
        role: approver.role,
        action,
        content_hash: round.content_hash.clone(),
        note: note.clone(),
        factor: "totp".to_owned(),
        at: write.now,
        login: approver.login.clone(),
    };
    store::approval::insert(&mut write.tx, &approval).await?;
    given.push(approval);
    let given: Vec<&Approval> = given.iter().collect();
    let assignment = assign(&round::levels(&round)?, &gate::approvers(&given));
    let (state, event) = match action {
        ApprovalAction::Approve if assignment.is_complete() => (BatchState::Approved, BatchEvent::Approved),
        ApprovalAction::Approve => (BatchState::Pending, BatchEvent::ApprovalGiven),
        ApprovalAction::Reject => (BatchState::Rejected, BatchEvent::Rejected),
    };
    set_state(write, &batch, state).await?;
    let lacking = assignment.open.iter().map(|open| i64::try_from(*open).unwrap_or(i64::MAX)).sum();
    let about = if action == ApprovalAction::Approve { Action::BatchApprove } else { Action::BatchReject };
    let fact = Fact::of_batch(about, batch.id)
        .with("round", round.round)
        .with("content_hash", round.content_hash)
        .with("policy_version", round.policy_version)
        .with("lacking", lacking)
        .moved(state, event)
        .noted(note.as_deref().unwrap_or_default());
    let batch = changed(write, batch.id).await?;
    Ok((DecidedBatch { batch, action, by: approver.login.clone(), at: write.now, lacking }, fact))
}

async fn set_state(write: &mut Write, batch: &Batch, state: BatchState) -> Result<(), Error> {
    if state == batch.state {
        return Ok(());
    }
    if state == BatchState::Rejected {
        crate::batch::external_id::release_all(&mut write.tx, batch).await?;
    }
    let ended = (state == BatchState::Rejected).then_some(write.now);
    Ok(store::batch::set_state(&mut write.tx, batch.id, state, batch.intent, None, ended).await?)
}
