//! Batches in the admin API: document 002's paths and fields. A thin view over the verbs of the operator's API.
//!
//! `view` has the response bodies; `page` what its pages have in common; every other file is one operation or a few
//! related ones.

mod approval;
mod create;
mod evidence;
mod list;
mod moves;
mod page;
mod path;
mod show;
mod view;

use crate::kit::routes::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(list::routes())
        .merge(create::routes())
        .merge(show::routes())
        .merge(evidence::routes())
        .merge(moves::routes())
}
