//! Authentication: signing in, users, sessions and API keys.

mod api_key;
mod auth;
mod session;
mod user;
mod view;

use crate::kit::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(auth::routes())
        .merge(session::routes())
        .merge(user::routes())
        .merge(api_key::routes())
}
