//! Live progress over Socket.IO, and for clients that poll.
//!
//! The counters in the database are the source of truth (ADR 14). One `hub` per process reads those of the
//! watched batches and updates the `room`s; `sockets` is the protocol: who may connect and what a client may
//! send.

pub(crate) mod hub;
mod polling;
mod room;
mod sockets;
pub(crate) mod task_rooms;
mod view;

use crate::app::App;
use crate::kit::operation::Groups;
use crate::kit::routes::Routes;
use axum::Router;
use domain::access::Operation;
use domain::code::Code;
use utoipa_axum::routes;

pub(crate) fn routes() -> Routes {
    let codes: Groups = &[&[Code::BatchNotFound]];
    Routes::new().add_operator(Operation::BatchProgress, routes!(polling::progress), codes)
}

/// Adds the sockets to the router.
pub(crate) fn attach(router: Router, app: &App) -> Router {
    sockets::beside(router, app)
}
