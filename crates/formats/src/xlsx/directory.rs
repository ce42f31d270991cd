//! The directory of a zip archive, read and checked without unpacking anything.
//!
//! It is read here and not by the `zip` crate because the number of entries has to be known before memory is taken for
//! them. Archives that no spreadsheet program writes are refused: with overlapping, repeated or encrypted entries, or
//! in several volumes.

use std::io::{Read, Seek, SeekFrom};

use domain::code::Code;

use crate::problem::Problem;
use crate::read_error::ReadError;

/// The most entries. A workbook of payments has about a dozen; one with many pictures some hundreds.
const ENTRIES_MAX: u64 = 2_000;

/// The largest directory, in bytes: names take most of it.
const DIRECTORY_MAX: u64 = 1024 * 1024;

/// The most bytes that all entries together unpack to.
const UNPACKED_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// By how much an entry expands at most; rows of a sheet that are all alike come to less than a hundred.
const RATIO_MAX: u64 = 250;

/// Entries that unpack to less than this may expand by any ratio.
const SMALL: u64 = 1024 * 1024;

/// The end record without its comment, and the longest comment.
const END_RECORD: u64 = 22;
const COMMENT_MAX: u64 = 0xffff;

const END_SIGNATURE: &[u8] = b"PK\x05\x06";
const END64_SIGNATURE: &[u8] = b"PK\x06\x06";
const LOCATOR64_SIGNATURE: &[u8] = b"PK\x06\x07";
const ENTRY_SIGNATURE: &[u8] = b"PK\x01\x02";

/// A file in an archive.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    /// Where its local header begins.
    pub(super) start: u64,
    /// Its size in the archive.
    pub(super) packed: u64,
    /// Its size as the directory states it.
    pub(super) size: u64,
    pub(super) crc: u32,
    pub(super) is_deflated: bool,
}

/// A file is damaged, and how.
pub(super) fn damaged(how: &str) -> Problem {
    Problem::of_row(1, Code::FileDamaged, how)
}

/// Reads the directory.
pub(super) fn read(read: &mut (impl Read + Seek)) -> Result<Vec<Entry>, ReadError> {
    let End { entries, start, size } = end(read)?;
    if entries > ENTRIES_MAX || size > DIRECTORY_MAX {
        let value = format!("{entries} / {ENTRIES_MAX}");
        return Err(Problem::of_row(1, Code::ArchiveParts, value).into());
    }
    read.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    read.take(size).read_to_end(&mut bytes)?;
    let mut rest = bytes.as_slice();
    let mut found = Vec::new();
    for _ in 0..entries {
        let (entry, after) = entry(rest)?;
        found.push(entry);
        rest = after;
    }
    check(&found, start)?;
    Ok(found)
}

/// What the end of an archive says about its directory.
struct End {
    entries: u64,
    start: u64,
    size: u64,
}

fn end(read: &mut (impl Read + Seek)) -> Result<End, ReadError> {
    let length = read.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(END_RECORD + COMMENT_MAX);
    read.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    read.take(END_RECORD + COMMENT_MAX).read_to_end(&mut tail)?;
    let truncated = || damaged("truncated");
    let at = tail.windows(END_SIGNATURE.len()).rposition(|w| w == END_SIGNATURE).ok_or_else(truncated)?;
    let record = Fields(tail.get(at..).unwrap_or_default());
    // Its comment ends the file.
    let end = record.u16(20).map(|comment| comment.saturating_add(END_RECORD));
    if end != u64::try_from(record.0.len()).ok() {
        return Err(truncated().into());
    }
    let volumes = (record.u16(4), record.u16(6));
    let (here, entries) = (record.u16(8), record.u16(10));
    let (size, start) = (record.u32(12), record.u32(16));
    let (Some(entries), Some(size), Some(start)) = (entries, size, start) else {
        return Err(truncated().into());
    };
    let is_large =
        entries == u64::from(u16::MAX) || size == u64::from(u32::MAX) || start == u64::from(u32::MAX);
    let at = from + u64::try_from(at).unwrap_or(u64::MAX);
    if is_large {
        return end64(read, at, length);
    }
    if volumes != (Some(0), Some(0)) || here != Some(entries) {
        return Err(damaged("several volumes").into());
    }
    within(End { entries, start, size }, at)
}

/// The end of an archive with large numbers, whose record is before the ordinary one.
fn end64(read: &mut (impl Read + Seek), end: u64, length: u64) -> Result<End, ReadError> {
    let locator = block(read, end.checked_sub(20).ok_or_else(|| damaged("truncated"))?, 20)?;
    let at = Fields(&locator).u64(8).filter(|at| locator.starts_with(LOCATOR64_SIGNATURE) && *at < length);
    let at = at.ok_or_else(|| damaged("directory"))?;
    let record = block(read, at, 56)?;
    let fields = Fields(&record);
    let (Some(entries), Some(size), Some(start)) = (fields.u64(32), fields.u64(40), fields.u64(48)) else {
        return Err(damaged("truncated").into());
    };
    if !record.starts_with(END64_SIGNATURE) {
        return Err(damaged("directory").into());
    }
    within(End { entries, start, size }, at)
}

