//! A file that a task reads, which says how far it is read.

use domain::id::FileId;
use service::task::{Counts, Job};
use service::{Error, Service, upload};
use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};

/// An uploaded file. Its hash is taken and its form found before its rows are read, so it is read several times.
pub(super) struct Measured {
    file: File,
    /// Bytes from its beginning.
    at: u64,
    counts: Counts,
}

impl Measured {
    /// Opens the file of a task.
    pub(super) async fn open(service: &Service, job: &Job, id: FileId) -> std::result::Result<Self, Error> {
        let file = upload::open(service, id).await?;
        let bytes = file.metadata().map_err(Error::from)?.len();
        job.counts.expect_span(i64::try_from(bytes).unwrap_or(i64::MAX));
        Ok(Self { file, at: 0, counts: job.counts.clone() })
    }

    fn is_at(&mut self, at: u64) {
        self.at = at;
        self.counts.read_to(i64::try_from(at).unwrap_or(i64::MAX));
    }
}

impl Read for Measured {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.file.read(buffer)?;
        self.is_at(self.at.saturating_add(u64::try_from(read).unwrap_or(0)));
        Ok(read)
    }
}

impl Seek for Measured {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let at = self.file.seek(to)?;
        self.is_at(at);
        Ok(at)
    }
}
