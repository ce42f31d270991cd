//! Routes of this noun.

use crate::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
}
