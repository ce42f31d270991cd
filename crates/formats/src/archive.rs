//! A zip archive that is written as a stream: the bytes leave as they are made, and nothing is written twice.
//!
//! Its bytes depend on its files alone. Entries are stored, not compressed, since what a compressor makes changes with its
//! version; their time is zip's zero, and their mode and system are fixed.

use std::io::{Result, Write};
use std::sync::{Mutex, PoisonError};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, System, ZipWriter};

/// An archive being written.
#[derive(Debug)]
pub struct Archive {
    zip: ZipWriter<StreamWriter<Pending>>,
}

impl Default for Archive {
    fn default() -> Self {
        Self::new()
    }
}

impl Archive {
    /// An archive without files.
    #[must_use]
    pub fn new() -> Self {
        Self { zip: ZipWriter::new_stream(Pending::default()) }
    }

    /// Begins a file, after the end of the one before.
    pub fn begin(&mut self, name: &str) -> Result<()> {
        // Large, because its size is not known yet.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(0o644)
            .large_file(true);
        Ok(self.zip.start_file(name, options)?)
    }

    /// Adds bytes to the file that was begun last.
    pub fn add(&mut self, bytes: &[u8]) -> Result<()> {
        self.zip.write_all(bytes)
    }

    /// The bytes that were made since they were last taken.
    pub fn take(&mut self) -> Vec<u8> {
        self.zip.get_ref().map(|stream| stream.get_ref().take()).unwrap_or_default()
    }

    /// Ends the archive and returns its last bytes.
    pub fn finish(self) -> Result<Vec<u8>> {
        Ok(self.zip.finish()?.into_inner().take())
    }
}

/// Bytes that were made and not yet taken. The library lends its writer only immutably.
#[derive(Debug, Default)]
struct Pending(Mutex<Vec<u8>>);

impl Pending {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};
    use zip::ZipArchive;

    /// The archive of some files, each given in pieces; and how many bytes waited at most.
    fn made(files: &[(&str, &[&str])]) -> (Vec<u8>, usize) {
        let (mut archive, mut all, mut most) = (Archive::new(), Vec::new(), 0);
        for (name, pieces) in files {
            archive.begin(name).unwrap();
            for piece in *pieces {
                archive.add(piece.as_bytes()).unwrap();
                let taken = archive.take();
                most = most.max(taken.len());
                all.extend(taken);
            }
        }
        all.extend(archive.finish().unwrap());
        (all, most)
    }

    #[test]
    fn what_was_added_is_read_back_and_leaves_at_once() {
        let piece = "x".repeat(10_000);
        let pieces = vec![piece.as_str(); 20];
        let (bytes, most) = made(&[("a.csv", &["id\n", "1\n"]), ("b.txt", &pieces), ("empty", &[])]);
        assert!(most < 11_000, "{most}");
        let mut read = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<_> = read.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["a.csv", "b.txt", "empty"]);
        for (name, expected) in
            [("a.csv", "id\n1\n".to_owned()), ("b.txt", pieces.concat()), ("empty", String::new())]
        {
            let mut text = String::new();
            read.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, expected, "{name}");
        }
    }

    #[test]
    fn the_bytes_depend_on_the_files_alone() {
        let whole = made(&[("a", &["one", "two"]), ("b", &["three"])]).0;
        assert_eq!(made(&[("a", &["onetwo"]), ("b", &["th", "ree"])]).0, whole);
        assert_ne!(made(&[("a", &["onetwO"]), ("b", &["three"])]).0, whole);
    }
}
