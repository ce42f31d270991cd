//! What a dry run says of a batch and of its items.

use super::change::ChangeSummary;
use super::described::DescribedItem;
use super::list::OffsetPage;
use super::similar::Found;
use domain::asset::Asset;
use domain::code::Code;
use domain::id::AccountId;
use store::account_totp::BoundAccount;
use store::item::Item;

/// Refusals that a preview lists.
pub const REFUSALS_SHOWN: usize = 1_000;

/// Which items a preview lists.
#[derive(Debug, Clone, Copy)]
pub struct PreviewPart {
    /// The page of the list.
    pub page: OffsetPage,
    /// Whether the list has only the items that would be refused.
    pub only_refused: bool,
}

impl From<OffsetPage> for PreviewPart {
    fn from(page: OffsetPage) -> Self {
        Self { page, only_refused: false }
    }
}

/// An item that would be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PredictedRefusal {
    /// The item.
    pub item: Item,
    /// Why it would be refused.
    pub code: Code,
}

/// What would happen to an item.
#[derive(Debug, Clone)]
pub struct PredictedItem {
    /// The item with its accounts.
    pub item: DescribedItem,
    /// Why it would be refused; none if it would be paid.
    pub code: Option<Code>,
    /// Fee on top of the amount, minor units.
    pub fee: i64,
    /// The payer's balance before and after it.
    pub balance: Option<(i64, i64)>,
    /// What the payee receives in another currency, in its minor units.
    pub exchanged: Option<(Asset, i64)>,
}

/// The single account of a batch.
#[derive(Debug, Clone)]
pub struct SingleAccount {
    /// Its id.
    pub account: AccountId,
    /// Its currency.
    pub asset: Asset,
    /// Its balance before all items.
    pub before: i64,
    /// Its balance after them.
    pub after: i64,
}

/// What a run would do now.
#[derive(Debug, Default)]
pub struct Preview {
    /// Items that would be paid.
    pub would_succeed: i64,
    /// Their sum, minor units.
    pub amount: i128,
    /// Their fees, minor units.
    pub fee: i128,
    /// Items that would be refused.
    pub would_fail: i64,
    /// Their sum, minor units.
    pub refused_amount: i128,
    /// The first of them.
    pub refusals: Vec<PredictedRefusal>,
    /// The requested items.
    pub items: Vec<PredictedItem>,
    /// How many items the list has that they are a page of.
    pub listed: i64,
    /// The single account's balance before and after.
    pub single: Option<SingleAccount>,
    /// What it has in common with other batches.
    pub found: Found,
    /// The paying accounts that need a code.
    pub bound: Vec<BoundAccount>,
    /// What is different about it; none for a large batch.
    pub changes: Option<ChangeSummary>,
}

impl Preview {
    /// Counts an item, by its fee or its refusal.
    pub(super) fn count(&mut self, item: Item, result: Result<i64, Code>) {
        match result {
            Ok(fee) => {
                self.would_succeed += 1;
                self.amount += i128::from(item.amount);
                self.fee += i128::from(fee);
            }
            Err(code) => {
                self.would_fail += 1;
                self.refused_amount += i128::from(item.amount);
                if self.refusals.len() < REFUSALS_SHOWN {
                    self.refusals.push(PredictedRefusal { item, code });
                }
            }
        }
    }
}
