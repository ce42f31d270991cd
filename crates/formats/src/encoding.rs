//! The text encoding of a file: detected from all of its bytes, or chosen by the uploader.
//!
//! UTF-8 and UTF-16 are recognised by rules, GB18030 and Big5 by statistics (`chardetng`). A wrong guess would show
//! foreign characters, so the result is part of the answer and can be corrected; any other guess is not used. To offer
//! another encoding, give [`Encoding`] a variant and `ENCODINGS` a row.

use std::io::{ErrorKind, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

/// A text encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// GB18030, which contains GBK and GB2312.
    Gb18030,
    /// Big5.
    Big5,
    /// Windows-1252, which contains Latin-1. Never detected: every file is valid in it.
    Windows1252,
}

/// The encodings, with their names and those of the encodings they contain.
const ENCODINGS: &[(Encoding, &[&str])] = &[
    (Encoding::Utf8, &["utf-8", "utf8"]),
    (Encoding::Utf16Le, &["utf-16le", "utf16le", "utf-16", "utf16"]),
    (Encoding::Utf16Be, &["utf-16be", "utf16be"]),
    (Encoding::Gb18030, &["gb18030", "gbk", "gb2312", "cp936"]),
    (Encoding::Big5, &["big5", "cp950"]),
    (Encoding::Windows1252, &["windows-1252", "cp1252", "latin1", "iso-8859-1"]),
];

impl Encoding {
    /// Its name, as it is shown and chosen.
    #[must_use]
    pub fn name(self) -> &'static str {
        let row = ENCODINGS.iter().find(|(encoding, _)| *encoding == self);
        row.and_then(|(_, names)| names.first()).copied().unwrap_or_default()
    }

    /// The encoding with this name, whatever its case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let is = |known: &&str| known.eq_ignore_ascii_case(name.trim());
        let row = ENCODINGS.iter().find(|(_, names)| names.iter().any(is));
        row.map(|(encoding, _)| *encoding)
    }

    pub(crate) const fn decoder(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
            Self::Gb18030 => encoding_rs::GB18030,
            Self::Big5 => encoding_rs::BIG5,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
        }
    }
}

/// What all bytes of a text file say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The encoding; none if it was not recognised.
    pub(crate) encoding: Option<Encoding>,
    /// How many lines the file has.
    pub(crate) lines: u64,
}

/// The size of one read.
const CHUNK: usize = 64 * 1024;

/// How many bytes the statistics are made of. Chunks of ASCII alone do not count.
const STATISTICS: usize = 512 * 1024;

/// Reads the file to its end.
pub(crate) fn scan(read: &mut impl Read) -> std::io::Result<Scan> {
    let mut chunk = vec![0; CHUNK];
    let mut filled = fill(read, &mut chunk)?;
    let head = chunk.get(..filled).unwrap_or_default();
    let marked = by_mark(head).or_else(|| utf16_without_mark(head));
    let mut seen = Seen::default();
    while filled > 0 {
        seen.pass(chunk.get(..filled).unwrap_or_default(), marked.is_none());
        filled = fill(read, &mut chunk)?;
    }
    seen.utf8.finish();
    let lines = seen.newlines + u64::from(seen.is_open);
    Ok(Scan { encoding: marked.or_else(|| seen.guess()), lines })
}

