//! Accounts and their statements.

mod change;
mod read;
mod statement;
mod view;

use crate::routes::Routes;
use domain::access::Operation;
use domain::code::Code;
use utoipa_axum::routes;

/// What freezing, thawing and closing may be refused with.
const CHANGE: &[Code] = &[
    Code::AccountNotFound,
    Code::AccountAmbiguous,
    Code::AccountState,
    Code::AccountNotEmpty,
    Code::SystemAccount,
    Code::TextTooLong,
];

pub(crate) fn routes() -> Routes {
    Routes::new()
        .add(Operation::AccountList, routes!(read::list), &[Code::CursorInvalid, Code::AssetUnknown])
        .add(Operation::AccountShow, routes!(read::show), &[Code::AccountNotFound])
        .add(
            Operation::AccountOpen,
            routes!(change::open),
            &[
                Code::NameInvalid,
                Code::AccountExists,
                Code::AssetUnknown,
                Code::HolderExists,
                Code::HolderNotFound,
                Code::HolderNotNamed,
            ],
        )
        .add(Operation::AccountFreeze, routes!(change::freeze), CHANGE)
        .add(Operation::AccountUnfreeze, routes!(change::unfreeze), CHANGE)
        .add(Operation::AccountClose, routes!(change::close), CHANGE)
        .add(
            Operation::StatementShow,
            routes!(statement::show),
            &[Code::AccountNotFound, Code::CursorInvalid, Code::DateInvalid, Code::DateRangeInvalid],
        )
}
