//! The fold's checks that look at a single request. To add one: a function here, a call in `Book::plan` at
//! the right place in the order, and the code at the same place in the table.

use crate::account::{Account, AccountKind, AccountStatus};
use crate::code::Code;
use crate::policy::PolicyBook;
use crate::transfer::TransferKind;

/// Transfers name customer accounts; a system account is allowed only where the transfer kind requires it.
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

/// A conversion is also limited on the receiving side, but only by the single-transfer maximum: the paying
/// side's limit says nothing about an amount in another currency.
pub(super) fn check_received(target: &Account, exchanged: i64, policies: &PolicyBook) -> Result<(), Code> {
    let max = policies.received_max(target.id, target.asset);
    if max.is_some_and(|max| exchanged > max) { Err(Code::TargetAboveMaximum) } else { Ok(()) }
}
