//! A file to import: what it is, whatever its rows mean.

use crate::Error;
use data_encoding::HEXLOWER;
use domain::code::{Code, Language};
use domain::task::import_batch::{FileRead, FileRemark};
use domain::visible::shown;
use formats::delimiter::Delimiter;
use formats::encoding::Encoding;
use formats::open::{FileForm, FileOptions};
use formats::read_error::ReadError;
use formats::report::Summary;
use sha2::{Digest, Sha256};
use std::io::{ErrorKind, Read, Seek, SeekFrom};

/// How much of a file is hashed at once.
const PIECE: usize = 256 * 1024;

/// What a file contains, whatever the outcome of its rows.
#[derive(Debug, Clone, Default)]
pub struct FileReport {
    /// SHA-256 of its bytes.
    pub hash: String,
    /// Its kind, encoding, delimiter and sheet, as they were chosen or found.
    pub form: FileForm,
    /// Control totals, columns that were not read, values that were folded, and remarks.
    pub summary: Summary,
}

impl FileReport {
    /// The sum of all readable amounts, in major units.
    #[must_use]
    pub fn sum(&self) -> String {
        self.summary.totals.sum.to_string()
    }

    /// What it was read as, as tasks answer it.
    pub(crate) fn read_as(&self) -> FileRead {
        let form = &self.form;
        let remarks = self.summary.remarks.iter().map(|remark| FileRemark {
            line: remark.line,
            column: remark.column.clone(),
            code: remark.code.name().to_owned(),
            value: remark.value.clone(),
        });
        FileRead {
            kind: form.kind.name().to_owned(),
            encoding: form.encoding.map(|encoding| encoding.name().to_owned()),
            delimiter: form.delimiter.map(|delimiter| delimiter.name().to_owned()),
            sheet: form.sheet.clone(),
            header_set: Some(self.summary.header_set.clone()).filter(|set| !set.is_empty()),
            remarks: remarks.collect(),
        }
    }
}

/// The SHA-256 of a file, which is read from its beginning and left there.
pub(crate) fn hash_of(read: &mut (impl Read + Seek)) -> std::io::Result<String> {
    let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE]);
    read.seek(SeekFrom::Start(0))?;
    loop {
        match read.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => hash.update(piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    read.seek(SeekFrom::Start(0))?;
    Ok(HEXLOWER.encode(&hash.finalize()))
}

const ENCODINGS: &str = "utf-8, utf-16le, utf-16be, gb18030, big5, windows-1252";
const DELIMITERS: &str = "comma, semicolon, tab, pipe";

/// What a caller says about a file in words. What is not said is found out.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FileWords<'a> {
    /// The text encoding, by its name.
    pub encoding: Option<&'a str>,
    /// The field separator, by its name or as a character.
    pub delimiter: Option<&'a str>,
    /// The sheet of a workbook, by its name or its number from 1.
    pub sheet: Option<&'a str>,
}

impl FileWords<'_> {
    /// The options that these words mean. A word that means none is refused with a code, and named behind a prefix.
    pub(crate) fn options(self, code: Code, prefix: &str) -> Result<FileOptions, Error> {
        let wrong = |name: &str, text: &str, known: &str| {
            unknown_word(code, &format!("{prefix}{name}: {}", shown(text)), known)
        };
        let encoding =
            self.encoding.map(|text| Encoding::parse(text).ok_or_else(|| wrong("encoding", text, ENCODINGS)));
        let delimiter = self
            .delimiter
            .map(|text| Delimiter::parse(text).ok_or_else(|| wrong("delimiter", text, DELIMITERS)));
        Ok(FileOptions {
            encoding: encoding.transpose()?,
            delimiter: delimiter.transpose()?,
            sheet: self.sheet.map(str::to_owned),
        })
    }
}

/// The refusal of a word that is none of the known ones.
pub(crate) fn unknown_word(code: Code, what: &str, known: &str) -> Error {
    Error::bilingual(code, format!("{what}: one of {known}"), format!("{what}：可用的有 {known}"))
}

/// Reads a file on a thread that may wait for the disk.
pub(crate) async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, ReadError> + Send + 'static,
) -> Result<T, Error> {
    Ok(tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other)??)
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => Self::Io(error),
            ReadError::Refused(refusal) => {
                let (english, chinese) =
                    (refusal.detail(Language::English), refusal.detail(Language::Chinese));
                Self::bilingual(refusal.problem.code, english, chinese)
            }
        }
    }
}
