//! The checks on a ledger file before anything is committed to it, and when its mark is set unclean: after
//! the log exists, so that a log that is missing later must have been removed, and before the first commit,
//! so that no commit happens without it.

use super::behind::Behind;
use super::file::{self, Mark, MarkFile, sync_folder};
use super::keeper::Keeper;
use super::state::{State, compare, state, state_of};
use crate::crash;
use crate::error::StoreError;
use crate::soundness;
use crate::sqlite::{self, Access, SqliteDatabase};
use crate::store::Store;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// How a ledger is opened together with its mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// Normally; a ledger that is behind is refused.
    Normal,
    /// With the loss accepted by an operator.
    AcceptLoss,
    /// As a new ledger: an existing mark belonged to another one.
    Create,
}

/// Whether the log file is next to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFile {
    /// It exists, or is not needed because everything is in the main file.
    Complete,
    /// It is missing, and commits with it.
    Missing,
}

/// Looks for the log that must exist according to a mark. Call it before the database is opened, which
/// creates a log.
#[must_use]
pub fn find_log(mark: Option<&Mark>, database: &Path) -> LogFile {
    let was_killed = mark.is_some_and(|mark| !mark.is_clean && !mark.ledger.is_empty());
    if was_killed && !sqlite::beside(database, "-wal").exists() {
        LogFile::Missing
    } else {
        LogFile::Complete
    }
}

impl Store {
    /// Opens the database file for writing, with its mark. Returns what was lost if the loss was accepted.
    pub async fn open_marked(
        path: &Path,
        mark: &Path,
        mode: OpenMode,
    ) -> Result<(Self, Keeper, Option<Behind>), StoreError> {
        let mut begin = Begin::check_mark(path, mark, mode)?;
        let begun = std::sync::Arc::new(std::sync::Mutex::new(None));
        let report = begun.clone();
        let first = move |connection: &Connection| {
            let marked = begin.run(connection)?;
            if let Ok(mut report) = report.lock() {
                *report = Some((marked, begin.behind.take()));
            }
            Ok(())
        };
        let database = SqliteDatabase::open_with(path, Access::Write, Box::new(first)).await?;
        let begun = begun.lock().ok().and_then(|mut begun| begun.take());
        let gone = || StoreError::Unavailable("opening the mark failed".to_owned());
        let (marked, behind) = begun.ok_or_else(gone)?;
        let store = Self::over_file(database);
        let keeper = Keeper::start(&store, path.to_owned(), marked)?;
        Ok((store, keeper, behind))
    }

    /// Resets a ledger's mark to the ledger's current state, which for a file must all be in the main file.
    pub async fn renew_mark(&self, mark: &Path) -> Result<(), StoreError> {
        let state = state(&mut self.read().await?, None).await?;
        MarkFile::put(mark, &state.mark(true)).map(|_| ())
    }

    /// Opens a database file read-only and without its log: for one whose log is missing, since the usual
    /// open would create a new log and hide that. No process may write to the file meanwhile.
    pub async fn open_immutable(path: &Path) -> Result<Self, StoreError> {
        Ok(Self::over_file(SqliteDatabase::open(path, Access::Immutable).await?))
    }
}

struct Begin {
    database: PathBuf,
    path: PathBuf,
    mark: Option<Mark>,
    mode: OpenMode,
    behind: Option<Behind>,
}

impl Begin {
    fn check_mark(database: &Path, path: &Path, mode: OpenMode) -> Result<Self, StoreError> {
        let (mut mark, mut behind) = (None, None);
        match Mark::read(path) {
            Ok(_) if mode == OpenMode::Create => {}
            Ok(found) => mark = found,
            Err(StoreError::Behind(why)) => behind = Some(why),
            Err(error) => return Err(error),
        }
        if find_log(mark.as_ref(), database) == LogFile::Missing {
            behind = Some(Behind::NoLog);
        }
        let begin = Self { database: database.to_owned(), path: path.to_owned(), mark, mode, behind };
        begin.expect()?;
        Ok(begin)
    }

    fn expect(&self) -> Result<(), StoreError> {
        match &self.behind {
            Some(behind) if self.mode == OpenMode::Normal => Err(StoreError::Behind(behind.clone())),
            _ => Ok(()),
        }
    }

    /// Runs on the connection that will write, before it commits anything.
    fn run(&mut self, connection: &Connection) -> Result<MarkFile, StoreError> {
        self.make_log(connection)?;
        crash::point("mark_log_there");
        let was_killed = self.mark.as_ref().is_some_and(|mark| !mark.is_clean);
        soundness::at_start(connection, &self.database, was_killed)?;
        let state = state_of(connection, self.mark.as_ref())?;
        if let (None, Some(mark), Some(state)) = (&self.behind, &self.mark, &state) {
            self.behind = compare(mark, state).err();
            self.expect()?;
        }
        // Until a loss is accepted, the mark keeps what it knows.
        let marked = MarkFile::put(&self.path, &self.unclean(state.as_ref()))?;
        crash::point("mark_unclean");
        Ok(marked)
    }

    fn unclean(&self, state: Option<&State>) -> Mark {
        let mark = match (&self.mark, state) {
            (Some(mark), _) => mark.clone(),
            (None, Some(state)) => state.mark(false),
            (None, None) => Mark::new(),
        };
        Mark { is_clean: false, is_behind: self.behind.is_some(), ..mark }
    }

    /// The first read of a database creates its log. Both file names must be durable before anything is
    /// committed; the engine would not report that they are not.
    fn make_log(&self, connection: &Connection) -> Result<(), StoreError> {
        let read = "SELECT COUNT(*) FROM sqlite_schema";
        connection.query_row(read, [], |_| Ok(())).map_err(sqlite::error)?;
        sync_folder(&self.database).map_err(|error| file::failed(&self.database, &error))
    }
}
