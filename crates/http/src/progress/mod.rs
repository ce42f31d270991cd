//! Live progress over Socket.IO, and for clients that poll.
//!
//! The counters in the database are the source of truth (ADR 14). One `hub` per process reads those of the
//! watched batches and updates the `room`s; `sockets` is the protocol: who may connect and what a client may
//! send.

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

/// Adds the sockets to the router.
pub(crate) fn attach(router: Router, app: &App) -> Router {
    sockets::beside(router, app)
}
