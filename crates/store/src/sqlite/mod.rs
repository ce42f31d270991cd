//! The embedded engine, SQLite: one writer connection and readers alongside it, each on its own thread, and a
//! thread that checkpoints the write-ahead log. A call is a script: statements with whole columns, run in one
//! hop between threads.

mod checkpoint;
mod connection;
mod images;
mod readers;
pub(crate) mod row;
pub(crate) mod schema;
mod statement;
mod transaction;
mod worker;

pub(crate) use checkpoint::checkpoint_without_waiting;
pub(crate) use connection::{Access, connect};
pub(crate) use row::{error, rows};
pub(crate) use transaction::SqliteTransaction;

use crate::error::StoreError;
use crate::hops::Hops;
use checkpoint::{CheckpointThread, Fault};
use readers::Readers;
use rusqlite::Connection;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Mutex;
use worker::{Rank, Worker};

/// Readers alongside the writer. Each has its own page cache.
const READERS: usize = 4;
/// Readers for single rows by key, which never wait behind lists. While the answer of one is being delivered,
/// the other can work.
const POINT_READERS: usize = 2;
/// Older libraries can lose commits when a checkpoint coincides with a writer in WAL mode.
const VERSION_MIN: i32 = 3_051_003;

/// The clock that nodes agree on.
pub(crate) const CLOCK: &str = "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)";

/// What runs on the connection that will write, before it commits anything.
pub(crate) type First = Box<dyn FnOnce(&Connection) -> Result<(), StoreError> + Send>;

/// An open database file.
#[derive(Debug, Clone)]
pub(crate) struct SqliteDatabase {
    path: Arc<PathBuf>,
    access: Access,
    // Fields drop in order: the checkpoint thread ends before the last connection closes.
    _checkpointer: Option<Arc<CheckpointThread>>,
    fault: Fault,
    writer: Option<Arc<Mutex<Worker>>>,
    hops: Hops,
    readers: Readers,
    point_readers: Readers,
}

impl SqliteDatabase {
    pub(crate) async fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        Self::open_with(path, access, Box::new(|_| Ok(()))).await
    }

    pub(crate) async fn open_with(path: &Path, access: Access, first: First) -> Result<Self, StoreError> {
        if rusqlite::version_number() < VERSION_MIN {
            let version = rusqlite::version();
            return Err(StoreError::Unavailable(format!("SQLite {version} is older than 3.51.3")));
        }
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || Self::open_blocking(path, access, first))
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?
    }

    fn open_blocking(path: PathBuf, access: Access, first: First) -> Result<Self, StoreError> {
        let fault = Fault::default();
        let (mut writer, mut checkpointer, mut file) = (None, None, None);
        match access {
            Access::Write | Access::Memory => {
                let mut connection = connect(&path, access)?;
                first(&connection)?;
                schema::migrate(&mut connection)?;
                images::keep(&connection)?;
                if access == Access::Write {
                    let opened = File::open(&path).map_err(|error| unavailable(&error))?;
                    file = Some(Arc::new(opened));
                }
                let worker = Worker::start(connection, "sqlite-writer", Rank::First, file.clone())?;
                writer = Some(Arc::new(Mutex::new(worker)));
            }
            Access::Read | Access::Inspect | Access::Checkpoint | Access::Immutable => {
                schema::expect(&connect(&path, access)?)?;
            }
        }
        if let (Some(file), Some(writer)) = (&file, &writer) {
            let thread = CheckpointThread::start(&path, Arc::clone(file), Arc::clone(writer), fault.clone())?;
            checkpointer = Some(Arc::new(thread));
        }
        let readers = |count: usize, name: &str, rank: Rank| {
            let count = if access == Access::Memory { 0 } else { count };
            let start = |_| Worker::start(connect(&path, reading(access))?, name, rank, file.clone());
            (0..count).map(start).collect::<Result<Vec<_>, _>>().map(Readers::of)
        };
        let (readers, point_readers) = (
            readers(READERS, "sqlite-reader", Rank::Behind)?,
            readers(POINT_READERS, "sqlite-point", Rank::First)?,
        );
        Ok(Self {
            path: Arc::new(path),
            access,
            _checkpointer: checkpointer,
            fault,
            writer,
            hops: Hops::default(),
            readers,
            point_readers,
        })
    }

    pub(crate) async fn write(&self) -> Result<SqliteTransaction, StoreError> {
        let writer = self.writer.clone().ok_or_else(|| StoreError::Busy("opened read-only".to_owned()))?;
        let guard = writer.lock_owned().await;
        match self.fault.get() {
            Some(text) => Err(StoreError::Fatal(text.clone())),
            None => Ok(SqliteTransaction::writing(guard, self.hops.clone())),
        }
    }

    /// How often write transactions have called the writer's thread.
    pub(crate) fn hops(&self) -> u64 {
        self.hops.count()
    }

    pub(crate) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    pub(crate) async fn read(&self) -> Result<SqliteTransaction, StoreError> {
        match self.access {
            Access::Memory => self.write().await,
            _ => Ok(SqliteTransaction::reading(self.readers.take().await?)),
        }
    }

    /// Statements without a transaction, for a few rows by key; does not wait for list readers.
    pub(crate) async fn point_read(&self) -> Result<SqliteTransaction, StoreError> {
        match self.access {
            Access::Memory => self.write().await,
            _ => Ok(SqliteTransaction::autocommit(self.point_readers.take().await?)),
        }
    }

    pub(crate) async fn checkpoint(&self) -> Result<(), StoreError> {
        let Some(writer) = &self.writer else { return Ok(()) };
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        writer.lock().await.call(|c| c.query_row(sql, [], |_| Ok(())).map_err(error)).await
    }

    pub(crate) fn size_bytes(&self) -> Result<u64, StoreError> {
        Ok(length(&self.path) + length(&beside(&self.path, "-wal")))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is a file, not in memory.
    pub(crate) fn is_on_disk(&self) -> bool {
        self.access != Access::Memory
    }

    /// A dedicated connection for checks of the file.
    pub(crate) fn inspector(&self) -> Result<Connection, StoreError> {
        let access = if self.access == Access::Immutable { Access::Immutable } else { Access::Inspect };
        connect(&self.path, access)
    }

    /// Checkpoints the log into the main file and returns whether the file is complete. Waits for the write
    /// transaction.
    pub(crate) async fn checkpoint_without_waiting(&self) -> Result<bool, StoreError> {
        let Some(writer) = &self.writer else { return Ok(false) };
        writer.lock().await.call(|connection| checkpoint_without_waiting(connection)).await
    }
}

/// How a database's readers are opened.
fn reading(access: Access) -> Access {
    if access == Access::Immutable { Access::Immutable } else { Access::Read }
}

/// A file that SQLite keeps next to the main one.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(ending);
    beside.into()
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

fn unavailable(cause: &std::io::Error) -> StoreError {
    StoreError::Unavailable(cause.to_string())
}
