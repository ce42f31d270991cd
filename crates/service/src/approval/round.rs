//! The rounds of a batch: what it needs, frozen at its submission, and renewed when its approvals become void.

use super::makers;
use crate::approval_policy::{self, PolicyInForce};
use crate::write::Write;
use crate::{Error, setting};
use domain::approval::{
    ApprovalPolicy, Approver, Level, RoundCause, canonical, missing, needed, read_levels,
};
use domain::batch::BatchState;
use domain::code::Code;
use domain::id::{AccountId, AssetId, BatchId};
use ledger::calendar;
use store::approval::Approval;
use store::approval_round::{self, ApprovalRound};
use store::batch::Batch;
use store::{StoreError, Tx};

/// What the band of a batch is chosen by.
pub(crate) struct Payment {
    /// The batch; none if it does not exist yet.
    pub batch: Option<BatchId>,
    /// Its currency.
    pub asset: AssetId,
    /// Its single account.
    pub account: Option<AccountId>,
    /// Its total, in minor units.
    pub amount: i64,
}

impl Payment {
    /// A batch's payment.
    pub(crate) const fn of(batch: &Batch) -> Self {
        Self {
            batch: Some(batch.id),
            asset: batch.asset,
            account: batch.account,
            amount: batch.tally.total_amount,
        }
    }
}

/// Freezes what a batch needs, when it is submitted by the caller. Refused if too few people could approve it.
pub(crate) async fn begin(write: &mut Write, batch: &Batch, content_hash: &str) -> Result<(), Error> {
    makers::add(write, batch.id).await?;
    let principal = write.actor.author.principal;
    let (tx, now) = (&mut write.tx, write.now);
    approval_policy::take_effect_in(tx, batch.asset, now).await?;
    let policy = approval_policy::in_force(tx, batch.asset).await?;
    let maker = makers::caller(tx, principal).await?.name;
    let mut round = drafted(tx, &policy, &Payment::of(batch), maker, now).await?;
    round.content_hash = content_hash.to_owned();
    round.round = approval_round::last(tx, batch.id).await?.map_or(0, |last| last.round) + 1;
    refuse_unreachable(tx, batch.id, &levels(&round)?).await?;
    Ok(approval_round::open(tx, &round).await?)
}

/// The round of a payment, with the levels of the band that it falls into: by its amount and what the same maker
/// submitted that day with the same single account, so that a payment cannot be split below a band.
pub(crate) async fn drafted(
    tx: &mut Tx,
    in_force: &PolicyInForce,
    payment: &Payment,
    maker: String,
    now: i64,
) -> Result<ApprovalRound, Error> {
    let zone = setting::zone(tx).await?;
    let mut round = ApprovalRound {
        batch: payment.batch.unwrap_or(BatchId(0)),
        round: 1,
        levels: String::new(),
        needed: 0,
        valid_hours: in_force.policy.valid_hours,
        policy_version: in_force.version,
        content_hash: String::new(),
        day: calendar::compact(calendar::zoned(now, &zone).date()),
        asset: payment.asset,
        account: payment.account,
        amount: payment.amount,
        same_day: 0,
        maker,
        cause: RoundCause::Submitted,
        opened_at: now,
    };
    let earlier = earlier(tx, &in_force.policy, &round).await?;
    let levels = in_force.policy.levels_for(earlier + i128::from(round.amount));
    (round.levels, round.needed) = (canonical(levels), needed(levels));
    round.same_day = i64::try_from(earlier).unwrap_or(i64::MAX);
    Ok(round)
}

/// What counts towards the band besides the payment itself.
async fn earlier(tx: &mut Tx, policy: &ApprovalPolicy, round: &ApprovalRound) -> Result<i128, Error> {
    if policy.bands.is_empty() {
        return Ok(0);
    }
    Ok(approval_round::same_day(tx, round).await?.into_iter().map(i128::from).sum())
}

/// Refuses a batch that its makers leave too few approvers for.
async fn refuse_unreachable(tx: &mut Tx, batch: BatchId, levels: &[Level]) -> Result<(), Error> {
    if levels.is_empty() {
        return Ok(());
    }
    let lacking = missing(levels, &independent(tx, batch).await?);
    if lacking.is_empty() {
        return Ok(());
    }
    let (english, chinese) = approval_policy::lacks(tx, levels, &lacking).await?;
    Err(Error::bilingual(
        Code::ApprovalUnreachable,
        format!("{english} who did not make the batch"),
        format!("{chinese}（不含制单人）"),
    ))
}

/// The active people who did not make a batch.
pub(crate) async fn independent(tx: &mut Tx, batch: BatchId) -> Result<Vec<Approver>, Error> {
    let makers = makers::of(tx, batch).await?;
    let mut people = approval_policy::people(tx).await?;
    people.retain(|person| !makers::include(&makers, person.user));
    Ok(people)
}

/// The last round of a submitted batch. One that was submitted before there were rounds needs no approval.
pub(crate) async fn current(write: &mut Write, batch: &Batch) -> Result<ApprovalRound, Error> {
    if let Some(last) = approval_round::last(&mut write.tx, batch.id).await? {
        return Ok(last);
    }
    let maker = makers::caller(&mut write.tx, batch.created_by.principal).await?.name;
    let policy = PolicyInForce::none();
    let mut round = drafted(&mut write.tx, &policy, &Payment::of(batch), maker, write.now).await?;
    round.content_hash = batch.content_hash.clone().unwrap_or_default();
    approval_round::open(&mut write.tx, &round).await?;
    Ok(round)
}

/// Begins another round with the same levels, which makes the approvals given so far void. An approved batch is
/// pending again.
pub(crate) async fn renew(
    write: &mut Write,
    batch: &Batch,
    cause: RoundCause,
) -> Result<ApprovalRound, Error> {
    let last = current(write, batch).await?;
    let round = ApprovalRound { round: last.round + 1, cause, opened_at: write.now, ..last };
    approval_round::open(&mut write.tx, &round).await?;
    if batch.state != BatchState::Pending {
        let state = BatchState::Pending;
        store::batch::set_state(&mut write.tx, batch.id, state, batch.intent, None, None).await?;
    }
    Ok(round)
}

/// The levels of a round.
pub(crate) fn levels(round: &ApprovalRound) -> Result<Vec<Level>, Error> {
    let corrupt = |error| StoreError::Corrupt(format!("levels of batch {}: {error}", round.batch));
    Ok(read_levels(&round.levels).map_err(corrupt)?)
}

/// Those of a batch's approvals that count for a round, in the order they were given.
pub(crate) fn given<'a>(round: &ApprovalRound, all: &'a [Approval]) -> Vec<&'a Approval> {
    all.iter().filter(|approval| approval.round == round.round).collect()
}

/// When the approvals of a round are too old for a first execution; none: never.
pub(crate) fn expires_at(round: &ApprovalRound, given: &[&Approval]) -> Option<i64> {
    let last = given.iter().map(|approval| approval.at).max()?;
    let hour = 3_600 * 1_000_000;
    (round.needed > 0 && round.valid_hours > 0).then(|| last.saturating_add(round.valid_hours * hour))
}
