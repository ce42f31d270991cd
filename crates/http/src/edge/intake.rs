//! The bodies of requests while they come in: how much memory they take together, and how slowly one may come.
//!
//! The first bytes of every body are counted in one pool and the rest of large ones in another, so that large
//! previews never keep a payment from coming in. Whoever finds the pool of large bodies empty waits for a moment.
//! One at a time goes on out of a reserve, so that bodies which wait for each other do not wait in vain.

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

/// Bytes of each body that count as small.
const SMALL: usize = 64 * 1024;
/// How long a body waits for room.
const WAIT: Duration = Duration::from_secs(5);

/// The memory of all bodies together.
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

    /// Lets the body of a request come in by counted bytes. They count until the intake is dropped.
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
    /// Why it was broken off.
    stopped: OnceLock<Code>,
    is_reading: AtomicBool,
}

/// What a body holds.
#[derive(Debug, Default)]
struct Held {
    small: Option<OwnedSemaphorePermit>,
    large: Option<OwnedSemaphorePermit>,
    reserve: Option<OwnedSemaphorePermit>,
}

impl Intake {
    /// Why the body was broken off, if it was.
    pub(crate) fn stopped(&self) -> Option<Code> {
        self.0.stopped.get().copied()
    }

    /// Whether the operation still waits for the body.
    pub(crate) fn is_reading(&self) -> bool {
        self.0.is_reading.load(Ordering::Relaxed)
    }
}

impl State {
    /// What a panic left is still what is held.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds so many bytes more if there is room for them now. `before` have come already.
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
