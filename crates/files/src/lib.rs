//! The bytes of uploaded and made files, on a disk or in S3. What is known about them is in the database; here a file
//! is a key and its content, which is complete or absent: it is written aside, synced and renamed.
//!
//! A kill between a file's last byte and the row that names it leaves an orphan: [`Files::before`] finds those, and
//! the caller, who knows the rows, deletes them.

mod error;
mod key;
mod place;
mod reading;
mod written;

pub use error::FilesError;
pub use key::Key;
pub use place::{FilesAt, use_ring};
pub use reading::Reading;
pub use written::{Writing, Written};

use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// Where files are stored. Clones share it.
#[derive(Debug, Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    place: Arc<str>,
    /// The directory, if it is one of this machine.
    directory: Option<Arc<std::path::Path>>,
}

impl Files {
    /// Opens the place; a directory is created if it is missing. The place draws its id the first time, so that
    /// processes that share it know that they do, whatever each of them calls it.
    pub async fn open(at: &FilesAt) -> Result<Self, FilesError> {
        let (store, directory) = place::open(at)?;
        let place = place::identify(store.as_ref()).await?.into();
        Ok(Self { store, place, directory: directory.map(Into::into) })
    }

    /// The id of the place: a file is only where it was written.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whether it is a directory, which other nodes may or may not share.
    #[must_use]
    pub const fn is_on_disk(&self) -> bool {
        self.directory.is_some()
    }

    /// Begins to write a file.
    pub async fn write(&self, key: &Key) -> Result<Writing, FilesError> {
        let part = if self.is_on_disk() { written::PART_ON_DISK } else { written::PART };
        Ok(Writing::new(self.store.put_multipart(&path(key)).await?, part))
    }

    /// A file's content, in pieces.
    pub async fn read(&self, key: &Key) -> Result<Reading, FilesError> {
        Ok(Reading::new(self.store.get(&path(key)).await?.into_stream()))
    }

    /// A file's content as a file that can be read from any place. One that is not on this machine's disk is copied
    /// to an unnamed file first.
    pub async fn open_file(&self, key: &Key) -> Result<File, FilesError> {
        if let Some(directory) = &self.directory {
            return Ok(File::open(on_disk(directory, key))?);
        }
        let mut reading = self.read(key).await?;
        let mut copy = tempfile::tempfile()?;
        while let Some(piece) = reading.next().await? {
            copy.write_all(&piece)?;
        }
        copy.seek(SeekFrom::Start(0))?;
        Ok(copy)
    }

    /// Deletes a file; one that is not there is deleted already.
    pub async fn delete(&self, key: &Key) -> Result<(), FilesError> {
        match self.store.delete(&path(key)).await.map_err(FilesError::from) {
            Err(FilesError::Missing) => Ok(()),
            deleted => deleted,
        }
    }

    /// The keys of the files that were last written before a time.
    pub async fn before(&self, time: SystemTime) -> Result<Vec<Key>, FilesError> {
        let mut all = self.store.list(None);
        let mut keys = Vec::new();
        while let Some(found) = all.try_next().await? {
            let is_old = SystemTime::from(found.last_modified) < time;
            let key = found.location.filename().and_then(Key::read);
            keys.extend(key.filter(|_| is_old));
        }
        Ok(keys)
    }

    /// Deletes what writers on this machine's disk left aside before a time, when their process was killed; returns
    /// how many. (Parts left in S3 are removed by a rule of the bucket.)
    pub async fn sweep(&self, time: SystemTime) -> Result<usize, FilesError> {
        let Some(directory) = self.directory.clone() else { return Ok(0) };
        let swept = tokio::task::spawn_blocking(move || place::sweep(&directory, time)).await;
        Ok(swept.map_err(|error| FilesError::Failed(error.to_string()))??)
    }
}

fn path(key: &Key) -> Path {
    Path::from(key.path())
}

fn on_disk(directory: &std::path::Path, key: &Key) -> PathBuf {
    directory.join(key.path())
}

#[cfg(test)]
mod on_s3;
#[cfg(test)]
mod tests;
