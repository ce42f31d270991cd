//! Single transfers, deposits and withdrawals: document 001's account transfers.

mod create;
mod preview;
mod read;
pub(crate) mod view;

pub(crate) use self::create::Decimal;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(create::routes()).merge(preview::routes()).merge(read::routes())
}
