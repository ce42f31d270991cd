//! The door's state between chunks.

use super::carried::Carried;
use super::ownership::Ownership;
use super::requests::ChunkRequests;
use super::retry_budget::RetryBudget;
use crate::context::Context;
use crate::meter;
use domain::id::TransferId;
use store::StoreError;
use store::audit::Audit;
use store::balance_owner::BalanceOwner;

/// The most audit rows of rolled-back chunks that are held for the next commit.
const ROLLED_BACK_MAX: usize = 1_000;

/// The door's state between chunks.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Policies, rates and system accounts, valid while their version is unchanged.
    pub context: Option<Context>,
    /// What the last chunk left. None unless that chunk is committed, or in flight and expected to be.
    pub carried: Option<Carried>,
    /// Whose balances they are, with several nodes.
    pub ownership: Ownership,
    /// Audit rows of rolled-back chunks, to be written with the next chunk.
    pub rolled_back: Vec<Audit>,
    /// The retry budget of the current chunk.
    pub budget: RetryBudget,
    /// Items of the current slice that the database has refused.
    pub refused: Vec<TransferId>,
}

impl Memory {
    /// Records that a chunk was committed, with the audit rows held for it.
    pub(super) fn committed(&mut self) {
        self.rolled_back.clear();
        self.budget.end();
    }

    /// Carries what a committed chunk left to the next one, if no other node may write in between.
    pub(super) fn carry(&mut self, mut carried: Carried, owner: Option<BalanceOwner>) {
        let chunk = carried.chunk;
        carried.owned_in = owner.as_ref().and_then(BalanceOwner::owned_in);
        let is_alone = owner.is_none() || carried.owned_in.is_some();
        self.carried = Some(carried).filter(|carried| is_alone && carried.fits(0));
        if let Some(owner) = owner {
            self.ownership.saw(owner, chunk);
        }
    }

    /// Forgets what was cached of the database, because it has changed since.
    pub(super) fn forget(&mut self) {
        (self.context, self.carried) = (None, None);
    }

    /// Records that a chunk failed. Its audit row is held and written with the next chunk, unless it may have
    /// been committed after all.
    pub(super) fn failed(&mut self, requests: &ChunkRequests, now: i64, error: &StoreError) {
        meter::failed();
        tracing::error!(%error, "chunk failed");
        if !matches!(error, StoreError::InDoubt(_)) {
            let room = ROLLED_BACK_MAX.saturating_sub(self.rolled_back.len());
            self.rolled_back.extend(requests.rolled_back(now, error).into_iter().take(room));
        }
    }
}
