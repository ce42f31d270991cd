//! Marks many items in bounded transactions, so that a kill loses nothing. The batch's counters change in the
//! same transaction as its items.

use super::external_id;
use crate::Error;
use domain::code::Code;
use domain::item::ItemState;
use std::iter;
use store::batch::Batch;
use store::item::{Failure, Item, ItemFilter};
use store::{Script, Tx};

/// Items marked per transaction.
const ITEMS: i64 = 50_000;

/// What items are marked as.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mark {
    /// Pending again.
    Wait,
    /// Failed, for this reason.
    Fail(Code),
    /// Skipped.
    Skip,
}

/// Which items to mark.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Which {
    /// Items in these states.
    pub states: &'static [ItemState],
    /// Items with these codes; empty: any code.
    pub codes: &'static [Code],
}

/// Failed items.
pub(crate) const FAILED: Which = Which { states: &[ItemState::Failed], codes: &[] };
/// Items that were not tried because a user interrupted the run or a failure stopped it.
pub(crate) const UNTRIED: Which =
    Which { states: &[ItemState::Failed], codes: &[Code::Interrupted, Code::Stopped] };
/// Pending items.
pub(crate) const WAITING: Which = Which { states: &[ItemState::Pending], codes: &[] };
/// Items that are unpaid and can still be paid.
pub(crate) const UNPAID: Which = Which { states: &[ItemState::Pending, ItemState::Failed], codes: &[] };

impl Which {
    fn filter(self, batch: &Batch, after: i64) -> ItemFilter {
        ItemFilter {
            batch: batch.id,
            after: after.max(batch.first_number - 1),
            last: batch.last_number,
            states: self.states.to_vec(),
            codes: self.codes.to_vec(),
        }
    }

    /// The number of matching items.
    pub(crate) async fn count(self, tx: &mut Tx, batch: &Batch) -> Result<i64, Error> {
        Ok(store::item::count(tx, &self.filter(batch, i64::MIN)).await?)
    }

    /// Marks the first matching items after a number, and returns them as they were before.
    pub(crate) async fn mark(
        self,
        tx: &mut Tx,
        batch: &mut Batch,
        after: i64,
        mark: Mark,
        now: i64,
    ) -> Result<Vec<Item>, Error> {
        let items = store::item::list(tx, &self.filter(batch, after), ITEMS, 0).await?;
        if !items.is_empty() {
            set(tx, batch, &items, mark, now).await?;
        }
        Ok(items)
    }
}

/// Marks these items.
pub(crate) async fn set(
    tx: &mut Tx,
    batch: &mut Batch,
    items: &[Item],
    mark: Mark,
    now: i64,
) -> Result<(), Error> {
    let state = mark.state();
    let marked: Vec<_> = items.iter().map(|item| (item.number, mark.code(item))).collect();
    store::item::set_states(tx, batch.id, &marked, (state, now)).await?;
    if matches!(mark, Mark::Skip) {
        external_id::release(tx, items).await?;
    }
    if let Mark::Fail(code) = mark {
        let failure = |item: &Item| Failure { item: item.number, code, amount: item.amount, chunk: 0 };
        let failures: Vec<_> = items.iter().map(failure).collect();
        let mut script = Script::new();
        store::item::insert_failures_later(&mut script, batch.id, &failures, now);
        store::failure_count::add_later(&mut script, iter::once((batch.asset, failures.as_slice())), now, 0);
        tx.run(script).await?;
    }
    let tally = &mut batch.tally;
    for item in items {
        if item.state == ItemState::Failed {
            tally.failed_count -= 1;
            tally.failed_amount -= item.amount;
        }
        match mark {
            Mark::Wait => {}
            Mark::Skip => tally.skipped_count += 1,
            Mark::Fail(_) => {
                tally.failed_count += 1;
                tally.failed_amount += item.amount;
            }
        }
    }
    Ok(store::batch::set_tally(tx, batch.id, &batch.tally).await?)
}

impl Mark {
    const fn state(self) -> ItemState {
        match self {
            Self::Wait => ItemState::Pending,
            Self::Fail(_) => ItemState::Failed,
            Self::Skip => ItemState::Skipped,
        }
    }

    /// The code that the item keeps: a skipped item still shows why it failed.
    const fn code(self, item: &Item) -> Option<Code> {
        match self {
            Self::Wait => None,
            Self::Fail(code) => Some(code),
            Self::Skip => item.code,
        }
    }
}
