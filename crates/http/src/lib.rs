//! The HTTP API, a thin layer over `service`: the guard authenticates the caller, the handler calls one use
//! case, and a view renders the result.
//!
//! Every request passes the [`edge`] (request id, language, origin, limits, headers), then its operation's
//! `guard` (authentication and permission), then its handler. To add an endpoint: a row in
//! [`domain::access::Operation`], a handler with `#[utoipa::path]` in its noun's file, and a line in that
//! file's `routes`, which names the operation and the codes it may return.

mod answer;
mod app;
mod body;
mod cursor;
pub mod edge;
mod guard;
mod language;
mod list;
mod objects;
mod once;
mod openapi;
mod paging;
mod plain;
mod problem;
mod query;
mod routes;
mod segment;
mod serve;
mod time;
mod who;

pub mod account;
pub mod audit;
pub mod batch;
pub mod currency;
pub mod fx;
pub mod holder;
pub mod people;
pub mod policy;
pub mod progress;
pub mod server;
pub mod settings;
pub mod statistics;
pub mod transfer;

pub use app::{App, Options, Render};
pub use edge::span::Tracer;
pub use openapi::document;
pub use serve::serve;

use axum::Router;
use routes::Routes;

/// All operations of the API.
fn operations() -> Routes {
    Routes::new()
        .merge(server::routes())
        .merge(people::routes())
        .merge(batch::routes())
        .merge(progress::routes())
        .merge(transfer::routes())
        .merge(account::routes())
        .merge(holder::routes())
        .merge(currency::routes())
        .merge(fx::routes())
        .merge(policy::routes())
        .merge(statistics::routes())
        .merge(audit::routes())
        .merge(settings::routes())
}

/// The whole server as a router; `app` is available to every request.
pub fn router(app: App) -> Router {
    let router = operations().into_router(&app).merge(server::files().with_state(app.clone()));
    let router = progress::attach(router, &app);
    edge::around(router, &app)
}
