//! Saved templates of batches: document 000's first extension.

mod change;
mod draw_up;
mod input;
mod read;
mod view;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(read::routes()).merge(change::routes()).merge(draw_up::routes())
}
