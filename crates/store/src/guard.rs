//! What stops a process from writing: a ledger that is behind its mark, or the end of the process.

use crate::error::StoreError;
use crate::mark::Behind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// Shared by a store and its transactions.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    commits: AtomicU64,
    known: AtomicI64,
    is_closed: AtomicBool,
    behind: Mutex<Option<Behind>>,
}

impl Guard {
    /// Refuses while nothing may be written.
    pub(crate) fn expect_open(&self) -> Result<(), StoreError> {
        if self.is_closed.load(Ordering::Acquire) {
            return Err(StoreError::Away("this process is about to end".to_owned()));
        }
        match self.behind() {
            Some(behind) => Err(StoreError::Behind(behind)),
            None => Ok(()),
        }
    }

    /// Refuses a commit whose number was given out before: the database went back under a running process.
    pub(crate) fn expect_ahead(&self, commit_number: i64) -> Result<(), StoreError> {
        let known = self.known.load(Ordering::Acquire);
        if commit_number > known {
            return Ok(());
        }
        // This commit would have made the number the next one.
        let behind = Behind::Commits { known, found: commit_number.saturating_sub(1) };
        self.stop(Some(behind.clone()));
        Err(StoreError::Behind(behind))
    }

    /// Something was committed.
    pub(crate) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Release);
    }

    /// How often something was committed.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
    }

    /// The mark has this commit.
    pub(crate) fn know(&self, commit_number: i64) {
        self.known.store(commit_number, Ordering::Release);
    }

    /// Nothing is written any more by this process.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    /// Stops writing because the ledger is behind, or lets it go on.
    pub(crate) fn stop(&self, why: Option<Behind>) {
        if let Ok(mut behind) = self.behind.lock() {
            *behind = why;
        }
    }

    fn behind(&self) -> Option<Behind> {
        self.behind.lock().ok().and_then(|behind| behind.clone())
    }
}
