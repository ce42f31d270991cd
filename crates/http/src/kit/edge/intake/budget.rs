//! The memory budget of request bodies, and the permits that each body holds.

use domain::code::Code;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many bytes of each body are charged to the pool of small bodies.
const SMALL: usize = 64 * 1024;
/// How long a body waits for memory.
const WAIT: Duration = Duration::from_secs(5);

/// The memory budget of all bodies.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    pub small: Arc<Semaphore>,
    pub large: Arc<Semaphore>,
    pub reserve: Arc<Semaphore>,
    pub slow_after: Duration,
    pub wait: Duration,
}

impl Budget {
    /// Divides `bytes`; the reserve fits the largest body.
    pub(super) fn new(bytes: usize, body_bytes_max: usize, slow_after: Duration) -> Self {
        let most = Semaphore::MAX_PERMITS;
        let small = bytes / 4;
        let large = bytes.saturating_sub(small).saturating_sub(body_bytes_max);
        Self {
            small: Arc::new(Semaphore::new(small.min(most))),
            large: Arc::new(Semaphore::new(large.min(most))),
            reserve: Arc::new(Semaphore::new(1)),
            slow_after,
            wait: WAIT,
        }
    }
}

/// What is known about one body.
#[derive(Debug, Default)]
pub(super) struct BodyState {
    held: Mutex<Held>,
    /// Why the body was aborted.
    pub stopped: OnceLock<Code>,
    /// Whether the operation is still waiting for the body.
    pub is_reading: AtomicBool,
}

/// The permits a body holds.
#[derive(Debug, Default)]
pub(super) struct Held {
    small: Option<OwnedSemaphorePermit>,
    large: Option<OwnedSemaphorePermit>,
    reserve: Option<OwnedSemaphorePermit>,
}

impl Held {
    /// Adds permits for bytes that waited for memory.
    pub(super) fn add_waited(&mut self, permit: OwnedSemaphorePermit, is_reserve: bool) {
        if is_reserve {
            self.reserve = Some(permit);
        } else {
            add(&mut self.large, permit);
        }
    }
}

impl BodyState {
    /// Recovers from a poisoned lock: after a panic the permits are still accurate.
    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Charges more bytes if there is memory for them now; `before` bytes have already arrived.
    pub(super) fn hold(&self, budget: &Budget, before: usize, bytes: usize) -> bool {
        let mut held = self.held();
        if held.reserve.is_some() {
            return true;
        }
        let pool = if before < SMALL { &budget.small } else { &budget.large };
        let count = u32::try_from(bytes).unwrap_or(u32::MAX);
        let Ok(permit) = Arc::clone(pool).try_acquire_many_owned(count) else {
            held.reserve = Arc::clone(&budget.reserve).try_acquire_owned().ok();
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
