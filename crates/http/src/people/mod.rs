//! People and programs: signing in, users, sessions, API keys.

pub(crate) mod cookie;

use crate::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
}
