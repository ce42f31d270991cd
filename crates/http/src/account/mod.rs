//! Accounts and their statements.

mod change;
mod input;
mod read;
mod statement;
mod view;

pub(crate) use self::input::{AccountInput, naming_account};

use crate::routes::Routes;
use domain::access::Operation;
use domain::code::Code;
use utoipa_axum::routes;

/// The codes that freezing, unfreezing and closing may be refused with.
const CHANGE: &[Code] = naming_account! {
    AccountNotFound AccountState AccountNotEmpty SystemAccount TextTooLong DefaultNeeded
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .add(Operation::AccountList, routes!(read::list), &[Code::CursorInvalid, Code::AssetUnknown])
        .add(Operation::AccountShow, routes!(read::show), naming_account! { AccountNotFound })
        .add(
            Operation::AccountOpen,
            routes!(change::open),
            &[
                Code::NameInvalid,
                Code::NameReserved,
                Code::InvisibleCharacter,
                Code::ControlCharacter,
                Code::MixedScripts,
                Code::FullWidthDigits,
                Code::NumberSpaces,
                Code::NulByte,
                Code::AccountExists,
                Code::AssetUnknown,
                Code::HolderExists,
                Code::HolderNotFound,
                Code::HolderNotNamed,
                Code::HolderDiffers,
                Code::HolderConflict,
                Code::EmailInvalid,
                Code::UidInvalid,
                Code::NumberConfusable,
            ],
        )
        .add(Operation::AccountFreeze, routes!(change::freeze), CHANGE)
        .add(Operation::AccountUnfreeze, routes!(change::unfreeze), CHANGE)
        .add(Operation::AccountClose, routes!(change::close), CHANGE)
        .add(Operation::AccountMakeDefault, routes!(change::make_default), CHANGE)
        .add(
            Operation::StatementShow,
            routes!(statement::show),
            naming_account! { AccountNotFound CursorInvalid DateInvalid RangeReversed },
        )
}
