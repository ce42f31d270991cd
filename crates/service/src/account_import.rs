//! Imports accounts from a file with the columns number, holder, email, uid, currency and opening. Every row has an
//! outcome.
//!
//! A page of rows is one transaction with a fixed number of queries. Opening balances are money and go
//! through the door, each under its own operation id, so an interrupted import is simply run again. The import of a
//! task continues where it was interrupted (`attempt`).

mod attempt;
mod opened;
mod opening;
mod outcome;
mod page;
mod row;
mod source;

pub use self::outcome::{AccountsImported, ImportedRow, OpeningOutcome, RowOutcome};

use self::attempt::ImportAttempt;
use self::source::AccountSource;
use crate::file::blocking;
use crate::task::job::Job;
use crate::{Error, Service};
use formats::account::AccountFileOptions;
use std::io::{Read, Seek};
use store::audit::Actor;

/// How an account file is read.
#[derive(Debug, Clone, Default)]
pub struct AccountImport {
    /// How to read the file.
    pub options: AccountFileOptions,
    /// Whether numbers that look like other accounts' numbers are allowed.
    pub confusable: bool,
    /// The task that imports it, if one does.
    pub job: Option<Job>,
}

/// Opens the accounts in a file. Rows that cannot be accepted are reported as problems; the others are opened. A task
/// needs the right to enter deposits if the file has openings.
pub async fn import<R: Read + Seek + Send + 'static>(
    service: &Service,
    actor: &Actor,
    read: R,
    how: AccountImport,
) -> Result<AccountsImported, Error> {
    let AccountImport { options, confusable, job } = how;
    let mut source = blocking(move || AccountSource::open(read, &options)).await?;
    let opening = source.opening().map(str::to_owned);
    let mut attempt = ImportAttempt::begin(service, job, opening.as_deref()).await?;
    loop {
        let (back, parsed) = blocking(move || source.page()).await?;
        source = back;
        let more = parsed.more;
        attempt.take(service, actor, parsed, confusable).await?;
        if !more {
            return Ok(attempt.end(source.report()));
        }
    }
}
