//! Batches in the operator's API: document 000's paths, fields and statuses.
//!
//! `input` (with `party_input` and `relation_input`) has the request bodies, `view` the response bodies, `words` the enumerations; every other file is
//! one operation or a few related ones, with their routes and codes.

mod approval;
mod attempts;
pub(crate) mod change;
mod copy;
mod create;
pub(crate) mod draft;
mod edit;
pub(crate) mod evidence;
mod export;
mod found;
mod history;
pub(crate) mod input;
pub(crate) mod lifecycle;
mod list;
pub(crate) mod note;
mod party_input;
pub(crate) mod path;
mod preview;
mod problems;
mod relation_input;
mod relations;
mod reprice;
mod rework;
pub(crate) mod view;
pub(crate) mod words;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(create::routes())
        .merge(list::routes())
        .merge(preview::routes())
        .merge(edit::routes())
        .merge(lifecycle::routes())
        .merge(approval::routes())
        .merge(copy::routes())
        .merge(reprice::routes())
        .merge(rework::routes())
        .merge(relations::routes())
        .merge(problems::routes())
        .merge(attempts::routes())
        .merge(change::routes())
        .merge(evidence::routes())
        .merge(export::routes())
        .merge(history::routes())
}
