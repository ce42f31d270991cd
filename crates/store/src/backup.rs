//! A snapshot copy of a database file, made while another process writes to it.

use crate::error::StoreError;
use crate::sqlite::{self, Access};
use crate::store::Store;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::path::Path;

impl Store {
    /// Whether the ledger is a file, and so can be copied as one.
    #[must_use]
    pub const fn is_file(&self) -> bool {
        self.file().is_some()
    }

    /// Copies the ledger into a new file. The copy is one snapshot, however long it takes; nothing waits for
    /// it.
    pub async fn copy_file(&self, to: &Path) -> Result<(), StoreError> {
        let Some(database) = self.file() else {
            return Err(StoreError::Unavailable("a ledger on a server is not a file".to_owned()));
        };
        let (from, to) = (database.path().to_owned(), to.to_owned());
        let copied = tokio::task::spawn_blocking(move || copy(&from, &to));
        copied.await.map_err(|error| StoreError::Unavailable(error.to_string()))?
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let source = sqlite::connect(from, Access::Inspect)?;
    let mut target = Connection::open(to).map_err(sqlite::error)?;
    {
        let backup = Backup::new(&source, &mut target).map_err(sqlite::error)?;
        // All pages in one step: a copy made in several restarts at every commit of the writer.
        match backup.step(-1).map_err(sqlite::error)? {
            StepResult::Done => {}
            other => return Err(StoreError::Busy(format!("the copy did not finish: {other:?}"))),
        }
    }
    target.close().map_err(|(_, cause)| sqlite::error(cause))
}
