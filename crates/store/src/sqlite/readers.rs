//! Reader connections. Each is lent to one transaction at a time, and only when idle.

use super::connection::rollback;
use super::worker::Worker;
use crate::error::StoreError;
use std::sync::{Arc, Mutex};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A pool of reader connections.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Worker>>>,
    places: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn of(workers: Vec<Worker>) -> Self {
        let places = Arc::new(Semaphore::new(workers.len()));
        Self { idle: Arc::new(Mutex::new(workers)), places }
    }

    /// An idle connection; waiting callers are served in order.
    pub(super) async fn take(&self) -> Result<Reader, StoreError> {
        let place = self.places.clone().acquire_owned().await.map_err(|_| closed())?;
        let worker = self.idle.lock().map_err(|_| closed())?.pop().ok_or_else(closed)?;
        Ok(Reader(Some(Lent { worker, idle: Arc::clone(&self.idle), place })))
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the database is closed".to_owned())
}

/// A connection on loan, and the pool it belongs to.
#[derive(Debug)]
struct Lent {
    worker: Worker,
    idle: Arc<Mutex<Vec<Worker>>>,
    place: OwnedSemaphorePermit,
}

impl Lent {
    /// Returns the connection before its permit is released.
    fn give_back(self) {
        let Self { worker, idle, place } = self;
        if let Ok(mut idle) = idle.lock() {
            idle.push(worker);
        }
        drop(place);
    }
}

/// The connection of a read transaction.
#[derive(Debug)]
pub(super) struct Reader(Option<Lent>);

impl Reader {
    pub(super) fn worker(&self) -> Result<&Worker, StoreError> {
        self.0.as_ref().map(|lent| &lent.worker).ok_or_else(closed)
    }

    /// Ends the transaction, if one has begun, and returns the connection once it is idle. A call in flight
    /// is cancelled.
    pub(super) fn end(mut self, has_begun: bool, is_in_flight: bool) {
        let Some(lent) = self.0.take() else { return };
        if !has_begun && !is_in_flight {
            return lent.give_back();
        }
        let worker = lent.worker.clone();
        if is_in_flight {
            worker.stop();
        }
        worker.post_after_stop(move |connection| {
            rollback(connection);
            lent.give_back();
        });
    }
}
