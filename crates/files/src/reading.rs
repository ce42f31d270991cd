//! Reading a file in pieces.

use crate::error::FilesError;
use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use std::fmt;

/// A file that is being read.
pub struct Reading(BoxStream<'static, object_store::Result<Bytes>>);

impl Reading {
    pub(crate) const fn new(stream: BoxStream<'static, object_store::Result<Bytes>>) -> Self {
        Self(stream)
    }

    /// The next bytes; none at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, FilesError> {
        Ok(self.0.try_next().await?)
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reading")
    }
}
