//! A first look at an uploaded file: what it was read as, what its columns probably mean, and its first rows, so that a
//! person can correct all of it before anything is imported.

use super::remembered::{Remembered, remembered};
use super::show::open;
use crate::file::{FileWords, blocking, unknown_word};
use crate::{Error, Service};
use domain::code::Code;
use domain::principal::Principal;
use domain::visible::shown;
use formats::probe::{ProbeOptions, Purpose, probe};
use store::upload::Upload;

pub use formats::locate::TextRow;
pub use formats::probe::Probe;
pub use formats::problem::Problem as FileRemark;

/// How to look at a file. What is not said is found out.
#[derive(Debug, Clone, Default)]
pub struct LookRequest {
    /// What its rows are: `payments`, unless it says `accounts`.
    pub purpose: Option<String>,
    /// The text encoding.
    pub encoding: Option<String>,
    /// The field separator.
    pub delimiter: Option<String>,
    /// The sheet of a workbook, by its name or its number from 1.
    pub sheet: Option<String>,
}

/// How to look at a file, in words that mean something.
#[derive(Debug, Clone)]
pub struct Look(ProbeOptions);

impl LookRequest {
    /// The look that is asked for; a word that means none is refused.
    pub fn read(&self) -> Result<Look, Error> {
        let words = FileWords {
            encoding: self.encoding.as_deref(),
            delimiter: self.delimiter.as_deref(),
            sheet: self.sheet.as_deref(),
        };
        let purpose = match self.purpose.as_deref() {
            None | Some("payments") => Purpose::Payments,
            Some("accounts") => Purpose::Accounts,
            Some(other) => {
                let what = format!("look: {}", shown(other));
                return Err(unknown_word(Code::QueryInvalid, &what, "payments, accounts"));
            }
        };
        let file = words.options(Code::QueryInvalid, "")?;
        Ok(Look(ProbeOptions { purpose, file, mapped: Vec::new() }))
    }
}

/// What a look found.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The file, as it is read.
    pub probe: Probe,
    /// What the caller decided about files with the same headers before.
    pub remembered: Option<Remembered>,
}

/// Looks at a file that the caller was shown. None if it is of a kind that has no rows, such as a picture. The code of
/// the refusal says why a file with rows cannot be read.
pub async fn look(
    service: &Service,
    by: Principal,
    upload: &Upload,
    Look(options): Look,
) -> Result<Option<Looked>, Error> {
    if !upload.kind.has_rows() {
        return Ok(None);
    }
    let (read, purpose) = (open(service, upload.id).await?, options.purpose);
    let probe = blocking(move || probe(read, &options)).await?;
    let remembered = remembered(service, by, purpose, &probe).await?;
    Ok(Some(Looked { probe, remembered }))
}
