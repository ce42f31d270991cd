//! Single transfers, deposits and withdrawals: document 001's account transfers.

mod create;
mod read;
mod view;

pub(crate) use self::create::Decimal;
pub(crate) use self::view::EntryView;

use crate::account::naming_account;
use crate::routes::Routes;
use domain::access::Operation;
use domain::code::Code;
use utoipa_axum::routes;

/// The codes that a movement of money may be refused with.
const MOVE: &[Code] = naming_account! {
    SourceNotFound TargetNotFound SystemAccount SourceClosed SourceFrozen TargetClosed TargetFrozen
    SameAccount CurrencyMismatch RateNotFound RateInvalid RateOutOfBounds RateOverrideInvalid ExchangeMismatch AmountTooLarge
    AmountNotPositive ExchangeTooSmall BelowMinimum AboveMaximum DayLimit MonthLimit TargetAboveMaximum
    FeeOverflow InsufficientBalance
    InsufficientForFee BalanceOverflow TextTooLong NulByte DateInvalid DateOutOfRange VoucherInvalid
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .add(Operation::TransferCreate, routes!(create::transfer), MOVE)
        .add(Operation::DepositCreate, routes!(create::deposit), MOVE)
        .add(Operation::WithdrawalCreate, routes!(create::withdrawal), MOVE)
        .add(
            Operation::TransferList,
            routes!(read::list),
            naming_account! { CursorInvalid DateInvalid RangeReversed AssetUnknown },
        )
        .add(Operation::TransferShow, routes!(read::show), &[Code::TransferNotFound])
}
