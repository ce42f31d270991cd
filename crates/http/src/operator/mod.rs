//! The operator's API (document 000): `/api/batch-transfers`. A wrong state is 400 here, and document 000's texts are
//! used to the letter.

pub(crate) mod batch;
mod template;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    batch::routes().merge(template::routes())
}