fn within(end: End, at: u64) -> Result<End, ReadError> {
    let fits = end.start.checked_add(end.size).is_some_and(|finish| finish <= at);
    if fits { Ok(end) } else { Err(damaged("truncated").into()) }
}

fn block(read: &mut (impl Read + Seek), at: u64, length: u64) -> Result<Vec<u8>, ReadError> {
    read.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    read.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// One entry of the directory, and what follows it.
fn entry(bytes: &[u8]) -> Result<(Entry, &[u8]), ReadError> {
    let fields = Fields(bytes);
    let read = || {
        let lengths = (fields.u16(28)?, fields.u16(30)?, fields.u16(32)?);
        let [name, extra, comment] =
            [lengths.0, lengths.1, lengths.2].map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        let name_end = 46_usize.checked_add(name)?;
        let extra_end = name_end.checked_add(extra)?;
        let text = bytes.get(46..name_end)?;
        let extra = bytes.get(name_end..extra_end)?;
        let rest = bytes.get(extra_end.checked_add(comment)?..)?;
        let mut large = Large::of(extra);
        let size = large.or_more(fields.u32(24)?)?;
        let packed = large.or_more(fields.u32(20)?)?;
        let start = large.or_more(fields.u32(42)?)?;
        let name = String::from_utf8_lossy(text).replace('\\', "/");
        let crc = u32::try_from(fields.u32(16)?).ok()?;
        Some((
            fields.u16(8)?,
            fields.u16(10)?,
            Entry { name, start, packed, size, crc, is_deflated: true },
            rest,
        ))
    };
    if !bytes.starts_with(ENTRY_SIGNATURE) {
        return Err(damaged("directory").into());
    }
    let (flags, method, entry, rest) = read().ok_or_else(|| damaged("directory"))?;
    if flags & 1 == 1 {
        return Err(Problem::of_row(1, Code::FileEncrypted, entry.name).into());
    }
    match method {
        0 => Ok((Entry { is_deflated: false, ..entry }, rest)),
        8 => Ok((entry, rest)),
        _ => Err(damaged("compression method").into()),
    }
}

/// Refuses what would unpack to too much, and entries that share bytes or a name.
fn check(entries: &[Entry], directory: u64) -> Result<(), Problem> {
    let expands = |size: u64, max: u64| Problem::of_row(1, Code::ArchiveExpands, format!("{size} / {max}"));
    let mut total: u64 = 0;
    for entry in entries {
        total = total.saturating_add(entry.size);
        let max = entry.packed.saturating_mul(RATIO_MAX).max(SMALL);
        if entry.size > max {
            return Err(expands(entry.size, max));
        }
    }
    if total > UNPACKED_MAX {
        return Err(expands(total, UNPACKED_MAX));
    }
    let mut by_place: Vec<&Entry> = entries.iter().collect();
    by_place.sort_by_key(|entry| entry.start);
    let nexts = by_place.iter().skip(1).map(|entry| entry.start).chain([directory]);
    for (entry, next) in by_place.iter().zip(nexts) {
        let name = u64::try_from(entry.name.len()).unwrap_or(u64::MAX);
        let end = entry
            .start
            .checked_add(30)
            .and_then(|at| at.checked_add(name))
            .and_then(|at| at.checked_add(entry.packed));
        if end.is_none_or(|end| end > next) {
            return Err(damaged("overlapping entries"));
        }
    }
    let mut names: Vec<String> = entries.iter().map(|entry| entry.name.to_lowercase()).collect();
    names.sort();
    let is_repeated = names.windows(2).any(|pair| matches!(pair, [first, second] if first == second));
    if is_repeated { Err(damaged("repeated entries")) } else { Ok(()) }
}

/// The large numbers of an entry, in the order in which they replace the ordinary ones.
struct Large<'a>(&'a [u8]);

impl<'a> Large<'a> {
    fn of(mut extra: &'a [u8]) -> Self {
        while let (Some(id), Some(length)) = (Fields(extra).u16(0), Fields(extra).u16(2)) {
            let end = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(4);
            if id == 1 {
                return Self(extra.get(4..end).unwrap_or_default());
            }
            extra = extra.get(end..).unwrap_or_default();
        }
        Self(&[])
    }

    /// The number, or the next large one if it says that there is one.
    fn or_more(&mut self, number: u64) -> Option<u64> {
        if number != u64::from(u32::MAX) {
            return Some(number);
        }
        let large = Fields(self.0).u64(0)?;
        self.0 = self.0.get(8..).unwrap_or_default();
        Some(large)
    }
}

/// Little-endian numbers at fixed places.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl Fields<'_> {
    pub(super) fn u16(self, at: usize) -> Option<u64> {
        self.bytes::<2>(at).map(|bytes| u64::from(u16::from_le_bytes(bytes)))
    }

    fn u32(self, at: usize) -> Option<u64> {
        self.bytes::<4>(at).map(|bytes| u64::from(u32::from_le_bytes(bytes)))
    }

    fn u64(self, at: usize) -> Option<u64> {
        self.bytes::<8>(at).map(u64::from_le_bytes)
    }

    fn bytes<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }
}
