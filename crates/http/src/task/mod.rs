//! Tasks, as document 003 has them: its path, its fields and its states, and ours.

mod cancel;
mod input;
mod list;
mod problems;
mod start;
pub(crate) mod view;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(start::routes())
        .merge(list::routes())
        .merge(problems::routes())
        .merge(cancel::routes())
}
