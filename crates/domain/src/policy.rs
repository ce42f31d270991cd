//! Policies: limits and fees per currency, overridden per account. They are stored in the database; the door
//! caches them by version.

use crate::code::Code;
use crate::fee::FeePolicy;
use crate::id::{AccountId, AssetId};
use crate::limit::LimitPolicy;
use std::collections::{BTreeMap, BTreeSet};

/// The policy of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Limits on what leaves.
    pub limit: LimitPolicy,
    /// Fees.
    pub fee: FeePolicy,
    /// The most that one batch may move.
    pub batch_max: i64,
}

impl Policy {
    /// Document 000's limits: 10,000 major units per transfer and 100,000 per batch; no other limit, no fee.
    #[must_use]
    pub fn shipped(scale: u8) -> Self {
        let major = 10_i64.saturating_pow(u32::from(scale));
        Self {
            limit: LimitPolicy { max: 10_000_i64.saturating_mul(major), ..LimitPolicy::NONE },
            fee: FeePolicy::NONE,
            batch_max: 100_000_i64.saturating_mul(major),
        }
    }

    /// Refuses a policy that contradicts itself or has a negative value.
    pub const fn check(&self) -> Result<(), Code> {
        let limits = self.limit.min >= 1 && self.limit.max >= self.limit.min && self.limit.day >= 0;
        let fees = self.fee.threshold >= 0
            && self.fee.rate_ppm >= 0
            && self.fee.min >= 0
            && self.fee.max >= self.fee.min;
        if limits && fees && self.limit.month >= 0 && self.batch_max >= 0 {
            Ok(())
        } else {
            Err(Code::PolicyInvalid)
        }
    }
}

/// All policies, as of one version.
#[derive(Debug, Clone, Default)]
pub struct PolicyBook {
    /// The version in the ledger's head row; every change raises it.
    pub version: i64,
    by_asset: BTreeMap<AssetId, Policy>,
    by_account: BTreeMap<AccountId, Policy>,
    /// Currencies that still have their shipped policy.
    shipped: BTreeSet<AssetId>,
    /// The smallest amounts that need an approval.
    approved_from: BTreeMap<AssetId, i64>,
}

impl PolicyBook {
    /// An empty book at a version.
    #[must_use]
    pub fn new(version: i64) -> Self {
        Self { version, ..Self::default() }
    }

    /// Sets a currency's policy that an administrator has set.
    pub fn set_asset(&mut self, asset: AssetId, policy: Policy) {
        self.by_asset.insert(asset, policy);
        self.shipped.remove(&asset);
    }

    /// Sets a currency's shipped policy, which no administrator has changed.
    pub fn set_shipped(&mut self, asset: AssetId, policy: Policy) {
        self.by_asset.insert(asset, policy);
        self.shipped.insert(asset);
    }

    /// Sets the policy of one account.
    pub fn set_account(&mut self, account: AccountId, policy: Policy) {
        self.by_account.insert(account, policy);
    }

    /// Sets the smallest amount of a currency that needs an approval.
    pub fn set_approved_from(&mut self, asset: AssetId, amount: i64) {
        self.approved_from.insert(asset, amount);
    }

    /// Whether a transfer outside a batch cannot move this amount, because it needs an approval.
    #[must_use]
    pub fn needs_approval(&self, asset: AssetId, amount: i64) -> bool {
        self.approved_from.get(&asset).is_some_and(|from| amount >= *from)
    }

    /// The policy of an account: its own, else its currency's.
    #[must_use]
    pub fn of(&self, account: AccountId, asset: AssetId) -> Option<&Policy> {
        self.by_account.get(&account).or_else(|| self.by_asset.get(&asset))
    }

    /// The most that one conversion may pay into an account, in minor units of its currency. It applies only
    /// if an administrator set a policy for the account or its currency (contract: "Rates and conversions");
    /// the shipped policy limits only the paying side.
    #[must_use]
    pub fn received_max(&self, account: AccountId, asset: AssetId) -> Option<i64> {
        let own = self.by_account.get(&account);
        let whole = || self.by_asset.get(&asset).filter(|_| !self.shipped.contains(&asset));
        own.or_else(whole).map(|policy| policy.limit.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_needs_approval_from_its_currencys_bound_upwards() {
        let mut book = PolicyBook::new(1);
        assert!(!book.needs_approval(AssetId(1), i64::MAX));
        book.set_approved_from(AssetId(1), 100);
        let needs =
            [(1, 99), (1, 100), (2, 100)].map(|(asset, amount)| book.needs_approval(AssetId(asset), amount));
        assert_eq!(needs, [false, true, false]);
    }

    #[test]
    fn only_a_policy_set_by_an_administrator_limits_what_an_account_receives() {
        let (asset, account) = (AssetId(1), AccountId(7));
        let mut book = PolicyBook::new(1);
        assert_eq!(book.received_max(account, asset), None);
        book.set_shipped(asset, Policy::shipped(2));
        assert_eq!((book.received_max(account, asset), book.of(account, asset).is_some()), (None, true));
        book.set_account(account, Policy::shipped(0));
        assert_eq!(book.received_max(account, asset), Some(10_000));
        assert_eq!(book.received_max(AccountId(8), asset), None);
        book.set_asset(asset, Policy::shipped(2));
        assert_eq!(book.received_max(AccountId(8), asset), Some(1_000_000));
    }
}
