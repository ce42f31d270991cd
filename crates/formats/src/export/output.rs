//! Where the bytes of an export go: into a file, or into numbered files in one zip. They are counted and hashed on the
//! way.

use super::manifest::WholeFile;
use crate::archive::Archive;
use sha2::{Digest, Sha256};
use std::io::{Result, Write};

/// Counts and hashes bytes.
#[derive(Debug, Default)]
struct Hashed {
    bytes: u64,
    hash: Sha256,
}

impl Hashed {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.hash.update(bytes);
    }

    fn end(self) -> WholeFile {
        WholeFile { bytes: self.bytes, sha256: data_encoding::HEXLOWER.encode(&self.hash.finalize()) }
    }
}

/// The output of an export.
pub(super) struct Output<W> {
    to: W,
    file: Hashed,
    zip: Option<ZipOutput>,
}

struct ZipOutput {
    archive: Archive,
    whole: Hashed,
}

impl<W: Write> Output<W> {
    /// One file, or a zip.
    pub(super) fn new(to: W, in_zip: bool) -> Self {
        let zip = in_zip.then(|| ZipOutput { archive: Archive::new(), whole: Hashed::default() });
        Self { to, file: Hashed::default(), zip }
    }

    /// Begins a file.
    pub(super) fn begin(&mut self, name: &str) -> Result<()> {
        self.file = Hashed::default();
        self.zip.as_mut().map_or(Ok(()), |zip| zip.archive.begin(name))
    }

    /// Ends the file.
    pub(super) fn end(&mut self) -> WholeFile {
        std::mem::take(&mut self.file).end()
    }

    /// Ends the zip, if there is one, with a last file. `last` is the file that was ended last.
    pub(super) fn finish(mut self, name: &str, manifest: &[u8], last: WholeFile) -> Result<(W, WholeFile)> {
        let whole = match self.zip.take() {
            None => last,
            Some(mut zip) => {
                zip.archive.begin(name)?;
                zip.archive.add(manifest)?;
                let bytes = zip.archive.finish()?;
                zip.whole.add(&bytes);
                self.to.write_all(&bytes)?;
                zip.whole.end()
            }
        };
        self.to.flush()?;
        Ok((self.to, whole))
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.file.add(bytes);
        match &mut self.zip {
            None => self.to.write_all(bytes)?,
            Some(zip) => {
                zip.archive.add(bytes)?;
                let made = zip.archive.take();
                zip.whole.add(&made);
                self.to.write_all(&made)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.to.flush()
    }
}
