//! What the file store answers, as a verb answers it.

use crate::{Error, Service};
use domain::code::Code;
use files::{Files, FilesError};

impl From<FilesError> for Error {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Missing => Code::FileMissing.into(),
            FilesError::Full => Code::StorageFull.into(),
            FilesError::Failed(why) => Self::Io(std::io::Error::other(why)),
        }
    }
}

/// The file store; [`Code::FilesUnavailable`] if there is none.
pub(super) fn files(service: &Service) -> Result<&Files, Error> {
    service.files().ok_or_else(|| Code::FilesUnavailable.into())
}
