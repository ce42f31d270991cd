//! The approvals of a batch: what it needs, what was given, and who may still approve.

use super::influence::{self, ApproverSponsor, LoosenedPolicy};
use super::round::{self, Payment};
use super::{gate, makers};
use crate::batch::described::{Described, described};
use crate::batch::lookup::find;
use crate::factor::{self, Maker};
use crate::{Error, Service, approval_policy};
use domain::approval::{ApprovalAction, Approver, Level, assign, helpful};
use domain::batch::BatchState;
use domain::batch_ref::BatchRef;
use domain::id::{AccountId, AssetId};
use domain::principal::Principal;
use store::Tx;
use store::approval::Approval;
use store::approval_round::{self, ApprovalRound};
use store::audit::Actor;
use store::batch::Batch;
use store::user::User;

/// The approvals that a batch needs and has.
#[derive(Debug, Clone, Default)]
pub struct ApprovalStanding {
    /// How many it needs; 0: none.
    pub needed: i64,
    /// How many of them it has.
    pub given: i64,
    /// What the same maker submitted that day before, with the same single account, in minor units: it counts towards
    /// the band that decides how many are needed.
    pub same_day: i64,
    /// The levels.
    pub levels: Vec<LevelStanding>,
    /// Who could approve it now: with a second factor, and not cooling off.
    pub may_approve: Vec<User>,
    /// All decisions, also those of earlier rounds, in order.
    pub decisions: Vec<Approval>,
    /// Who added, promoted or reset those who decided.
    pub sponsors: Vec<ApproverSponsor>,
    /// The change that loosened the policy lately, if one did.
    pub loosened: Option<LoosenedPolicy>,
    /// The round whose approvals count; 0 before the first submission.
    pub round: i64,
    /// The content that they are for.
    pub content_hash: Option<String>,
    /// How many hours an approved batch may wait for its first execution; 0: any time.
    pub valid_hours: i64,
    /// Until when an approved batch can be executed; none: at any time, or it is not approved.
    pub expires_at: Option<i64>,
}

/// A level, and who has filled it.
#[derive(Debug, Clone)]
pub struct LevelStanding {
    /// What it asks for.
    pub level: Level,
    /// The logins of those who fill its places.
    pub given: Vec<String>,
    /// How many places are open.
    pub open: i64,
}

/// The approvals of a batch.
pub async fn of_batch(service: &Service, batch: BatchRef) -> Result<(Described, ApprovalStanding), Error> {
    let mut tx = service.store.read().await?;
    let batch = find(&mut tx, batch).await?;
    let standing = standing_in(service, &mut tx, &batch).await?;
    Ok((described(&mut tx, batch).await?, standing))
}

/// The same for a batch that was read before.
pub async fn standing_of(service: &Service, batch: &Batch) -> Result<ApprovalStanding, Error> {
    standing_in(service, &mut service.store.read().await?, batch).await
}

/// The approvals that a payment would need if the caller submitted it now.
pub async fn foreseen(
    service: &Service,
    actor: &Actor,
    (asset, account, amount): (AssetId, Option<AccountId>, i64),
) -> Result<ApprovalStanding, Error> {
    let mut tx = service.store.read().await?;
    let payment = Payment { batch: None, asset, account, amount };
    foreseen_in(service, &mut tx, actor.author.principal, &payment).await
}

async fn standing_in(service: &Service, tx: &mut Tx, batch: &Batch) -> Result<ApprovalStanding, Error> {
    let decisions = store::approval::of_batch(tx, batch.id).await?;
    let sponsors = influence::sponsors(tx, &decisions).await?;
    let last = approval_round::last(tx, batch.id).await?;
    let found = match last {
        Some(round) if batch.state != BatchState::Draft => {
            of_round(service, tx, batch, round, decisions).await?
        }
        _ => {
            let principal = batch.created_by.principal;
            let foreseen = foreseen_in(service, tx, principal, &Payment::of(batch)).await?;
            ApprovalStanding { decisions, ..foreseen }
        }
    };
    Ok(ApprovalStanding { sponsors, ..found })
}

