//! The data directory: the database, and the lock of the one process that writes.

use crate::exit::Failure;
use std::fs::{File, TryLockError};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// The database's file name.
const DATABASE: &str = "sluice.db";
/// The lock's file name.
const LOCK: &str = "sluice.lock";

/// A directory with a ledger, or where one will be.
#[derive(Debug, Clone)]
pub(crate) struct DataDir(pub PathBuf);

/// Held as long as this process may write; the operating system gives it back, whatever ends the process.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
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
        let options = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = options.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(failed)?;
                Ok(Lock { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                Err(Failure::Busy { directory: self.0.clone(), pid: holder(&mut file) })
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
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
