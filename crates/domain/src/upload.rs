//! Files that people upload and tasks make: what they are, by their content, and how large they may be.

use crate::code::Code;
use crate::stored_enum::stored_enum;
use crate::visible::is_seen;

/// How many bytes at the beginning of a file tell what it is.
pub const HEAD_BYTES: usize = 512;
/// The most characters in a file's name.
pub const FILE_NAME_MAX: usize = 200;

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

stored_enum! {
    /// What a file is, by its content.
    FileKind {
        /// Text: CSV, TSV or JSON lines.
        Text = 1 "text",
        /// A spreadsheet.
        Xlsx = 2 "xlsx",
        /// Any other zip; only tasks make one.
        Zip = 3 "zip",
        /// An image.
        Png = 4 "png",
        /// An image.
        Jpeg = 5 "jpeg",
        /// An image.
        Webp = 6 "webp",
        /// A document.
        Pdf = 7 "pdf",
    }
}

impl FileKind {
    /// What a file is that begins with these bytes, of which there are at least [`HEAD_BYTES`] unless it is shorter.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        if head.starts_with(b"PK\x03\x04") {
            return Some(if is_workbook(head) { Self::Xlsx } else { Self::Zip });
        }
        let is_webp = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
        let marks: [(&[u8], Self); 3] =
            [(b"\x89PNG\r\n\x1a\n", Self::Png), (b"\xff\xd8\xff", Self::Jpeg), (b"%PDF-", Self::Pdf)];
        let marked = marks.into_iter().find(|(mark, _)| head.starts_with(mark)).map(|(_, kind)| kind);
        marked.or(is_webp.then_some(Self::Webp)).or(is_text(head).then_some(Self::Text))
    }

    /// The media type that it is served with.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            // No charset: it is the file's own. Nothing that looks like a page is ever served as one.
            Self::Text => "text/plain",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Zip => "application/zip",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }

    /// Whether a browser may show it in place.
    #[must_use]
    pub const fn is_shown_inline(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg | Self::Webp | Self::Pdf)
    }

    /// Whether people upload it.
    #[must_use]
    pub const fn is_uploaded(self) -> bool {
        !matches!(self, Self::Zip)
    }

    /// Whether it may hold rows of payments or accounts.
    #[must_use]
    pub const fn has_rows(self) -> bool {
        matches!(self, Self::Text | Self::Xlsx)
    }

    /// The most bytes that an uploaded file of this kind may have.
    #[must_use]
    pub const fn bytes_max(self) -> u64 {
        match self {
            Self::Text => GIB,
            Self::Xlsx | Self::Zip => 128 * MIB,
            Self::Png | Self::Jpeg | Self::Webp | Self::Pdf => 20 * MIB,
        }
    }
}

/// Whether the first entry of a zip is one that workbooks begin with.
fn is_workbook(head: &[u8]) -> bool {
    let name = head.get(30..).unwrap_or_default();
    [&b"[Content_Types].xml"[..], b"_rels/", b"xl/", b"docProps/"].iter().any(|first| name.starts_with(first))
}

/// Whether bytes can be the beginning of a text in some encoding: no control characters but those of lines, unless
/// every other byte is NUL, as in UTF-16.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return true;
    }
    let has_nul = |place: usize| head.iter().skip(place).step_by(2).any(|byte| *byte == 0);
    let is_wide = head.len() >= 4 && has_nul(0) != has_nul(1);
    let is_line = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1a) || *byte >= 0x20;
    head.iter().all(|byte| is_line(byte) || (is_wide && *byte == 0))
}

/// How much may be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// By one person or key, in bytes.
    pub of_one: u64,
    /// In all, in bytes.
    pub of_all: u64,
}

impl FileLimits {
    /// The limits as shipped.
    pub const SHIPPED: Self = Self { of_one: 10 * GIB, of_all: 100 * GIB };
}

