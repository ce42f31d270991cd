//! A copy of a database file as of one moment, made beside the process that writes to it.

use crate::error::StoreError;
use crate::sqlite::{self, Access};
use crate::tx::Store;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::path::Path;

impl Store {
    /// Whether the ledger is in a file, and so can be copied as one.
    #[must_use]
    pub const fn is_file(&self) -> bool {
        self.file().is_some()
    }

    /// Copies the ledger into a new file. It is one state of the ledger, however long that takes; nobody waits.
    pub async fn copy_file(&self, to: &Path) -> Result<(), StoreError> {
        let Some(database) = self.file() else {
            return Err(StoreError::Unavailable("a ledger on a server is no file".to_owned()));
        };
        let (from, to) = (database.path().to_owned(), to.to_owned());
        let copied = tokio::task::spawn_blocking(move || copy(&from, &to));
        copied.await.map_err(|error| StoreError::Unavailable(error.to_string()))?
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let source = sqlite::connect(from, Access::Read)?;
    let mut target = Connection::open(to).map_err(sqlite::error)?;
    {
        let backup = Backup::new(&source, &mut target).map_err(sqlite::error)?;
        // All pages in one step: a copy in several begins anew with every commit of the writer.
        match backup.step(-1).map_err(sqlite::error)? {
            StepResult::Done => {}
            other => return Err(StoreError::Busy(format!("the copy did not end: {other:?}"))),
        }
    }
    target.close().map_err(|(_, cause)| sqlite::error(cause))
}
