//! Writing a file: in parts, with its hash while it streams.

use crate::error::FilesError;
use bytes::{Bytes, BytesMut};
use data_encoding::HEXLOWER;
use object_store::MultipartUpload;
use sha2::{Digest, Sha256};

/// A part of a file in S3, which takes no smaller ones than 5 MiB.
pub(crate) const PART: usize = 8 * 1024 * 1024;
/// A part of a file on a disk.
pub(crate) const PART_ON_DISK: usize = 256 * 1024;

/// A file that is being written. Dropping it leaves no file.
#[derive(Debug)]
pub struct Writing {
    upload: Box<dyn MultipartUpload>,
    part: usize,
    buffer: BytesMut,
    hash: Sha256,
    size: u64,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

impl Writing {
    pub(crate) fn new(upload: Box<dyn MultipartUpload>, part: usize) -> Self {
        Self { upload, part, buffer: BytesMut::new(), hash: Sha256::new(), size: 0 }
    }

    /// How many bytes were written so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends bytes.
    pub async fn append(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.hash.update(bytes);
        self.size = self.size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = self.part.saturating_sub(self.buffer.len());
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.buffer.extend_from_slice(now);
            rest = later;
            if self.buffer.len() >= self.part {
                self.send().await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), FilesError> {
        let part: Bytes = self.buffer.split().freeze();
        Ok(self.upload.put_part(part.into()).await?)
    }

    /// Completes the file: from here on it is there, and durable.
    pub async fn finish(mut self) -> Result<Written, FilesError> {
        if !self.buffer.is_empty() || self.size == 0 {
            self.send().await?;
        }
        self.upload.complete().await?;
        Ok(Written { size: self.size, sha256: HEXLOWER.encode(&self.hash.finalize()) })
    }

    /// Drops what was written.
    pub async fn abort(mut self) -> Result<(), FilesError> {
        Ok(self.upload.abort().await?)
    }
}
