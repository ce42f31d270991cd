//! Accounts and their statements.

mod change;
mod input;
mod read;
mod statement;
mod totp;
mod view;

pub(crate) use self::input::AccountInput;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(read::routes())
        .merge(change::routes())
        .merge(statement::routes())
        .merge(totp::routes())
}
