//! What is asked of a ledger in a file before anything is committed to it, and the order in which its mark becomes
//! unclean: after the log is there, so that a log that is missing later was taken away; before the first commit, so
//! that no commit is without it.

use super::file::{self, Mark, MarkFile, sync_folder};
use super::state::state_of;
use super::{Behind, Keeper, State, judge};
use crate::crash;
use crate::error::StoreError;
use crate::soundness;
use crate::sqlite::{self, Access, Database};
use crate::tx::Store;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// How a ledger is opened beside its mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As it should be; one that is behind is refused.
    Start,
    /// By a person who accepts what is lost.
    Accept,
    /// A new ledger: a mark that is there already was another one's.
    Make,
}

/// Whether the log is beside the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogThere {
    /// It is, or need not be: everything is in the main file.
    Well,
    /// It is gone with commits in it.
    Gone,
}

/// Looks for the log that a mark says must be there. To be asked before the database is opened, which makes a log.
#[must_use]
pub fn look(mark: Option<&Mark>, database: &Path) -> LogThere {
    let was_killed = mark.is_some_and(|mark| !mark.is_clean && !mark.ledger.is_empty());
    if was_killed && !sqlite::beside(database, "-wal").exists() { LogThere::Gone } else { LogThere::Well }
}

impl Store {
    /// Opens the database file for writing, with its mark. Says what was lost if somebody accepts that.
    pub async fn open_marked(
        path: &Path,
        mark: &Path,
        how: How,
    ) -> Result<(Self, Keeper, Option<Behind>), StoreError> {
        let mut begin = Begin::look(path, mark, how)?;
        let begun = std::sync::Arc::new(std::sync::Mutex::new(None));
        let told = begun.clone();
        let first = move |connection: &Connection| {
            let marked = begin.run(connection)?;
            if let Ok(mut told) = told.lock() {
                *told = Some((marked, begin.behind.take()));
            }
            Ok(())
        };
        let database = Database::open_with(path, Access::Write, Box::new(first)).await?;
        let begun = begun.lock().ok().and_then(|mut begun| begun.take());
        let gone = || StoreError::Unavailable("the mark was not opened".to_owned());
        let (marked, behind) = begun.ok_or_else(gone)?;
        let store = Self::over_file(database);
        let keeper = Keeper::start(&store, path.to_owned(), marked)?;
        Ok((store, keeper, behind))
    }

    /// Lets a ledger's mark begin anew with what stands there, all of it in the main file if it is one.
    pub async fn renew_mark(&self, mark: &Path) -> Result<(), StoreError> {
        let state = super::state(&mut self.read().await?, None).await?;
        MarkFile::put(mark, &Mark::of(&state, true)).map(|_| ())
    }

    /// Opens a database file to look at it only, without its log: for one whose log is gone, since opening it in
    /// the usual way would make a new one and hide that. Nobody may write to it meanwhile.
    pub async fn open_still(path: &Path) -> Result<Self, StoreError> {
        Ok(Self::over_file(Database::open(path, Access::Still).await?))
    }
}

struct Begin {
    database: PathBuf,
    path: PathBuf,
    mark: Option<Mark>,
    how: How,
    behind: Option<Behind>,
}

impl Begin {
    fn look(database: &Path, path: &Path, how: How) -> Result<Self, StoreError> {
        let (mut mark, mut behind) = (None, None);
        match Mark::read(path) {
            Ok(_) if how == How::Make => {}
            Ok(found) => mark = found,
            Err(StoreError::Behind(why)) => behind = Some(why),
            Err(error) => return Err(error),
        }
        if look(mark.as_ref(), database) == LogThere::Gone {
            behind = Some(Behind::NoLog);
        }
        let begin = Self { database: database.to_owned(), path: path.to_owned(), mark, how, behind };
        begin.expect()?;
        Ok(begin)
    }

    fn expect(&self) -> Result<(), StoreError> {
        match &self.behind {
            Some(behind) if self.how == How::Start => Err(StoreError::Behind(behind.clone())),
            _ => Ok(()),
        }
    }

    /// On the connection that will write, before it commits anything.
    fn run(&mut self, connection: &Connection) -> Result<MarkFile, StoreError> {
        self.make_log(connection)?;
        crash::point("mark_log_there");
        let was_killed = self.mark.as_ref().is_some_and(|mark| !mark.is_clean);
        soundness::at_start(connection, &self.database, was_killed)?;
        let state = state_of(connection, self.mark.as_ref())?;
        if let (None, Some(mark), Some(state)) = (&self.behind, &self.mark, &state) {
            self.behind = judge(mark, state).err();
            self.expect()?;
        }
        // Until a loss is accepted the mark keeps what it knows.
        let marked = MarkFile::put(&self.path, &self.unclean(state.as_ref()))?;
        crash::point("mark_unclean");
        Ok(marked)
    }

    fn unclean(&self, state: Option<&State>) -> Mark {
        let mark = match (&self.mark, state) {
            (Some(mark), _) => mark.clone(),
            (None, Some(state)) => Mark::of(state, false),
            (None, None) => Mark::new(),
        };
        Mark { is_clean: false, is_behind: self.behind.is_some(), ..mark }
    }

    /// The first look at a database makes its log. The name of either is durable before anything is committed; the
    /// engine would not say that it is not.
    fn make_log(&self, connection: &Connection) -> Result<(), StoreError> {
        let look = "SELECT COUNT(*) FROM sqlite_schema";
        connection.query_row(look, [], |_| Ok(())).map_err(sqlite::error)?;
        sync_folder(&self.database).map_err(|error| file::failed(&self.database, &error))
    }
}
