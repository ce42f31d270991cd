//! Authentication: signing in, users, sessions and API keys; and what people are told.

mod api_key;
mod auth;
mod factor;
mod notice;
mod reminder;
mod session;
mod user;
mod view;

use crate::kit::routes::Routes;

pub(crate) use view::RoleName;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(auth::routes())
        .merge(factor::routes())
        .merge(session::routes())
        .merge(user::routes())
        .merge(api_key::routes())
        .merge(notice::routes())
        .merge(reminder::routes())
}
