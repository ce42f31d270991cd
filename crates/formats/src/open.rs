//! Opens a file of any kind as a [`Sheet`]: its kind, encoding and delimiter are found by its content unless the uploader
//! chose them.
//!
//! A file is read once from end to end before its first row is returned: text to detect its encoding, a workbook to
//! check it. Text in UTF-8 is then read without being decoded.

use std::io::{Read, Seek, SeekFrom};

use domain::code::Code;

use crate::csv_reader::CsvReader;
use crate::decoding::Decoding;
use crate::delimiter::Delimiter;
use crate::encoding::{Encoding, Scan, fill, scan};
use crate::json_lines::JsonLines;
use crate::kind::{Content, FileKind, by_content};
use crate::problem::Problem;
use crate::read_error::ReadError;
use crate::sheet::Sheet;
use crate::xlsx::{Otherwise, SheetInfo, XlsxSheet};

/// How much of a file its kind and delimiter are found in.
const HEAD: usize = 64 * 1024;

/// The name of the stream that a compound file has if it is a workbook with a password.
const ENCRYPTED: &str = "EncryptedPackage";

/// What the uploader says about a file. What is not said is found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileOptions {
    /// The text encoding.
    pub encoding: Option<Encoding>,
    /// The field separator.
    pub delimiter: Option<Delimiter>,
    /// The sheet of a workbook, by its name or its number from 1.
    pub sheet: Option<String>,
}

/// What a file is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileForm {
    /// Its kind.
    pub kind: FileKind,
    /// The text encoding; none for workbooks.
    pub encoding: Option<Encoding>,
    /// The field separator, for files that have one.
    pub delimiter: Option<Delimiter>,
    /// The sheets of a workbook.
    pub sheets: Vec<SheetInfo>,
    /// The sheet that is read.
    pub sheet: Option<String>,
    /// How many lines or rows have something in them, about; the header is one of them.
    pub lines: u64,
}

/// A file that was opened.
pub struct Opened {
    /// Its rows, for a reader of payments or accounts.
    pub sheet: Box<dyn Sheet + Send>,
    /// What it is.
    pub form: FileForm,
}

/// Opens a file. A workbook in which several sheets have values needs the choice of one.
pub fn open<R: Read + Seek + Send + 'static>(read: R, options: &FileOptions) -> Result<Opened, ReadError> {
    open_any(read, options, Otherwise::Only)
}

/// [`open`], with a choice for workbooks with several sheets.
pub(crate) fn open_any<R: Read + Seek + Send + 'static>(
    mut read: R,
    options: &FileOptions,
    otherwise: Otherwise,
) -> Result<Opened, ReadError> {
    let mut head = vec![0; HEAD];
    let length = fill(&mut read, &mut head)?;
    head.truncate(length);
    read.seek(SeekFrom::Start(0))?;
    match by_content(&head) {
        Content::Other(kind) => Err(Problem::of_row(1, Code::FileUnsupported, kind).into()),
        Content::Compound => Err(compound(read)?.into()),
        Content::Zip => workbook(read, options, otherwise),
        Content::Text => text(read, options),
    }
}

fn workbook<R: Read + Seek + Send + 'static>(
    read: R,
    options: &FileOptions,
    otherwise: Otherwise,
) -> Result<Opened, ReadError> {
    let sheet = XlsxSheet::open(read, options.sheet.as_deref(), otherwise)?;
    let form = FileForm {
        kind: FileKind::Xlsx,
        encoding: None,
        delimiter: None,
        sheet: sheet.sheets.get(sheet.chosen).map(|sheet| sheet.name.clone()),
        sheets: sheet.sheets.clone(),
        lines: sheet.rows(),
    };
    Ok(Opened { sheet: Box::new(sheet), form })
}

fn text<R: Read + Seek + Send + 'static>(mut read: R, options: &FileOptions) -> Result<Opened, ReadError> {
    let Scan { encoding, lines } = scan(&mut read)?;
    let unknown = || Problem::of_row(1, Code::EncodingUnknown, "");
    let encoding = options.encoding.or(encoding).ok_or_else(unknown)?;
    read.seek(SeekFrom::Start(0))?;
    let mut head = vec![0; HEAD];
    let length = fill(&mut Decoding::new(&mut read, encoding), &mut head)?;
    head.truncate(length);
    read.seek(SeekFrom::Start(0))?;
    let form = FileForm {
        kind: FileKind::Csv,
        encoding: Some(encoding),
        delimiter: None,
        sheets: Vec::new(),
        sheet: None,
        lines,
    };
    if head.trim_ascii_start().starts_with(b"{") {
        let sheet: Box<dyn Sheet + Send> = match encoding {
            Encoding::Utf8 => Box::new(JsonLines::new(read)?),
            other => Box::new(JsonLines::new(Decoding::new(read, other))?),
        };
        return Ok(Opened { sheet, form: FileForm { kind: FileKind::JsonLines, ..form } });
    }
    let delimiter = options.delimiter.unwrap_or_else(|| Delimiter::found(&head));
    let sheet: Box<dyn Sheet + Send> = match encoding {
        Encoding::Utf8 => Box::new(CsvReader::new(read, delimiter)?),
        other => Box::new(CsvReader::new(Decoding::new(read, other), delimiter)?),
    };
    let delimiter = sheet.delimiter();
    Ok(Opened { sheet, form: FileForm { delimiter, ..form } })
}

/// Why a compound file is refused: a workbook with a password is one, and so is an old XLS.
fn compound(mut read: impl Read) -> std::io::Result<Problem> {
    let name: Vec<u8> = ENCRYPTED.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (mut window, mut chunk) = (Vec::new(), vec![0; HEAD]);
    loop {
        let length = fill(&mut read, &mut chunk)?;
        if length == 0 {
            return Ok(Problem::of_row(1, Code::FileUnsupported, "XLS"));
        }
        window.extend_from_slice(chunk.get(..length).unwrap_or_default());
        if window.windows(name.len()).any(|part| part == name) {
            return Ok(Problem::of_row(1, Code::FileEncrypted, ""));
        }
        // The name may lie across two chunks.
        window.drain(..window.len().saturating_sub(name.len()));
    }
}
