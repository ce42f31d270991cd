//! The HTTP API: who asks, what for, and how it is shown. Thin above `service`: an extractor proves who asks,
//! one call of a use case, one view.
//!
//! Every request passes the [`edge`] (request id, language, origin, limits, headers), then the `guard` of its
//! operation (who asks, and may he), then its handler. To add an endpoint: a row in
//! [`domain::access::Operation`], a handler with `#[utoipa::path]` in its noun's file, and a line in that
//! file's `routes`, which names the operation and the codes that it may answer.

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

/// The whole server as a router; `app` goes with every request.
pub fn router(app: App) -> Router {
    let router = operations().into_router(&app).merge(server::files().with_state(app.clone()));
    let router = progress::attach(router, &app);
    edge::around(router, &app)
}