/// Fills the buffer unless the file ends before that.
pub(crate) fn fill(read: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    loop {
        let room = buffer.get_mut(filled..).unwrap_or_default();
        match read.read(room) {
            Ok(0) => return Ok(filled),
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// By a byte order mark.
fn by_mark(head: &[u8]) -> Option<Encoding> {
    match head {
        [0xef, 0xbb, 0xbf, ..] => Some(Encoding::Utf8),
        [0xff, 0xfe, ..] => Some(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// UTF-16 without a mark: digits, delimiters and line ends have a zero byte, always on the same side. Text in another
/// encoding has none.
fn utf16_without_mark(head: &[u8]) -> Option<Encoding> {
    let (pairs, _) = head.as_chunks::<2>();
    let zeros = |side: fn(&[u8; 2]) -> u8| pairs.iter().filter(|pair| side(pair) == 0).count();
    let (high, low) = (zeros(|pair| pair[0]), zeros(|pair| pair[1]));
    let enough = |zeros: usize| zeros >= 2 && zeros >= pairs.len() / 20;
    match (high, low) {
        (0, low) if enough(low) => Some(Encoding::Utf16Le),
        (high, 0) if enough(high) => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// What the bytes so far say.
struct Seen {
    utf8: Utf8Count,
    statistics: EncodingDetector,
    /// Bytes the statistics still take.
    room: usize,
    /// Bytes outside ASCII.
    foreign: usize,
    /// The first bytes that are not ASCII, with what is between them.
    sample: Vec<u8>,
    newlines: u64,
    /// Whether the last line has no line end.
    is_open: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            utf8: Utf8Count::default(),
            statistics: EncodingDetector::new(Iso2022JpDetection::Deny),
            room: STATISTICS,
            foreign: 0,
            sample: Vec::new(),
            newlines: 0,
            is_open: false,
        }
    }
}

impl Seen {
    fn pass(&mut self, chunk: &[u8], is_undecided: bool) {
        let count = |byte: u8| chunk.iter().map(|b| u64::from(*b == byte)).sum::<u64>();
        // A file of an old Mac has only CR.
        self.newlines += count(b'\n').max(count(b'\r'));
        self.is_open = chunk.last().is_some_and(|last| !matches!(last, b'\n' | b'\r' | 0));
        if !is_undecided {
            return;
        }
        self.utf8.pass(chunk);
        if chunk.is_ascii() {
            return;
        }
        self.foreign += chunk.iter().filter(|byte| !byte.is_ascii()).count();
        let part = chunk.get(..chunk.len().min(self.room)).unwrap_or_default();
        self.statistics.feed(part, false);
        self.room -= part.len();
        if self.sample.is_empty() {
            self.sample = chunk.to_vec();
        }
    }

    fn guess(&self) -> Option<Encoding> {
        if self.utf8.invalid == 0 || self.utf8.valid > self.utf8.invalid.saturating_mul(2) {
            return Some(Encoding::Utf8);
        }
        let guess = self.statistics.guess(None, Utf8Detection::Deny);
        match guess {
            _ if guess == encoding_rs::GBK || guess == encoding_rs::GB18030 => Some(Encoding::Gb18030),
            _ if guess == encoding_rs::BIG5 => Some(Encoding::Big5),
            // A short text is too little for statistics.
            _ if guess.is_single_byte() || self.foreign < SHORT => chinese(&self.sample),
            _ => None,
        }
    }
}

/// Fewer bytes outside ASCII than this are too little for statistics.
const SHORT: usize = 64;

/// GB18030 if nearly all characters outside ASCII are pairs of the most common Chinese characters and marks. One byte
/// that is wrong makes one problem and not another encoding.
fn chinese(mut rest: &[u8]) -> Option<Encoding> {
    let (mut pairs, mut wrong) = (0_usize, 0_usize);
    loop {
        rest = match rest {
            // The sample may end within a pair.
            [] | [0xa1..=0xf7] => break,
            [0xb0..=0xf7 | 0xa1..=0xa9, 0xa1..=0xfe, rest @ ..] => {
                pairs += 1;
                rest
            }
            [first, rest @ ..] => {
                wrong += usize::from(!first.is_ascii());
                rest
            }
        };
    }
    (pairs > wrong.saturating_mul(8)).then_some(Encoding::Gb18030)
}

/// How much of a text is UTF-8.
#[derive(Default)]
struct Utf8Count {
    /// Characters of several bytes.
    valid: usize,
    /// Places where the bytes are not UTF-8.
    invalid: usize,
    /// The beginning of a character that the chunk before ended with.
    carried: Vec<u8>,
}

impl Utf8Count {
    fn pass(&mut self, chunk: &[u8]) {
        if self.carried.is_empty() {
            self.count(chunk);
        } else {
            let mut joined = std::mem::take(&mut self.carried);
            // The rest of a character has at most three bytes.
            let (begin, rest) = chunk.split_at(chunk.len().min(3));
            joined.extend_from_slice(begin);
            self.count(&joined);
            if self.carried.is_empty() {
                self.count(rest);
            } else {
                let mut joined = std::mem::take(&mut self.carried);
                joined.extend_from_slice(rest);
                self.count(&joined);
            }
        }
    }

    fn count(&mut self, mut bytes: &[u8]) {
        loop {
            let (text, bad) = match std::str::from_utf8(bytes) {
                Ok(_) => (bytes, None),
                Err(error) => (bytes.get(..error.valid_up_to()).unwrap_or_default(), Some(error.error_len())),
            };
            if !text.is_ascii() {
                self.valid += text.iter().filter(|byte| **byte >= 0xc0).count();
            }
            let rest = bytes.get(text.len()..).unwrap_or_default();
            match bad {
                None => return,
                Some(None) => {
                    self.carried = rest.to_vec();
                    return;
                }
                Some(Some(length)) => {
                    self.invalid += 1;
                    bytes = rest.get(length..).unwrap_or_default();
                }
            }
        }
    }

    /// A character that the file ends within is not one.
    fn finish(&mut self) {
        self.invalid += usize::from(!self.carried.is_empty());
    }
}
