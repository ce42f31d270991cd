//! Live progress over Socket.IO, and for those who poll.
//!
//! The counters in the database are the truth (ADR 14). One `hub` a process reads those of the batches that
//! somebody watches and tells the `room`s; `sockets` is the protocol: who may connect and what a client may say.

pub(crate) mod hub;
mod polling;
mod room;
mod sockets;
mod view;

use crate::app::App;
use crate::routes::{Routes, View};
use axum::Router;
use domain::access::Operation;
use domain::code::Code;
use utoipa_axum::routes;

pub(crate) fn routes() -> Routes {
    Routes::new().add_to(
        View::Operator,
        Operation::BatchProgress,
        routes!(polling::progress),
        &[Code::BatchNotFound],
    )
}

/// Puts the sockets beside the routes.
pub(crate) fn attach(router: Router, app: &App) -> Router {
    sockets::beside(router, app)
}
