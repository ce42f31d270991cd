//! The queue of batches that wait for approvals, the longest waiting first.

use super::{gate, makers, round};
use crate::batch::described::{Described, describe};
use crate::{Error, Service, factor};
use domain::approval::{Approver, helpful};
use domain::principal::Principal;
use hashbrown::HashMap;
use store::Tx;
use store::approval::Approval;
use store::approval_round::ApprovalRound;
use store::audit::Actor;

/// Which batches are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QueuePart {
    /// Those that the caller could approve now.
    #[default]
    Mine,
    /// Those that the caller decided about.
    Decided,
    /// All that wait for somebody.
    All,
}

/// A batch of the queue.
#[derive(Debug, Clone)]
pub struct Queued {
    /// The batch.
    pub batch: Described,
    /// The content to decide about.
    pub content_hash: String,
    /// How many approvals it needs.
    pub needed: i64,
    /// How many of them it has.
    pub given: i64,
    /// Since when it waits, microseconds UTC.
    pub since: i64,
    /// What the caller decided, if the caller did.
    pub decided: Option<Approval>,
}

/// A page of the queue, and how many batches it has.
#[derive(Debug, Clone, Default)]
pub struct QueuedBatches {
    /// The page.
    pub batches: Vec<Queued>,
    /// All of them.
    pub total: i64,
}

/// A page of the queue.
pub async fn queue(
    service: &Service,
    actor: &Actor,
    part: QueuePart,
    (limit, offset): (i64, i64),
) -> Result<QueuedBatches, Error> {
    let mut tx = service.store.read().await?;
    let person = approver(&mut tx, actor).await?;
    match (part, person) {
        (QueuePart::All, _) => {
            let waiting = store::approval_round::waiting(&mut tx).await?;
            paged(&mut tx, waiting, (limit, offset)).await
        }
        (QueuePart::Mine, Some(person)) => {
            let waiting = waiting_for(service, &mut tx, person).await?;
            paged(&mut tx, waiting, (limit, offset)).await
        }
        (QueuePart::Decided, Some(person)) => decided(&mut tx, person, (limit, offset)).await,
        (QueuePart::Mine | QueuePart::Decided, None) => Ok(QueuedBatches::default()),
    }
}

/// The caller, if it is a person.
async fn approver(tx: &mut Tx, actor: &Actor) -> Result<Option<Approver>, Error> {
    let Principal::User(id) = actor.author.principal else { return Ok(None) };
    let user = store::user::get(tx, id).await?;
    Ok(user.map(|user| Approver { user: user.id, role: user.role }))
}

/// The rounds whose batches a person did not make and could help to approve now: with a second factor, not cooling
/// off, and independent of the makers.
async fn waiting_for(service: &Service, tx: &mut Tx, person: Approver) -> Result<Vec<ApprovalRound>, Error> {
    let able = factor::ability(service, tx, person.user).await?;
    let mut waiting = store::approval_round::waiting(tx).await?;
    let makers = by_batch(store::batch_editor::of_many(tx, ids(&waiting)).await?, |maker| maker.batch.0);
    let given = approvals(tx, &waiting).await?;
    let mut asked = Vec::new();
    for round in &waiting {
        let makers = makers.get(&round.batch.0).map(Vec::as_slice).unwrap_or_default();
        let is_own = makers::include(makers, person.user);
        let given = counting(&given, round);
        let has_decided = given.iter().any(|one| one.user == person.user);
        let levels = round::levels(round)?;
        let helps = !helpful(&levels, &gate::approvers(&given), &[person]).is_empty();
        asked.push(helps && !is_own && !has_decided && able.covers(&makers::principals(makers)));
    }
    let mut asked = asked.into_iter();
    waiting.retain(|_| asked.next().unwrap_or(false));
    Ok(waiting)
}

async fn paged(
    tx: &mut Tx,
    waiting: Vec<ApprovalRound>,
    (limit, offset): (i64, i64),
) -> Result<QueuedBatches, Error> {
    let total = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
    let (skip, take) = (usize::try_from(offset).unwrap_or(0), usize::try_from(limit).unwrap_or(0));
    let page: Vec<_> = waiting.into_iter().skip(skip).take(take).map(|round| (round, None)).collect();
    Ok(QueuedBatches { batches: queued(tx, page).await?, total })
}

async fn decided(tx: &mut Tx, person: Approver, (limit, offset): (i64, i64)) -> Result<QueuedBatches, Error> {
    let decisions = store::approval::of_user(tx, person.user, limit, offset).await?;
    let mut page = Vec::with_capacity(decisions.len());
    for decision in decisions {
        if let Some(round) = store::approval_round::last(tx, decision.batch).await? {
            page.push((round, Some(decision)));
        }
    }
    let total = store::approval::count_of_user(tx, person.user).await?;
    Ok(QueuedBatches { batches: queued(tx, page).await?, total })
}

async fn queued(tx: &mut Tx, page: Vec<(ApprovalRound, Option<Approval>)>) -> Result<Vec<Queued>, Error> {
    let rounds: Vec<ApprovalRound> = page.iter().map(|(round, _)| round.clone()).collect();
    let batches = store::batch::by_ids(tx, ids(&rounds)).await?;
    let described = describe(tx, batches).await?;
    let by_id: HashMap<i64, Described> =
        described.into_iter().map(|described| (described.batch.id.0, described)).collect();
    let given = approvals(tx, &rounds).await?;
    let one = |(round, decided): (ApprovalRound, Option<Approval>)| {
        let batch = by_id.get(&round.batch.0)?.clone();
        let given = gate::approvers(&counting(&given, &round)).len();
        Some(Queued {
            batch,
            needed: round.needed,
            given: i64::try_from(given).unwrap_or(i64::MAX),
            since: round.opened_at,
            content_hash: round.content_hash,
            decided,
        })
    };
    Ok(page.into_iter().filter_map(one).collect())
}

async fn approvals(tx: &mut Tx, rounds: &[ApprovalRound]) -> Result<HashMap<i64, Vec<Approval>>, Error> {
    Ok(by_batch(store::approval::of_many(tx, ids(rounds)).await?, |approval| approval.batch.0))
}

/// The approvals that count for a round.
fn counting<'a>(all: &'a HashMap<i64, Vec<Approval>>, round: &ApprovalRound) -> Vec<&'a Approval> {
    all.get(&round.batch.0).map_or_else(Vec::new, |all| round::given(round, all))
}

fn by_batch<T>(rows: Vec<T>, batch: impl Fn(&T) -> i64) -> HashMap<i64, Vec<T>> {
    let mut all: HashMap<i64, Vec<T>> = HashMap::new();
    for row in rows {
        all.entry(batch(&row)).or_default().push(row);
    }
    all
}

fn ids(rounds: &[ApprovalRound]) -> Vec<i64> {
    let mut ids: Vec<i64> = rounds.iter().map(|round| round.batch.0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
