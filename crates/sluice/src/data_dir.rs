//! The data directory: the database, and the lock of the one process that writes.

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

/// A directory with a ledger, or where one will be.
#[derive(Debug, Clone)]
pub(crate) struct DataDir(pub PathBuf);

/// Held as long as this process may write; the operating system releases it, whatever ends the process. The
/// file names its holder: the process's id and, if the process is a server, its address on a second line.
/// Only the holder writes it, so what another process reads while the lock is held is never out of date.
///
/// What is locked is the directory itself: a file in it can be removed by anybody who tidies up. The database file
/// is not locked besides, since the engine's own locks on it go with the first descriptor that is closed.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
    _directory: File,
}

impl Lock {
    /// Leaves the address of the server that this process is, for others to read.
    pub(crate) fn announce(&self, url: &str) -> Result<(), Failure> {
        writer::announce(&self.file, url).map_err(|error| Failure::File { path: self.path.clone(), error })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // An error would leave an old name in a file that nobody reads unless it is locked.
        drop(self.file.set_len(0));
    }
}

impl DataDir {
    /// The database's path.
    pub(crate) fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    /// Whether a ledger is there.
    pub(crate) fn has_ledger(&self) -> bool {
        self.database().is_file()
    }

    /// Whether the log of a ledger is there: it would be taken for that of any database beside it.
    pub(crate) fn has_log(&self) -> bool {
        self.0.join(format!("{DATABASE}-wal")).exists()
    }

    /// The database's path, if a ledger is there.
    pub(crate) fn existing(&self) -> Result<PathBuf, Failure> {
        if self.has_ledger() { Ok(self.database()) } else { Err(Failure::NoLedger(self.0.clone())) }
    }

    /// Becomes the one writer, or says who is. What was left by processes that were killed is removed.
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
        // Without the file nobody says who it is.
        Failure::Busy { directory: self.0.clone(), writer: writer.unwrap_or_default(), call: None }
    }
}
