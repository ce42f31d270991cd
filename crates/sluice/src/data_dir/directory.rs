//! A data directory and the names of its files.

use crate::exit::Failure;
use std::path::PathBuf;

/// The database's file name.
const DATABASE: &str = "sluice.db";
/// The lock's file name.
pub(super) const LOCK: &str = "sluice.lock";

/// A directory that contains a ledger, or will.
#[derive(Debug, Clone)]
pub(crate) struct DataDir(pub PathBuf);

impl DataDir {
    /// The database's path.
    pub(crate) fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    /// Whether there is a ledger.
    pub(crate) fn has_ledger(&self) -> bool {
        self.database().is_file()
    }

    /// Whether there is a ledger's write-ahead log: it would be applied to any database put beside it.
    pub(crate) fn has_log(&self) -> bool {
        self.0.join(format!("{DATABASE}-wal")).exists()
    }

    /// The database's path, if there is a ledger.
    pub(crate) fn existing(&self) -> Result<PathBuf, Failure> {
        if self.has_ledger() { Ok(self.database()) } else { Err(Failure::NoLedger(self.0.clone())) }
    }

    /// The lock and the files of the database.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let beside = |ending: &str| self.0.join(format!("{DATABASE}{ending}"));
        vec![self.0.join(LOCK), self.database(), beside("-wal"), beside("-shm")]
    }
}
