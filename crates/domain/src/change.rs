//! What is different about a batch: against an earlier one, and about the accounts it pays. The rules are those
//! of the contract ("People, approvals, second factor"); reading and storing is done elsewhere.
//!
//! A batch and its base are compared by payee, as sorted rows that are merged once, so that a million rows take
//! a second. To add a kind of change: a variant of [`ChangeKind`], the rule that finds it (here, or in
//! `service/src/batch/change`), and its words in `http`.

mod pattern;

pub use pattern::name_pattern;

use crate::batch::BatchType;
use crate::id::{AccountId, HolderId};
use crate::stored_enum::stored_enum;
use hashbrown::{HashMap, HashSet};
use std::cmp::Ordering;

/// An amount is reported once it differs from the earlier one by more than this percentage of it.
pub const MOVED_PERCENT: i64 = 20;
/// Days within which the same payee and amount are reported.
pub const RECENT_DAYS: i64 = 7;
/// Days for which a new account or a change of its holder is reported.
pub const LATELY_DAYS: i64 = 35;
/// The most changes of one kind that are listed; they are all counted.
pub const LISTED_MAX: usize = 100_000;

stored_enum! {
    /// What is different. The order is that of a report: what needs to be looked at first.
    ChangeKind {
        /// The holder was paid at another account.
        AccountChanged = 1 "account_changed",
        /// The payee is not in the base.
        PayeeNew = 2 "payee_new",
        /// The payee is in the base alone.
        PayeeGone = 3 "payee_gone",
        /// The amount differs by more than [`MOVED_PERCENT`].
        AmountMoved = 4 "amount_moved",
        /// The same payee was paid the same amount within [`RECENT_DAYS`].
        PaidRecently = 5 "paid_recently",
        /// The account has no entry yet.
        FirstPayment = 6 "first_payment",
        /// The account was opened within [`LATELY_DAYS`].
        AccountOpened = 7 "account_opened",
        /// The holder's name, e-mail address, uid or default account changed within [`LATELY_DAYS`].
        HolderChanged = 8 "holder_changed",
    }
}

/// One change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What is different.
    pub kind: ChangeKind,
    /// The payee's account; where many pay one, the payer's.
    pub account: AccountId,
    /// The account that the holder was paid at before.
    pub account_before: Option<AccountId>,
    /// What the base pays, in minor units of the base's currency; 0 if it pays nothing.
    pub before: i64,
    /// What the batch pays, in minor units; 0 if it pays nothing.
    pub after: i64,
    /// Where it comes from: the batch that paid recently, the audit row of the holder's change; else 0.
    pub origin: i64,
    /// When that happened, microseconds UTC; 0 if it is no event.
    pub at: i64,
}

impl Change {
    /// A change of an account's payment, without an origin.
    #[must_use]
    pub const fn of(kind: ChangeKind, account: AccountId, (before, after): (i64, i64)) -> Self {
        Self { kind, account, account_before: None, before, after, origin: 0, at: 0 }
    }

    /// Sets what it comes from.
    #[must_use]
    pub const fn since(self, origin: i64, at: i64) -> Self {
        Self { origin, at, ..self }
    }
}

/// A row of a batch as far as it is compared: whom it pays, with whom, and how much. Where many pay one, the
/// payer is `account`; `other` tells rows apart that name both sides, and is 0 in any other batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Paid {
    /// The account on the side that the rows name.
    pub account: AccountId,
    /// The account on the other side, if the rows name it too.
    pub other: AccountId,
    /// Minor units.
    pub amount: i64,
}

impl Paid {
    /// The row of a payment in a batch of a type.
    #[must_use]
    pub const fn of(kind: BatchType, (source, target): (AccountId, AccountId), amount: i64) -> Self {
        let (account, other) = match kind {
            BatchType::OneToMany | BatchType::Deposit => (target, AccountId(0)),
            BatchType::ManyToOne | BatchType::Withdrawal => (source, AccountId(0)),
            BatchType::ManyToMany => (target, source),
        };
        Self { account, other, amount }
    }

    const fn key(&self) -> (AccountId, AccountId) {
        (self.account, self.other)
    }
}

/// Rows in order, each payee once: rows of the same payee are added up.
#[derive(Debug, Clone, Default)]
pub struct PaidRows(Vec<Paid>);

impl PaidRows {
    /// From rows in any order.
    #[must_use]
    pub fn new(mut rows: Vec<Paid>) -> Self {
        rows.sort_unstable();
        rows.dedup_by(|next, kept| {
            let same = next.key() == kept.key();
            if same {
                kept.amount = kept.amount.saturating_add(next.amount);
            }
            same
        });
        Self(rows)
    }

    /// The rows, in order.
    #[must_use]
    pub fn rows(&self) -> &[Paid] {
        &self.0
    }
}

/// Compares a batch with its base: one pass over both.
#[must_use]
pub fn compare(batch: &PaidRows, base: &PaidRows) -> Vec<Change> {
    let (mut new, mut old) = (batch.0.iter().peekable(), base.0.iter().peekable());
    let mut changes = Vec::new();
    loop {
        let order = match (new.peek(), old.peek()) {
            (Some(new), Some(old)) => new.key().cmp(&old.key()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return changes,
        };
        let one = if order == Ordering::Greater { None } else { new.next() };
        let other = if order == Ordering::Less { None } else { old.next() };
        changes.extend(match (one, other) {
            (Some(one), None) => Some(Change::of(ChangeKind::PayeeNew, one.account, (0, one.amount))),
            (None, Some(other)) => Some(Change::of(ChangeKind::PayeeGone, other.account, (other.amount, 0))),
            (Some(one), Some(other)) if has_moved(other.amount, one.amount) => {
                Some(Change::of(ChangeKind::AmountMoved, one.account, (other.amount, one.amount)))
            }
            (Some(_), Some(_)) | (None, None) => None,
        });
    }
}

/// Whether an amount differs from an earlier one by more than [`MOVED_PERCENT`] of it.
#[must_use]
pub fn has_moved(before: i64, after: i64) -> bool {
    let moved = i128::from(after).abs_diff(i128::from(before));
    moved.saturating_mul(100)
        > i128::from(before).unsigned_abs().saturating_mul(u128::from(MOVED_PERCENT.unsigned_abs()))
}

/// Joins a new payee and one that is gone if they are two accounts of one holder: the account changed. `holder`
/// tells an account's holder. Each is joined at most once, in the order of the changes.
#[must_use]
pub fn join_accounts(changes: Vec<Change>, holder: impl Fn(AccountId) -> Option<HolderId>) -> Vec<Change> {
    let mut gone: HashMap<HolderId, Vec<Change>> = HashMap::new();
    for change in changes.iter().rev().filter(|change| change.kind == ChangeKind::PayeeGone) {
        if let Some(holder) = holder(change.account) {
            gone.entry(holder).or_default().push(*change);
        }
    }
    let mut joined_before: HashSet<AccountId> = HashSet::new();
    let mut join = |change: Change| {
        let is_new = change.kind == ChangeKind::PayeeNew;
        let before = is_new.then(|| gone.get_mut(&holder(change.account)?)?.pop()).flatten();
        let Some(before) = before else { return change };
        joined_before.insert(before.account);
        let (kind, account_before) = (ChangeKind::AccountChanged, Some(before.account));
        Change { kind, account_before, before: before.before, ..change }
    };
    let mut joined: Vec<Change> = changes.into_iter().map(&mut join).collect();
    joined.retain(|one| one.kind != ChangeKind::PayeeGone || !joined_before.contains(&one.account));
    joined
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
