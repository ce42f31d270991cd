//! Incoming request bodies: their total memory, and the minimum speed of each.
//!
//! The first bytes of every body are charged to one pool and the rest of large bodies to another, so that
//! large previews never block a payment. A body that finds the pool of large bodies exhausted waits for a few
//! seconds. One body at a time may continue from a reserve, so that bodies waiting for each other do not
//! deadlock.

mod budget;
mod metered;

use axum::body::Body;
use axum::extract::Request;
use budget::{BodyState, Budget};
use domain::code::Code;
use metered::Metered;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Meters the bodies of all requests. Clones share the budget.
#[derive(Debug, Clone)]
pub(crate) struct Intakes(Arc<Budget>);

impl Intakes {
    /// With a budget for all bodies, in bytes. A body may be slow for the period `slow_after`.
    pub(crate) fn new(bytes: usize, body_bytes_max: usize, slow_after: Duration) -> Self {
        Self(Arc::new(Budget::new(bytes, body_bytes_max, slow_after)))
    }

    /// Meters a request's body. Its bytes stay charged until the intake is dropped, unless the operation passes them on
    /// as they arrive.
    pub(crate) fn meter(&self, request: Request, is_passed_on: bool) -> (Request, Intake) {
        let intake = Intake(Arc::default());
        if hyper::body::Body::is_end_stream(request.body()) {
            return (request, intake);
        }
        let (budget, state) = (Arc::clone(&self.0), Arc::clone(&intake.0));
        (request.map(|body| Body::new(Metered::new(body, budget, state, is_passed_on))), intake)
    }
}

/// The body of one request.
#[derive(Debug)]
pub(crate) struct Intake(Arc<BodyState>);

impl Intake {
    /// Why the body was aborted, if it was.
    pub(crate) fn stopped(&self) -> Option<Code> {
        self.0.stopped.get().copied()
    }

    /// Whether the operation is still waiting for the body.
    pub(crate) fn is_reading(&self) -> bool {
        self.0.is_reading.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests;
