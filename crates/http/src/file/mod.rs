//! Files: uploaded by people, or made by tasks; and templates to fill in.

mod content;
mod form;
mod look;
mod show;
mod template;
mod upload;
mod view;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(upload::routes())
        .merge(show::routes())
        .merge(content::routes())
        .merge(template::routes())
}
