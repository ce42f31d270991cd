//! The data directory: the database, and the lock of its single writer.

mod apart;
mod part;
mod plain;
mod writer;

use crate::exit::Failure;
use std::fs::{File, TryLockError};
use std::path::PathBuf;

pub(crate) use apart::MarkPlace;
pub(crate) use part::replace;
pub(crate) use writer::Writer;

/// The database's file name.
const DATABASE: &str = "sluice.db";
/// The lock's file name.
const LOCK: &str = "sluice.lock";

/// A directory that contains a ledger, or will.
#[derive(Debug, Clone)]
pub(crate) struct DataDir(pub PathBuf);

/// Held while this process may write; the operating system releases it however the process ends. The lock
/// file names its holder: the process id and, for a server, its address on a second line. Only the holder
/// writes the file, so it is never stale while the lock is held.
///
/// The directory itself is locked as well as the file, because a file in it can be removed by a clean-up. The
/// database file is not locked here: the engine's own locks on it are dropped when the first descriptor is
/// closed.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
    _directory: File,
}

impl Lock {
    /// Writes the address of this server into the lock file, for others to read.
    pub(crate) fn announce(&self, url: &str) -> Result<(), Failure> {
        writer::announce(&self.file, url).map_err(|error| Failure::File { path: self.path.clone(), error })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // On an error a stale name stays in the file, which is read only while it is locked.
        drop(self.file.set_len(0));
    }
}

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

    /// Becomes the single writer, or reports the process that is. Removes partial files of killed processes.
    pub(crate) fn lock(&self) -> Result<Lock, Failure> {
        self.expect_plain()?;
        let path = self.0.join(LOCK);
        let failed = |error| Failure::File { path: path.clone(), error };
        let directory = File::open(&self.0).map_err(failed)?;
        match directory.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(self.busy()),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let file = plain::open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(self.busy()),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        writer::name(&file).map_err(failed)?;
        part::sweep(&self.0);
        Ok(Lock { file, path, _directory: directory })
    }

    fn busy(&self) -> Failure {
        let writer = File::open(self.0.join(LOCK)).map(|mut file| Writer::read(&mut file));
        // Without the lock file the writer is unknown.
        Failure::Busy { directory: self.0.clone(), writer: writer.unwrap_or_default(), call: None }
    }
}
