//! Checkpoints the write-ahead log into the database file alongside the writer.
//!
//! If the writer does that within its commits, some of them take a hundred milliseconds, and everything
//! queued behind them waits. A thread with its own connection copies the pages and syncs the file while the
//! writer continues. Only the last few pages are left to the writer, since only the writer can tell that none
//! was added and restart the log.

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

/// Log size in pages from which it is checkpointed: 32 MiB. A lower limit would write hot pages back again
/// and again.
const CHECKPOINT_PAGES: i64 = 8_192;
/// The thread makes no further pass once fewer pages than this are left to the writer.
const LEFT_PAGES: i64 = 400;
/// Passes alongside the writer before it is involved regardless.
const PASSES: usize = 4;
/// How often the thread checks.
const POLL: Duration = Duration::from_millis(20);
/// A warning is logged for a log of this many pages (1 GiB): a reader that never ends keeps it from
/// restarting.
const LONG_PAGES: i64 = 262_144;

/// Why the database cannot be trusted with another write after a failed sync.
pub(super) type Fault = Arc<OnceLock<String>>;

/// The checkpoint thread; ends when this is dropped.
#[derive(Debug)]
pub(super) struct CheckpointThread {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl CheckpointThread {
    /// Starts the thread on a database whose writer has created its log.
    pub(super) fn start(
        path: &Path,
        file: Arc<File>,
        writer: Arc<Mutex<Worker>>,
        fault: Fault,
    ) -> Result<Self, StoreError> {
        let connection = connect(path, Access::Checkpoint)?;
        let (stop, stopped) = channel();
        let mut checkpointer = Checkpointer { connection, file, writer, is_long: false };
        let thread = std::thread::Builder::new().name("sqlite-checkpt".to_owned()).spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(POLL) {
                match checkpointer.step() {
                    Ok(()) => {}
                    // A failed sync may have dropped pages, and the log will not provide them again.
                    Err(StoreError::Fatal(text)) => return drop(fault.set(text)),
                    Err(error) => {
                        tracing::warn!(%error, "the write-ahead log could not be checkpointed; retrying")
                    }
                }
            }
        });
        let thread = thread.map_err(|error| StoreError::Unavailable(format!("thread: {error}")))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for CheckpointThread {
    /// Waits for the thread: its connection must not be the last to close.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpoint thread panicked");
        }
    }
}

/// What the thread works with.
struct Checkpointer {
    connection: Connection,
    file: Arc<File>,
    writer: Arc<Mutex<Worker>>,
    is_long: bool,
}

/// The result of a checkpoint pass: the log's pages, and how many of them are in the file.
#[derive(Debug, Clone, Copy)]
struct Log {
    pages: i64,
    copied: i64,
}

impl Log {
    /// Pages that are not in the file yet. Both numbers are -1 if there is no log.
    const fn left(self) -> i64 {
        self.pages - self.copied
    }
}

impl Checkpointer {
    fn step(&mut self) -> Result<(), StoreError> {
        let log = pass(&self.connection, "NOOP")?;
        self.watch(log);
        if log.left() < CHECKPOINT_PAGES {
            return Ok(());
        }
        for _ in 0..PASSES {
            let log = pass(&self.connection, "PASSIVE")?;
            self.file.sync_data().map_err(|error| StoreError::Fatal(format!("sync: {error}")))?;
            if log.left() < LEFT_PAGES {
                break;
            }
        }
        // The writer is locked now, so this pass reaches the end, and the next commit restarts the log.
        // Otherwise the log would grow indefinitely while there are writes.
        let writer = self.writer.blocking_lock();
        writer.call_blocking(|connection| pass(connection, "PASSIVE")).map(|_| ())
    }

    fn watch(&mut self, log: Log) {
        let is_long = log.pages > LONG_PAGES;
        if is_long && !self.is_long {
            let pages = log.pages;
            tracing::warn!(
                pages,
                "the write-ahead log is long: a reader that does not end keeps it from restarting"
            );
        }
        self.is_long = is_long;
    }
}

/// Checkpoints the log into the main file without waiting for readers, and returns whether the file is
/// complete. If there are no readers, the log is truncated: otherwise the next process would have to read it
/// through.
pub(crate) fn checkpoint_without_waiting(connection: &Connection) -> Result<bool, StoreError> {
    if pass(connection, "PASSIVE")?.left() != 0 {
        return Ok(false);
    }
    connection.busy_timeout(Duration::ZERO).map_err(error)?;
    let emptied = pass(connection, "TRUNCATE");
    connection.busy_timeout(BUSY).map_err(error)?;
    match emptied {
        Ok(_) | Err(StoreError::Busy(_)) => Ok(true),
        Err(other) => Err(other),
    }
}

fn pass(connection: &Connection, mode: &str) -> Result<Log, StoreError> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let read = |row: &rusqlite::Row<'_>| Ok(Log { pages: row.get(1)?, copied: row.get(2)? });
    connection.query_row(&sql, [], read).map_err(error)
}
