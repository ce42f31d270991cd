//! Collects changes: all of them are counted, and the first of each kind are kept to be listed.

use crate::Error;
use domain::change::{Change, ChangeKind, LISTED_MAX, join_accounts};
use domain::id::{AccountId, HolderId};
use hashbrown::HashMap;
use std::cmp::Reverse;
use store::Tx;
use store::change::ChangeCount;

/// Accounts per step.
const STEP: usize = 10_000;

/// The changes found so far.
#[derive(Debug, Default)]
pub(super) struct FoundChanges {
    kinds: HashMap<ChangeKind, OfKind>,
}

/// The changes of one kind.
#[derive(Debug, Default)]
struct OfKind {
    found: i64,
    amount: i64,
    listed: Vec<Change>,
}

impl OfKind {
    fn add(&mut self, change: Change) {
        self.found += 1;
        let amount = if change.kind == ChangeKind::PayeeGone { change.before } else { change.after };
        self.amount = self.amount.saturating_add(amount);
        if self.listed.len() < LISTED_MAX {
            self.listed.push(change);
        }
    }
}

impl FoundChanges {
    /// Adds changes.
    pub(super) fn add(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.kinds.entry(change.kind).or_default().add(change);
        }
    }

    /// How many there are of each kind, and those to list, in the order of kinds; of a kind, the largest difference
    /// first.
    pub(super) async fn end(mut self, tx: &mut Tx) -> Result<(Vec<ChangeCount>, Vec<Change>), Error> {
        self.join(tx).await?;
        let (mut counts, mut all) = (Vec::new(), Vec::new());
        for kind in ChangeKind::ALL {
            let Some(OfKind { found, amount, mut listed }) = self.kinds.remove(&kind) else { continue };
            let count = i64::try_from(listed.len()).unwrap_or(i64::MAX);
            counts.push(ChangeCount { kind, found, listed: count, amount });
            listed.sort_unstable_by_key(|one| {
                (Reverse(one.after.abs_diff(one.before)), Reverse(one.after), one.account, one.origin)
            });
            all.append(&mut listed);
        }
        Ok((counts, all))
    }

    /// Joins new payees and those that are gone where an account changed. Only if all of them are listed: otherwise
    /// some could be joined and others not.
    async fn join(&mut self, tx: &mut Tx) -> Result<(), Error> {
        let of = |kind: ChangeKind| self.kinds.get(&kind).map_or(0, |of| of.found);
        let (new, gone) = (of(ChangeKind::PayeeNew), of(ChangeKind::PayeeGone));
        let most = i64::try_from(LISTED_MAX).unwrap_or(i64::MAX);
        if new == 0 || gone == 0 || new.max(gone) > most {
            return Ok(());
        }
        let mut both = Vec::new();
        for kind in [ChangeKind::PayeeNew, ChangeKind::PayeeGone] {
            both.extend(self.kinds.remove(&kind).into_iter().flat_map(|of| of.listed));
        }
        let holders = holders(tx, both.iter().map(|change| change.account.0).collect()).await?;
        self.add(join_accounts(both, |account| holders.get(&account).copied()));
        Ok(())
    }
}

async fn holders(tx: &mut Tx, mut ids: Vec<i64>) -> Result<HashMap<AccountId, HolderId>, Error> {
    ids.sort_unstable();
    ids.dedup();
    let mut holders = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(STEP) {
        let known = store::change::accounts(tx, ids.to_vec()).await?;
        holders.extend(known.into_iter().filter_map(|account| Some((account.id, account.holder?))));
    }
    Ok(holders)
}
