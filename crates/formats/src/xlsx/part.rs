//! A file in an archive, unpacked as it is read: never more than the directory states, and checked against its sum at
//! the end.

use std::io::{BufReader, Error, ErrorKind, Read, Result, Seek, SeekFrom, Take};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::directory::{Entry, Fields, damaged};
use crate::problem::Problem;
use crate::read_error::ReadError;

/// The size of one read.
const INPUT: usize = 32 * 1024;

/// A part of a workbook.
pub(super) struct Part<R> {
    packed: Packed<R>,
    /// How many bytes are still to come.
    left: u64,
    crc: Crc,
    expected: u32,
}

enum Packed<R> {
    Stored(Take<R>),
    Deflated(Box<DeflateDecoder<BufReader<Take<R>>>>),
}

impl<R: Read + Seek> Part<R> {
    pub(super) fn open(mut read: R, entry: &Entry) -> std::result::Result<Self, ReadError> {
        read.seek(SeekFrom::Start(entry.start))?;
        let mut header = Vec::new();
        (&mut read).take(30).read_to_end(&mut header)?;
        let fields = Fields(&header);
        let lengths = fields.u16(26).zip(fields.u16(28)).filter(|_| header.starts_with(b"PK\x03\x04"));
        let (name, extra) = lengths.ok_or_else(|| damaged("truncated"))?;
        read.seek(SeekFrom::Start(entry.start.saturating_add(30 + name + extra)))?;
        let packed = read.take(entry.packed);
        let packed = if entry.is_deflated {
            Packed::Deflated(Box::new(DeflateDecoder::new(BufReader::with_capacity(INPUT, packed))))
        } else {
            Packed::Stored(packed)
        };
        Ok(Self { packed, left: entry.size, crc: Crc::new(), expected: entry.crc })
    }
}

impl<R: Read> Part<R> {
    fn unpack(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match &mut self.packed {
            Packed::Stored(read) => read.read(buffer),
            Packed::Deflated(read) => read.read(buffer),
        }
    }

    /// At the stated end nothing may follow, and the sum must be right.
    fn end(&mut self) -> Result<usize> {
        if self.unpack(&mut [0])? > 0 {
            return Err(refused(damaged("more than stated")));
        }
        if self.crc.sum() != self.expected {
            return Err(refused(damaged("checksum")));
        }
        Ok(0)
    }
}

impl<R: Read> Read for Part<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.left == 0 {
            return self.end();
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let room = buffer.get_mut(..most).unwrap_or_default();
        let count = self.unpack(room)?;
        if count == 0 && !room.is_empty() {
            return Err(refused(damaged("truncated")));
        }
        self.crc.update(room.get(..count).unwrap_or_default());
        self.left -= u64::try_from(count).unwrap_or(self.left);
        Ok(count)
    }
}

/// A refusal that passes through readers as an I/O error.
#[derive(Debug)]
struct RefusedPart(Problem);

impl std::fmt::Display for RefusedPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.0.code, self.0.value)
    }
}

impl std::error::Error for RefusedPart {}

pub(super) fn refused(problem: Problem) -> Error {
    Error::other(RefusedPart(problem))
}

/// What an error of a reader means: a refusal, damaged data, or a failure to read.
pub(super) fn of_error(error: &Error) -> ReadError {
    if let Some(RefusedPart(problem)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return problem.clone().into();
    }
    match error.kind() {
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => {
            damaged("compressed data").into()
        }
        kind => ReadError::Io(Error::new(kind, error.to_string())),
    }
}
