//! Incoming request bodies: their total memory, and the minimum speed of each.
//!
//! The first bytes of every body are charged to one pool and the rest of large bodies to another, so that
//! large previews never block a payment. A body that finds the pool of large bodies exhausted waits for a few
//! seconds. One body at a time may continue from a reserve, so that bodies waiting for each other do not
//! deadlock.

mod metered;

use crate::app::Options;
use crate::batch::BODY_BYTES_MAX;
use axum::body::Body;
use axum::extract::Request;
use domain::code::Code;
use metered::Metered;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many bytes of each body are charged to the pool of small bodies.
const SMALL: usize = 64 * 1024;
/// How long a body waits for memory.
const WAIT: Duration = Duration::from_secs(5);

/// The memory budget of all bodies.
#[derive(Debug)]
pub(crate) struct Intakes {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
    reserve: Arc<Semaphore>,
    slow_after: Duration,
    wait: Duration,
}

impl Intakes {
    pub(crate) fn new(options: &Options) -> Self {
        let (all, most) = (options.request_memory, Semaphore::MAX_PERMITS);
        let small = all / 4;
        let large = all.saturating_sub(small).saturating_sub(BODY_BYTES_MAX);
        Self {
            small: Arc::new(Semaphore::new(small.min(most))),
            large: Arc::new(Semaphore::new(large.min(most))),
            reserve: Arc::new(Semaphore::new(1)),
            slow_after: options.slow_after,
            wait: WAIT,
        }
    }

    /// Meters a request's body. Its bytes stay charged until the intake is dropped.
    pub(crate) fn meter(self: &Arc<Self>, request: Request) -> (Request, Intake) {
        let intake = Intake(Arc::default());
        if hyper::body::Body::is_end_stream(request.body()) {
            return (request, intake);
        }
        let (all, state) = (self.clone(), intake.0.clone());
        (request.map(|body| Body::new(Metered::new(body, all, state))), intake)
    }
}

/// The body of one request.
#[derive(Debug)]
pub(crate) struct Intake(Arc<State>);

#[derive(Debug, Default)]
struct State {
    held: Mutex<Held>,
    /// Why the body was aborted.
    stopped: OnceLock<Code>,
    is_reading: AtomicBool,
}

/// The permits a body holds.
#[derive(Debug, Default)]
struct Held {
    small: Option<OwnedSemaphorePermit>,
    large: Option<OwnedSemaphorePermit>,
    reserve: Option<OwnedSemaphorePermit>,
}

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

impl State {
    /// Recovers from a poisoned lock: after a panic the permits are still accurate.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Charges more bytes if there is memory for them now; `before` bytes have already arrived.
    fn hold(&self, all: &Intakes, before: usize, bytes: usize) -> bool {
        let mut held = self.held();
        if held.reserve.is_some() {
            return true;
        }
        let place = if before < SMALL { &all.small } else { &all.large };
        let count = u32::try_from(bytes).unwrap_or(u32::MAX);
        let Ok(permit) = Arc::clone(place).try_acquire_many_owned(count) else {
            held.reserve = Arc::clone(&all.reserve).try_acquire_owned().ok();
            return held.reserve.is_some();
        };
        let mine = if before < SMALL { &mut held.small } else { &mut held.large };
        add(mine, permit);
        true
    }
}

fn add(mine: &mut Option<OwnedSemaphorePermit>, permit: OwnedSemaphorePermit) {
    match mine {
        Some(mine) => mine.merge(permit),
        None => *mine = Some(permit),
    }
}

#[cfg(test)]
mod tests;
