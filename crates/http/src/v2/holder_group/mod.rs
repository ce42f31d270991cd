//! Groups of holders.

mod change;
mod read;
mod view;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(read::routes()).merge(change::routes())
}