async fn foreseen_in(
    service: &Service,
    tx: &mut Tx,
    principal: Principal,
    payment: &Payment,
) -> Result<ApprovalStanding, Error> {
    let now = service.now();
    let policy = approval_policy::in_force(tx, payment.asset).await?;
    let caller = makers::caller(tx, principal).await?;
    let people = caller.people.iter().map(|person| Principal::User(*person));
    let mut makers: Vec<Maker> =
        people.chain([principal]).map(|principal| Maker { principal, at: now }).collect();
    if let Some(batch) = payment.batch {
        makers.extend(makers::principals(&makers::of(tx, batch).await?));
    }
    let round = round::drafted(tx, &policy, payment, caller.name, now).await?;
    let standing = standing(service, tx, &round, &[], &makers).await?;
    Ok(ApprovalStanding { round: 0, content_hash: None, ..standing })
}

async fn of_round(
    service: &Service,
    tx: &mut Tx,
    batch: &Batch,
    round: ApprovalRound,
    decisions: Vec<Approval>,
) -> Result<ApprovalStanding, Error> {
    let given = round::given(&round, &decisions);
    let makers = makers::principals(&makers::of(tx, batch.id).await?);
    let mut found = standing(service, tx, &round, &given, &makers).await?;
    if batch.state != BatchState::Pending {
        found.may_approve = Vec::new();
    }
    found.expires_at = match batch.state {
        BatchState::Approved => round::expires_at(&round, &given),
        _ => None,
    };
    Ok(ApprovalStanding { decisions, ..found })
}

async fn standing(
    service: &Service,
    tx: &mut Tx,
    round: &ApprovalRound,
    given: &[&Approval],
    makers: &[Maker],
) -> Result<ApprovalStanding, Error> {
    let levels = round::levels(round)?;
    let (filled, may_approve) = match levels.is_empty() {
        true => (Vec::new(), Vec::new()),
        false => (filled(&levels, given), candidates(service, tx, &levels, given, makers).await?),
    };
    Ok(ApprovalStanding {
        needed: round.needed,
        given: filled.iter().map(|level| count(level.given.len())).sum(),
        same_day: round.same_day,
        levels: filled,
        may_approve,
        decisions: Vec::new(),
        sponsors: Vec::new(),
        loosened: influence::loosened(tx, round).await?,
        round: round.round,
        content_hash: Some(round.content_hash.clone()),
        valid_hours: round.valid_hours,
        expires_at: None,
    })
}

fn filled(levels: &[Level], given: &[&Approval]) -> Vec<LevelStanding> {
    let assignment = assign(levels, &gate::approvers(given));
    let approved: Vec<_> = given.iter().filter(|one| one.action == ApprovalAction::Approve).collect();
    let of = |(place, (level, open)): (usize, (&Level, &usize))| {
        let here = approved.iter().zip(&assignment.places).filter(|(_, at)| **at == Some(place));
        let given = here.map(|(approval, _)| approval.login.clone()).collect();
        LevelStanding { level: level.clone(), given, open: count(*open) }
    };
    levels.iter().zip(&assignment.open).enumerate().map(of).collect()
}

/// The people who could approve now, and whose approval would fill an open place.
async fn candidates(
    service: &Service,
    tx: &mut Tx,
    levels: &[Level],
    given: &[&Approval],
    makers: &[Maker],
) -> Result<Vec<User>, Error> {
    let is_maker = |user: i64| makers.iter().any(|maker| maker.principal == Principal::User(user));
    let decided = |user: i64| given.iter().any(|approval| approval.user == user);
    let mut people = store::user::active(tx).await?;
    people.retain(|user| !is_maker(user.id) && !decided(user.id));
    let asked: Vec<Approver> =
        people.iter().map(|user| Approver { user: user.id, role: user.role }).collect();
    let helpful = helpful(levels, &gate::approvers(given), &asked);
    people.retain(|user| helpful.iter().any(|one| one.user == user.id));
    factor::able(service, tx, people, makers, service.now()).await
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
