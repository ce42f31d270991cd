//! The lock of a data directory's single writer.

use super::directory::{DataDir, LOCK};
use super::{part, plain};
use crate::exit::Failure;
use crate::lock_holder::{self, LockHolder};
use std::fs::{File, TryLockError};
use std::path::PathBuf;

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
        lock_holder::announce(&self.file, url)
            .map_err(|error| Failure::File { path: self.path.clone(), error })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // On an error a stale name stays in the file, which is read only while it is locked.
        drop(self.file.set_len(0));
    }
}

impl DataDir {
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
        lock_holder::record(&file).map_err(failed)?;
        part::sweep(&self.0);
        Ok(Lock { file, path, _directory: directory })
    }

    fn busy(&self) -> Failure {
        let writer = File::open(self.0.join(LOCK)).map(|mut file| LockHolder::read(&mut file));
        // Without the lock file the writer is unknown.
        Failure::Busy { directory: self.0.clone(), writer: writer.unwrap_or_default(), call: None }
    }
}
