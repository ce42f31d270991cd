//! The embedded engine, SQLite: one writer connection and readers alongside it, each on its own thread, and a
//! thread that checkpoints the write-ahead log. Bulk calls carry whole columns, so that a chunk takes about a
//! dozen hops between threads.

mod connection;
mod fold;
mod readers;
mod row;
mod session;
mod worker;

pub(crate) use connection::{Access, connect};
pub(crate) use fold::fold;
pub(crate) use row::{error, rows};
pub(crate) use session::Session;

use crate::error::StoreError;
use crate::migration;
use fold::{Fault, Folder};
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
const GLANCES: usize = 2;
/// Older libraries can lose commits when a checkpoint coincides with a writer in WAL mode.
const VERSION_MIN: i32 = 3_051_003;

/// The clock that nodes agree on.
pub(crate) const CLOCK: &str = "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)";

/// What runs on the connection that will write, before it commits anything.
pub(crate) type First = Box<dyn FnOnce(&Connection) -> Result<(), StoreError> + Send>;

/// An open database file.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    path: Arc<PathBuf>,
    access: Access,
    // Fields drop in order: the checkpoint thread ends before the last connection closes.
    _folder: Option<Arc<Folder>>,
    fault: Fault,
    writer: Option<Arc<Mutex<Worker>>>,
    readers: Readers,
    glances: Readers,
}

impl Database {
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
        let (mut writer, mut folder, mut file) = (None, None, None);
        match access {
            Access::Write | Access::Memory => {
                let mut connection = connect(&path, access)?;
                first(&connection)?;
                migration::migrate_sqlite(&mut connection)?;
                if access == Access::Write {
                    let opened = File::open(&path).map_err(|error| unavailable(&error))?;
                    file = Some(Arc::new(opened));
                }
                let worker = Worker::start(connection, "sqlite-writer", Rank::First, file.clone())?;
                writer = Some(Arc::new(Mutex::new(worker)));
            }
            Access::Read | Access::Fold | Access::Still => {
                migration::expect_sqlite(&connect(&path, access)?)?;
            }
        }
        if let (Some(file), Some(writer)) = (&file, &writer) {
            let folder_of = Folder::start(&path, Arc::clone(file), Arc::clone(writer), fault.clone())?;
            folder = Some(Arc::new(folder_of));
        }
        let readers = |count: usize, name: &str, rank: Rank| {
            let count = if access == Access::Memory { 0 } else { count };
            let start = |_| Worker::start(connect(&path, reading(access))?, name, rank, file.clone());
            (0..count).map(start).collect::<Result<Vec<_>, _>>().map(Readers::of)
        };
        let (readers, glances) = (
            readers(READERS, "sqlite-reader", Rank::Behind)?,
            readers(GLANCES, "sqlite-glance", Rank::First)?,
        );
        Ok(Self { path: Arc::new(path), access, _folder: folder, fault, writer, readers, glances })
    }

    pub(crate) async fn write(&self) -> Result<Session, StoreError> {
        let writer = self.writer.clone().ok_or_else(|| StoreError::Busy("opened read-only".to_owned()))?;
        let guard = writer.lock_owned().await;
        match self.fault.get() {
            Some(text) => Err(StoreError::Fatal(text.clone())),
            None => Session::begin(guard).await,
        }
    }

    pub(crate) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    pub(crate) async fn read(&self) -> Result<Session, StoreError> {
        match self.access {
            Access::Memory => self.write().await,
            _ => Ok(Session::reading(self.readers.take().await?)),
        }
    }

    /// Statements without a transaction, for a few rows by key; does not wait for list readers.
    pub(crate) async fn glance(&self) -> Result<Session, StoreError> {
        match self.access {
            Access::Memory => self.write().await,
            _ => Ok(Session::glancing(self.glances.take().await?)),
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

    /// A dedicated connection, opened like the other readers.
    pub(crate) fn reader(&self) -> Result<Connection, StoreError> {
        connect(&self.path, reading(self.access))
    }

    /// Checkpoints the log into the main file and returns whether the file is complete. Waits for the write
    /// transaction.
    pub(crate) async fn fold(&self) -> Result<bool, StoreError> {
        let Some(writer) = &self.writer else { return Ok(false) };
        writer.lock().await.call(|connection| fold(connection)).await
    }
}

/// How a database's readers are opened.
fn reading(access: Access) -> Access {
    if access == Access::Still { Access::Still } else { Access::Read }
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
