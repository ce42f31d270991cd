//! The kind of a file by its content; its name plays no part.
//!
//! To detect another kind by its first bytes, so that a refusal can name it, add a row to `MAGIC`.

/// A kind of file that can be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FileKind {
    /// Text with a delimiter: CSV, TSV and the like.
    #[default]
    Csv,
    /// A workbook.
    Xlsx,
    /// A JSON object per line.
    JsonLines,
}

impl FileKind {
    /// Its name, as in a file name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::JsonLines => "jsonl",
        }
    }
}

/// What [`by_content`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// A zip archive; its directory says whether it is a workbook.
    Zip,
    /// An old compound file: a workbook with a password, or an XLS.
    Compound,
    /// Text, in any encoding.
    Text,
    /// What cannot be read.
    Other(&'static str),
}

/// The kind of a file by its first bytes.
pub(crate) fn by_content(head: &[u8]) -> Content {
    match of(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head)) {
        None | Some("UTF-16") => Content::Text,
        Some("XLS") => Content::Compound,
        Some(_) if head.starts_with(b"PK") => Content::Zip,
        Some(other) => Content::Other(other),
    }
}

/// The first bytes of files that are not CSV.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "GZIP"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"{\\rtf", "RTF"),
    (b"<html", "HTML"),
    (b"<!doctype", "HTML"),
    (b"<?xml", "XML"),
];

/// File types by the names inside a ZIP file.
const IN_ZIP: &[(&[u8], &str)] = &[
    (b"xl/", "XLSX"),
    (b"word/", "DOCX"),
    (b"opendocument.spreadsheet", "ODS"),
    (b"[Content_Types]", "XLSX"),
];

/// How many bytes are checked for UTF-16 without a byte order mark.
const UTF16_LOOK: usize = 32;

/// The type of a file by its first bytes; none if it may be CSV.
pub(crate) fn of(bytes: &[u8]) -> Option<&'static str> {
    let text = bytes.trim_ascii_start();
    let begins = |magic: &[u8]| {
        bytes.starts_with(magic) || text.get(..magic.len()).is_some_and(|t| t.eq_ignore_ascii_case(magic))
    };
    match MAGIC.iter().find(|(magic, _)| begins(magic)) {
        Some((_, "ZIP")) => Some(in_zip(bytes)),
        Some((_, kind)) => Some(kind),
        None => is_utf16(bytes).then_some("UTF-16"),
    }
}

fn in_zip(bytes: &[u8]) -> &'static str {
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    IN_ZIP.iter().find(|(name, _)| holds(name)).map_or("ZIP", |(_, kind)| kind)
}

/// Whether every second byte at the beginning is zero, as in ASCII text in UTF-16 without a byte order mark.
fn is_utf16(bytes: &[u8]) -> bool {
    let look = bytes.get(..UTF16_LOOK).unwrap_or(bytes);
    let (pairs, _) = look.as_chunks::<2>();
    let zeros =
        |high: bool| pairs.iter().all(|[a, b]| if high { *a == 0 && *b != 0 } else { *a != 0 && *b == 0 });
    pairs.len() >= 2 && (zeros(true) || zeros(false))
}

/// The legacy encoding that a header seems to be in: Chinese spreadsheets write GBK unless told otherwise.
/// Only byte pairs of common characters count, so that a Western letter is not taken for Chinese.
pub(crate) fn encoding_of(header: &[u8]) -> Option<&'static str> {
    let mut rest = header;
    loop {
        rest = match rest {
            [] => return (!header.is_ascii()).then_some("GBK"),
            [0xb0..=0xf7, 0xa1..=0xfe, rest @ ..] | [0xa1..=0xa9, 0xa1..=0xfe, rest @ ..] => rest,
            [first, rest @ ..] if first.is_ascii() => rest,
            _ => return None,
        };
    }
}
