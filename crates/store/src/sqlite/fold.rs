//! Folds the write-ahead log back into the database file beside the writer.
//!
//! Where the writer does that inside its commits, some of them take a hundred milliseconds, and everybody behind them
//! waits. A thread with a connection of its own copies the pages and syncs the file while the writer goes on; only the
//! last few pages are left for the writer, which alone can see that none was added and let the log begin anew.

use super::connection::{Access, BUSY, connect};
use super::row::error;
use super::worker::Worker;
use crate::error::StoreError;
use rusqlite::Connection;
use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::Mutex;

/// Pages of the log from which on it is folded back: 32 MiB. Less writes hot pages back again and again.
const FOLD_PAGES: i64 = 8_192;
/// So few pages are left to the writer.
const LEFT_PAGES: i64 = 400;
/// Passes beside the writer before it is asked all the same.
const PASSES: usize = 4;
/// How often the thread looks.
const LOOK: Duration = Duration::from_millis(20);
/// A log of so many pages (1 GiB) is warned of: a reader that never ends keeps it from beginning anew.
const LONG_PAGES: i64 = 262_144;

/// Why the database cannot be trusted with another write, once a sync has failed.
pub(super) type Fault = Arc<OnceLock<String>>;

/// The thread that folds the log back; ends when it is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Folder {
    /// Starts the thread over a database whose writer has begun its log.
    pub(super) fn start(
        path: &Path,
        file: Arc<File>,
        writer: Arc<Mutex<Worker>>,
        fault: Fault,
    ) -> Result<Self, StoreError> {
        let connection = connect(path, Access::Fold)?;
        let (stop, stopped) = channel();
        let mut fold = Fold { connection, file, writer, is_long: false };
        let thread = std::thread::Builder::new().name("sqlite-folder".to_owned()).spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(LOOK) {
                match fold.step() {
                    Ok(()) => {}
                    // A failed sync may have dropped pages that the log will not give again.
                    Err(StoreError::Fatal(text)) => return drop(fault.set(text)),
                    Err(error) => {
                        tracing::warn!(%error, "the write-ahead log was not folded back; trying again")
                    }
                }
            }
        });
        let thread = thread.map_err(|error| StoreError::Unavailable(format!("thread: {error}")))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Folder {
    /// Waits for the thread: its connection must not be the last one that closes.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that folds the log back had failed");
        }
    }
}

struct Fold {
    connection: Connection,
    file: Arc<File>,
    writer: Arc<Mutex<Worker>>,
    is_long: bool,
}

/// What a pass over the log says: its pages, and how many of them are in the file.
#[derive(Debug, Clone, Copy)]
struct Log {
    pages: i64,
    folded: i64,
}

impl Log {
    /// Pages that are not in the file yet. Both numbers are -1 where there is no log.
    const fn left(self) -> i64 {
        self.pages - self.folded
    }
}

impl Fold {
    fn step(&mut self) -> Result<(), StoreError> {
        let log = checkpoint(&self.connection, "NOOP")?;
        self.watch(log);
        if log.left() < FOLD_PAGES {
            return Ok(());
        }
        for _ in 0..PASSES {
            let log = checkpoint(&self.connection, "PASSIVE")?;
            self.file.sync_data().map_err(|error| StoreError::Fatal(format!("sync: {error}")))?;
            if log.left() < LEFT_PAGES {
                break;
            }
        }
        // Nothing comes in between now, so this pass reaches the end, and the next commit begins the log anew. Without
        // it the log grows for ever while there is writing.
        let writer = self.writer.blocking_lock();
        writer.call_blocking(|connection| checkpoint(connection, "PASSIVE")).map(|_| ())
    }

    fn watch(&mut self, log: Log) {
        let is_long = log.pages > LONG_PAGES;
        if is_long && !self.is_long {
            let pages = log.pages;
            tracing::warn!(
                pages,
                "the write-ahead log is long: a reader that does not end keeps it from beginning anew"
            );
        }
        self.is_long = is_long;
    }
}

/// Puts the log into the main file without waiting for readers; says whether all of it is there now. The log is
/// emptied if nobody reads: the next process would have to read it through.
pub(crate) fn fold(connection: &Connection) -> Result<bool, StoreError> {
    if checkpoint(connection, "PASSIVE")?.left() != 0 {
        return Ok(false);
    }
    connection.busy_timeout(Duration::ZERO).map_err(error)?;
    let emptied = checkpoint(connection, "TRUNCATE");
    connection.busy_timeout(BUSY).map_err(error)?;
    match emptied {
        Ok(_) | Err(StoreError::Busy(_)) => Ok(true),
        Err(other) => Err(other),
    }
}

fn checkpoint(connection: &Connection, how: &str) -> Result<Log, StoreError> {
    let sql = format!("PRAGMA wal_checkpoint({how})");
    let read = |row: &rusqlite::Row<'_>| Ok(Log { pages: row.get(1)?, folded: row.get(2)? });
    connection.query_row(&sql, [], read).map_err(error)
}
