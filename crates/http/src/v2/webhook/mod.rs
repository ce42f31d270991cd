//! Outgoing webhooks, for administrators.

mod change;
mod delivery;
mod read;
mod view;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(read::routes()).merge(change::routes()).merge(delivery::routes())
}