/// How long a file is kept, in microseconds: one that nothing refers to, and one that a task made.
pub const KEPT_US: i64 = 30 * 24 * 3_600 * 1_000_000;

/// A file's name as stored: what follows the last slash or backslash, without what cannot be seen; `NAME_INVALID` if
/// nothing is left, or it is too long.
pub fn file_name(text: &str) -> Result<String, Code> {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last.chars().filter(|c| is_seen(*c) && *c != '"').collect();
    let name = seen.trim();
    let is_named = !name.is_empty() && name != "." && name != "..";
    if is_named && name.chars().count() <= FILE_NAME_MAX {
        Ok(name.to_owned())
    } else {
        Err(Code::NameInvalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{check, said};

    fn zip(first: &str) -> Vec<u8> {
        [b"PK\x03\x04".as_slice(), &[0; 26], first.as_bytes()].concat()
    }

    #[test]
    fn a_file_is_what_its_content_says() {
        for (head, kind) in [
            (b"payee,amount\r\n".to_vec(), Some(FileKind::Text)),
            ("收款人,金额\n".into(), Some(FileKind::Text)),
            (b"\xef\xbb\xbfpayee".to_vec(), Some(FileKind::Text)),
            (b"\xca\xd5\xbf\xee".to_vec(), Some(FileKind::Text)),
            (b"\xff\xfep\0a\0".to_vec(), Some(FileKind::Text)),
            (b"p\0a\0y\0\n\0".to_vec(), Some(FileKind::Text)),
            (b"\0p\0a\0y\0\n".to_vec(), Some(FileKind::Text)),
            (b"<svg onload=alert(1)>".to_vec(), Some(FileKind::Text)),
            (zip("[Content_Types].xml"), Some(FileKind::Xlsx)),
            (zip("xl/workbook.xml"), Some(FileKind::Xlsx)),
            (zip("README.txt"), Some(FileKind::Zip)),
            (b"\x89PNG\r\n\x1a\n....".to_vec(), Some(FileKind::Png)),
            (b"\xff\xd8\xff\xe0".to_vec(), Some(FileKind::Jpeg)),
            (b"RIFF....WEBPVP8 ".to_vec(), Some(FileKind::Webp)),
            (b"%PDF-1.7".to_vec(), Some(FileKind::Pdf)),
            (b"RIFF\x01\0\0\0WAVE".to_vec(), None),
            (b"\x7fELF\x02\x01".to_vec(), None),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), None),
            (b"a\0\0b".to_vec(), None),
        ] {
            assert_eq!(FileKind::of(&head), kind, "{}", String::from_utf8_lossy(&head).escape_debug());
        }
    }

    #[test]
    fn only_pictures_and_documents_are_shown_in_place() {
        let inline: Vec<_> =
            FileKind::ALL.iter().filter(|kind| kind.is_shown_inline()).map(|k| k.name()).collect();
        assert_eq!(inline, ["png", "jpeg", "webp", "pdf"]);
        assert!(
            FileKind::ALL.iter().all(|kind| !["text/html", "image/svg+xml"].contains(&kind.media_type()))
        );
    }

    #[test]
    fn a_name_is_the_last_part_of_a_path_without_what_cannot_be_seen() {
        check(
            &[
                ("pay.csv", "pay.csv"),
                (" 七月 工资.xlsx ", "七月 工资.xlsx"),
                ("C:\\Users\\me\\pay.csv", "pay.csv"),
                ("../../etc/passwd", "passwd"),
                ("a\u{202e}vsc.exe", "avsc.exe"),
                ("a\r\nb\".csv", "ab.csv"),
                ("", "NAME_INVALID"),
                ("..", "NAME_INVALID"),
                ("pay/", "NAME_INVALID"),
                ("\u{200b}", "NAME_INVALID"),
            ],
            |text| said(file_name(text)),
        );
        assert_eq!(file_name(&"x".repeat(FILE_NAME_MAX + 1)), Err(Code::NameInvalid));
    }
}
