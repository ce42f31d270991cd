//! Single transfers, deposits and withdrawals: document 001's account transfers.

mod create;
mod read;
mod view;

pub(crate) use self::create::Decimal;
pub(crate) use self::view::EntryView;

use crate::routes::Routes;
use domain::access::Operation;
use domain::code::Code;
use utoipa_axum::routes;

/// What a movement of money may be refused with.
const MOVE: &[Code] = &[
    Code::SourceNotFound,
    Code::TargetNotFound,
    Code::AccountAmbiguous,
    Code::SystemAccount,
    Code::SourceClosed,
    Code::SourceFrozen,
    Code::TargetClosed,
    Code::TargetFrozen,
    Code::SameAccount,
    Code::CurrencyMismatch,
    Code::RateNotFound,
    Code::RateInvalid,
    Code::ExchangeMismatch,
    Code::AmountTooLarge,
    Code::AmountNotPositive,
    Code::BelowMinimum,
    Code::AboveMaximum,
    Code::DayLimit,
    Code::MonthLimit,
    Code::FeeOverflow,
    Code::InsufficientBalance,
    Code::InsufficientForFee,
    Code::BalanceOverflow,
    Code::TextTooLong,
    Code::NulByte,
    Code::DateInvalid,
    Code::VoucherInvalid,
];

pub(crate) fn routes() -> Routes {
    Routes::new()
        .add(Operation::TransferCreate, routes!(create::transfer), MOVE)
        .add(Operation::DepositCreate, routes!(create::deposit), MOVE)
        .add(Operation::WithdrawalCreate, routes!(create::withdrawal), MOVE)
        .add(
            Operation::TransferList,
            routes!(read::list),
            &[
                Code::CursorInvalid,
                Code::DateInvalid,
                Code::DateRangeInvalid,
                Code::AssetUnknown,
                Code::AccountAmbiguous,
            ],
        )
        .add(Operation::TransferShow, routes!(read::show), &[Code::TransferNotFound])
}
