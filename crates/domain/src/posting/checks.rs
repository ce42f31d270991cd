//! The checks of the fold that look at one request alone. To add one: a function here, its call in `Book::plan` at
//! its place in the order, and the place of its code in the table.

use crate::account::{Account, AccountKind, AccountStatus};
use crate::code::Code;
use crate::policy::PolicyBook;
use crate::transfer::TransferKind;

/// Customers name customers' accounts; the ledger's own accounts stand only where the kind asks for them.
pub(super) const fn check_kinds(kind: TransferKind, source: &Account, target: &Account) -> Result<(), Code> {
    let (from_world, to_world) = match kind {
        TransferKind::Single | TransferKind::Item => (false, false),
        TransferKind::Deposit | TransferKind::Opening => (true, false),
        TransferKind::Withdrawal => (false, true),
    };
    let source_fits = matches!(source.kind, AccountKind::World) && from_world
        || matches!(source.kind, AccountKind::Customer) && !from_world;
    let target_fits = matches!(target.kind, AccountKind::World) && to_world
        || matches!(target.kind, AccountKind::Customer) && !to_world;
    if source_fits && target_fits { Ok(()) } else { Err(Code::SystemAccount) }
}

pub(super) const fn check_states(source: &Account, target: &Account) -> Result<(), Code> {
    match (source.status, target.status) {
        (AccountStatus::Closed, _) => Err(Code::SourceClosed),
        (AccountStatus::Frozen, _) => Err(Code::SourceFrozen),
        (_, AccountStatus::Closed) => Err(Code::TargetClosed),
        (_, AccountStatus::Frozen) => Err(Code::TargetFrozen),
        (AccountStatus::Active, AccountStatus::Active) => Ok(()),
    }
}

pub(super) fn check_available(source: &Account, amount: i64, fee: i64) -> Result<(), Code> {
    let available = source.available();
    if i128::from(amount) > available {
        Err(Code::InsufficientBalance)
    } else if i128::from(amount) + i128::from(fee) > available {
        Err(Code::InsufficientForFee)
    } else {
        Ok(())
    }
}

/// A conversion is bounded on the paid side as well, by the largest amount of one transfer alone: the limit of the
/// paying side says nothing about an amount in another currency.
pub(super) fn check_received(target: &Account, exchanged: i64, policies: &PolicyBook) -> Result<(), Code> {
    let max = policies.received_max(target.id, target.asset);
    if max.is_some_and(|max| exchanged > max) { Err(Code::TargetAboveMaximum) } else { Ok(()) }
}
