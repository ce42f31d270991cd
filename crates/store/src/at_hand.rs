//! The work that this process is doing. A lease belongs to a node, so it cannot tell apart two tasks of one
//! process that want the same work, nor work in progress from work that a failed task left behind. This can.

use domain::work::{Work, WorkKind};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The work of a process; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct WorkAtHand(Arc<Mutex<HashSet<Work>>>);

/// A guard: this process is doing a piece of work until it is dropped.
#[derive(Debug)]
pub struct AtHand {
    work: Work,
    all: WorkAtHand,
}

impl Drop for AtHand {
    fn drop(&mut self) {
        self.all.lock().remove(&self.work);
    }
}

impl WorkAtHand {
    /// Begins a piece of work; none if the process is already doing it.
    pub(crate) fn begin(&self, work: Work) -> Option<AtHand> {
        self.lock().insert(work).then(|| AtHand { work, all: self.clone() })
    }

    /// The ids of the work of a kind.
    pub(crate) fn of(&self, kind: WorkKind) -> Vec<i64> {
        self.lock().iter().filter(|work| work.kind == kind).map(|work| work.id).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Work>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
