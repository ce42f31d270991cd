//! Files: uploaded by people, or made by tasks.

mod content;
mod form;
mod look;
mod show;
mod upload;
mod view;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(upload::routes()).merge(show::routes()).merge(content::routes())
}
