//! A file to import: what it is, whatever its rows mean.

use crate::Error;
use data_encoding::HEXLOWER;
use domain::code::Language;
use formats::open::FileForm;
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
