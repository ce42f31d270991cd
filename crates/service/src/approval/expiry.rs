//! Approvals that are too old for a first execution, and changes of policies that are due.

use super::round;
use crate::batch::lookup::locked_by_id;
use crate::write::{Write, WriteResult};
use crate::{Error, Service, approval_policy};
use domain::approval::RoundCause;
use domain::batch::BatchState;
use domain::fact::{Action, BatchEvent, Fact};
use domain::id::BatchId;
use store::Tx;
use store::audit::Actor;
use store::batch::Batch;

/// Makes approved batches pending again whose approvals have expired, and puts changes of policies in force that
/// are due; returns how many. Whatever asks for either finds out by itself too.
pub async fn expire_due(service: &Service) -> Result<u64, Error> {
    let mut count = approval_policy::take_effect(service).await?;
    for batch in expired(service).await? {
        count += u64::from(expire(service, batch).await?);
    }
    Ok(count)
}

async fn expired(service: &Service) -> Result<Vec<BatchId>, Error> {
    let mut tx = service.store.read().await?;
    let mut expired = Vec::new();
    for batch in store::batch::by_state(&mut tx, BatchState::Approved).await? {
        if is_expired(&mut tx, &batch, service.now()).await? {
            expired.push(batch.id);
        }
    }
    Ok(expired)
}

async fn is_expired(tx: &mut Tx, batch: &Batch, now: i64) -> Result<bool, Error> {
    let Some(round) = store::approval_round::last(tx, batch.id).await? else { return Ok(false) };
    let all = store::approval::of_batch(tx, batch.id).await?;
    Ok(round::expires_at(&round, &round::given(&round, &all)).is_some_and(|at| at <= now))
}

/// Makes a batch pending again if its approvals have expired.
pub(super) async fn expire(service: &Service, batch: BatchId) -> Result<bool, Error> {
    let actor = Actor::system(service.store.node());
    let mut write = service.step(&actor, Action::BatchExpireApproval).await?;
    let done = expire_in(&mut write, batch).await;
    write.end(done).await.map(|count| count > 0)
}

async fn expire_in(write: &mut Write, batch: BatchId) -> Result<WriteResult<u64>, Error> {
    let batch = locked_by_id(write, batch).await?;
    let is_waiting = batch.state == BatchState::Approved;
    if !is_waiting || !is_expired(&mut write.tx, &batch, write.now).await? {
        return Ok(WriteResult::nothing(0));
    }
    let next = round::renew(write, &batch, RoundCause::Expired).await?;
    let fact = Fact::of_batch(Action::BatchExpireApproval, batch.id)
        .with("valid_hours", next.valid_hours)
        .with("round", next.round)
        .moved(BatchState::Pending, BatchEvent::ApprovalExpired);
    Ok(WriteResult::one(1, fact))
}
