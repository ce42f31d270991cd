//! The HTTP API, a thin layer over `service`: the guard authenticates the caller, the handler calls one use
//! case, and a view renders the result.
//!
//! Every request passes the edge (`kit/edge`: request id, language, origin, limits, headers), then its
//! operation's guard (authentication and permission), then its handler.
//!
//! One folder per surface, and in it one folder or file per noun: `operator` has document 000's paths, `admin` document
//! 002's, `v2` the API for programs, `people` signing in, users and keys, `task` document 003's tasks, `file` files,
//! `progress` the live progress of batches, `server` the server's own endpoints, `site` the web page. `kit` has what they
//! share, and knows none of them.
//!
//! To add an endpoint, by hand:
//! 1. its row in [`domain::access::Operation`]: name, roles and scope;
//! 2. its verb in `service`, if there is none yet;
//! 3. in its noun's file here, the handler with `#[utoipa::path]`, and its line in that file's `routes`, which
//!    names the operation and the codes it may return (by [`domain::code::groups`]);
//! 4. a test in `tests/it`; if it writes, that is a row of `refusals.rs`.
//!
//! `cargo xtask docs` writes the document and the permissions page. The CLI finds an operation's path in the
//! document; only a command that has the same effect names it (`sluice/src/api.rs`).

mod admin;
mod app;
mod file;
mod kit;
mod operator;
mod people;
mod progress;
mod server;
mod site;
mod task;
mod v2;

pub use app::{App, Options, Render};
pub use kit::edge::span::Tracer;
pub use kit::openapi::document;
pub use kit::serve::serve;
pub use site::Site;

use axum::Router;
use kit::edge;
use kit::routes::Routes;

/// All operations of the API.
fn operations() -> Routes {
    Routes::new()
        .merge(server::routes())
        .merge(people::routes())
        .merge(operator::routes())
        .merge(admin::routes())
        .merge(progress::routes())
        .merge(task::routes())
        .merge(file::routes())
        .merge(v2::routes())
}

/// The whole server as a router; `app` is available to every request.
pub fn router(app: App) -> Router {
    let router = operations().into_router(&app).merge(server::files().with_state(app.clone()));
    let router = progress::attach(router, &app);
    edge::around(router, &app)
}
