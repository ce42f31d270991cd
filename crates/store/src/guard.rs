//! What stops a process from writing: a ledger that is behind its mark, or the end of the process.

use crate::error::StoreError;
use crate::mark::behind::Behind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// A commit of this process, and the time of its audit rows, microseconds UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OwnCommit {
    pub commit_number: i64,
    pub audited_at: i64,
}

/// Shared by a store and its transactions.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    commits: AtomicU64,
    /// The highest commit of this process; the mark may not have it yet.
    own: Mutex<Option<OwnCommit>>,
    known: AtomicI64,
    is_closed: AtomicBool,
    behind: Mutex<Option<Behind>>,
}

impl Guard {
    /// Refuses while writing is stopped.
    pub(crate) fn expect_open(&self) -> Result<(), StoreError> {
        if self.is_closed.load(Ordering::Acquire) {
            return Err(StoreError::Away("this process is shutting down".to_owned()));
        }
        match self.behind() {
            Some(behind) => Err(StoreError::Behind(behind)),
            None => Ok(()),
        }
    }

    /// Refuses a commit whose number was already used: the database was rolled back under a running process.
    pub(crate) fn expect_ahead(&self, commit_number: i64) -> Result<(), StoreError> {
        let known = self.known.load(Ordering::Acquire);
        if commit_number > known {
            return Ok(());
        }
        // This commit would have taken the number after the ledger's head.
        let behind = Behind::Commits { known, found: commit_number.saturating_sub(1) };
        self.stop(Some(behind.clone()));
        Err(StoreError::Behind(behind))
    }

    /// Counts a commit. From now on its number is used up, whether or not the mark has it yet.
    pub(crate) fn committed(&self, own: Option<OwnCommit>) {
        if let (Some(commit), Ok(mut own)) = (own, self.own.lock())
            && own.is_none_or(|before| before.commit_number < commit.commit_number)
        {
            *own = Some(commit);
            self.known.fetch_max(commit.commit_number, Ordering::AcqRel);
        }
        self.commits.fetch_add(1, Ordering::Release);
    }

    /// The highest commit of this process.
    pub(crate) fn own(&self) -> Option<OwnCommit> {
        self.own.lock().ok().and_then(|own| *own)
    }

    /// Forgets what this process knows of the ledger: its loss was accepted.
    pub(crate) fn forget(&self) {
        if let Ok(mut own) = self.own.lock() {
            *own = None;
            self.known.store(0, Ordering::Release);
        }
    }

    /// The number of commits so far.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
    }

    /// Notes that the mark has this commit.
    pub(crate) fn know(&self, commit_number: i64) {
        self.known.fetch_max(commit_number, Ordering::AcqRel);
    }

    /// Stops this process from writing anything more.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    /// Stops writes because the ledger is behind, or allows them again.
    pub(crate) fn stop(&self, why: Option<Behind>) {
        if let Ok(mut behind) = self.behind.lock() {
            *behind = why;
        }
    }

    fn behind(&self) -> Option<Behind> {
        self.behind.lock().ok().and_then(|behind| behind.clone())
    }
}
