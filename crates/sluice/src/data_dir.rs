//! The data directory: the database, and the lock of the one process that writes.

mod writer;

use crate::exit::Failure;
use std::fs::{File, TryLockError};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

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
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
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

    /// The database's path, if a ledger is there.
    pub(crate) fn existing(&self) -> Result<PathBuf, Failure> {
        if self.has_ledger() { Ok(self.database()) } else { Err(Failure::NoLedger(self.0.clone())) }
    }

    /// Becomes the one writer, or says who is.
    pub(crate) fn lock(&self) -> Result<Lock, Failure> {
        let path = self.0.join(LOCK);
        let failed = |error| Failure::File { path: path.clone(), error };
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                writer::name(&file).map_err(failed)?;
                Ok(Lock { file, path })
            }
            Err(TryLockError::WouldBlock) => {
                let (directory, writer) = (self.0.clone(), Writer::read(&mut file));
                Err(Failure::Busy { directory, writer, call: None })
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// Makes a file durable in its folder under its final name: readers see all of it or the one before.
pub(crate) async fn replace(
    path: &Path,
    write: impl AsyncFnOnce(&mut BufWriter<File>) -> Result<i64, Failure>,
) -> Result<i64, Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = folder.join(format!(".{name}.{}.part", std::process::id()));
    let mut writer = BufWriter::new(File::create(&part).map_err(failed)?);
    let written = write(&mut writer).await;
    let finished = written.and_then(|count| {
        let file = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().and_then(|()| std::fs::rename(&part, path)).map_err(failed)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(count)
    });
    if finished.is_err() {
        // What is left is only a part; the error that matters is the first one.
        drop(std::fs::remove_file(&part));
    }
    finished
}
