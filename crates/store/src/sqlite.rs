//! The embedded engine: one writer connection that also checkpoints, readers beside it, each on a thread
//! of its own. A call is one hop to the thread and back; bulk calls carry whole columns, so that a chunk
//! is about a dozen hops.

mod file;

use crate::bulk::{Insert, Lookup, Sql, Update};
use crate::error::StoreError;
use crate::migration;
use crate::value::{Column, Rows, Value};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore, oneshot};

use file::still;
pub(crate) use file::{beside, fold, rows};

/// Readers beside the writer. Each keeps its own page cache.
const READERS: usize = 4;
/// Pages of the write-ahead log before it is folded back: 65,536 of 4 KiB. The default of 1,000 writes hot
/// pages back again and again (performance.md).
const WAL_PAGES: i64 = 65_536;
/// The writer's page cache, in KiB.
const WRITER_CACHE_KIB: i64 = 96 * 1024;
/// A reader's page cache, in KiB.
const READER_CACHE_KIB: i64 = 16 * 1024;
/// How long a connection waits for a lock of another process before it says busy.
const BUSY_MS: u64 = 5_000;
/// Older libraries can lose commits when a checkpoint meets a writer in WAL mode.
const VERSION_MIN: i32 = 3_051_003;
/// Prepared statements kept by a connection.
const STATEMENTS: usize = 256;

/// Whether a database is opened to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Write,
    Read,
    /// Like reading, but the main file alone and without locks: nobody writes, and no log is looked for or made.
    Still,
    /// A database of its own in memory, of one connection.
    Memory,
}

/// What is done on the connection that will write, before it commits anything.
pub(crate) type First = Box<dyn FnOnce(&Connection) -> Result<(), StoreError> + Send>;

/// The clock that nodes agree on.
pub(crate) const CLOCK: &str = "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)";

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A connection on its thread.
#[derive(Debug)]
struct Worker {
    jobs: Sender<Job>,
}

impl Worker {
    fn start(mut connection: Connection, name: &str) -> Result<Self, StoreError> {
        let (jobs, queue) = channel::<Job>();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                while let Ok(job) = queue.recv() {
                    job(&mut connection);
                }
            })
            .map_err(|error| StoreError::Unavailable(format!("thread: {error}")))?;
        Ok(Self { jobs })
    }

    async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let gone = || StoreError::Unavailable("the database thread has ended".to_owned());
        self.jobs.send(Box::new(move |c| drop(reply.send(job(c))))).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Sends a job without waiting; used where nothing can be awaited (drop).
    fn post(&self, job: impl FnOnce(&mut Connection) + Send + 'static) {
        drop(self.jobs.send(Box::new(job)));
    }
}

/// An open database file.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    path: Arc<PathBuf>,
    access: Access,
    writer: Option<Arc<Mutex<Worker>>>,
    readers: Arc<std::sync::Mutex<Vec<Worker>>>,
    places: Arc<Semaphore>,
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
        let writer = match access {
            Access::Write | Access::Memory => {
                let mut connection = connect(&path, access)?;
                first(&connection)?;
                migration::migrate_sqlite(&mut connection)?;
                Some(Arc::new(Mutex::new(Worker::start(connection, "sqlite-writer")?)))
            }
            Access::Read | Access::Still => {
                migration::expect_sqlite(&connect(&path, access)?)?;
                None
            }
        };
        let readers = if access == Access::Memory { 0 } else { READERS };
        let reading = if access == Access::Still { Access::Still } else { Access::Read };
        let readers = (0..readers)
            .map(|_| Worker::start(connect(&path, reading)?, "sqlite-reader"))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            path: Arc::new(path),
            access,
            writer,
            readers: Arc::new(std::sync::Mutex::new(readers)),
            places: Arc::new(Semaphore::new(READERS)),
        })
    }

    pub(crate) async fn write(&self) -> Result<Session, StoreError> {
        let writer = self.writer.clone().ok_or_else(|| StoreError::Busy("opened for reading".to_owned()))?;
        let guard = writer.lock_owned().await;
        Session::begin(guard).await
    }

    pub(crate) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    pub(crate) async fn read(&self) -> Result<Session, StoreError> {
        if self.access == Access::Memory {
            return self.write().await;
        }
        let gone = || StoreError::Unavailable("the database is closed".to_owned());
        let permit = self.places.clone().acquire_owned().await.map_err(|_| gone())?;
        let worker = self.readers.lock().map_err(|_| gone())?.pop().ok_or_else(gone)?;
        let reader = Reader { worker: Some(worker), pool: self.readers.clone() };
        Ok(Session { place: Some(Place::Reader(reader, permit)), begins: true, failed: false })
    }

    pub(crate) async fn checkpoint(&self) -> Result<(), StoreError> {
        let Some(writer) = &self.writer else { return Ok(()) };
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        writer.lock().await.call(|c| c.query_row(sql, [], |_| Ok(())).map_err(error)).await
    }

    pub(crate) fn size_bytes(&self) -> Result<u64, StoreError> {
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
        Ok(length(&self.path) + length(&beside(&self.path, "-wal")))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is more than memory.
    pub(crate) fn is_on_disk(&self) -> bool {
        self.access != Access::Memory
    }

    /// A connection of its own that reads as the others do.
    pub(crate) fn reader(&self) -> Result<Connection, StoreError> {
        connect(&self.path, if self.access == Access::Still { Access::Still } else { Access::Read })
    }

    /// Puts the log into the main file; says whether all of it is there now. Waits for the transaction that writes.
    pub(crate) async fn fold(&self) -> Result<bool, StoreError> {
        let Some(writer) = &self.writer else { return Ok(false) };
        writer.lock().await.call(|c| fold(c)).await
    }
}

pub(crate) fn connect(path: &Path, access: Access) -> Result<Connection, StoreError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if access == Access::Write {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = if access == Access::Still {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(still(path), flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
    } else {
        Connection::open_with_flags(path, flags)
    };
    let connection = connection.map_err(error)?;
    // The last connection to close would fold the log and delete it: then a log that somebody else deleted could not
    // be told from that.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(error)?;
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS)).map_err(error)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let pragma =
        |name: &str, value: &dyn rusqlite::ToSql| connection.pragma_update(None, name, value).map_err(error);
    pragma("foreign_keys", &true)?;
    pragma("temp_store", &"MEMORY")?;
    match access {
        Access::Memory => {}
        Access::Still => pragma("query_only", &true)?,
        Access::Write => {
            pragma("journal_mode", &"WAL")?;
            pragma("synchronous", &"FULL")?;
            pragma("wal_autocheckpoint", &WAL_PAGES)?;
            pragma("journal_size_limit", &(64_i64 << 20))?;
            pragma("cache_size", &-WRITER_CACHE_KIB)?;
        }
        Access::Read => {
            pragma("query_only", &true)?;
            // A reader never folds the log back: that is the writer's business.
            pragma("wal_autocheckpoint", &0_i64)?;
            pragma("cache_size", &-READER_CACHE_KIB)?;
        }
    }
    Ok(connection)
}

#[derive(Debug)]
struct Reader {
    worker: Option<Worker>,
    pool: Arc<std::sync::Mutex<Vec<Worker>>>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let (Some(worker), Ok(mut pool)) = (self.worker.take(), self.pool.lock()) {
            pool.push(worker);
        }
    }
}

#[derive(Debug)]
enum Place {
    Writer(OwnedMutexGuard<Worker>),
    // Fields drop in order: the worker is back in the pool before its place is free again.
    Reader(Reader, #[expect(dead_code, reason = "held until the session ends")] OwnedSemaphorePermit),
}

/// An open transaction on one of the connections.
#[derive(Debug)]
pub(crate) struct Session {
    place: Option<Place>,
    /// A transaction that reads begins with its first call: one hop less, and it would take its snapshot of the
    /// database no earlier if it began before.
    begins: bool,
    /// A call failed, or its caller went away before its end: it may have done a part, so nothing more is
    /// done here and nothing is committed. The engines of servers could not go on at all.
    failed: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.begins {
            return;
        }
        if let Ok(worker) = self.worker() {
            worker.post(|c| {
                if !c.is_autocommit()
                    && let Err(error) = c.execute_batch("ROLLBACK")
                {
                    tracing::error!(%error, "rollback failed");
                }
            });
        }
    }
}

impl Session {
    /// Begins a transaction that writes. The session is there before the call, so that a caller that goes away
    /// in its middle leaves no transaction open on the connection.
    async fn begin(writer: OwnedMutexGuard<Worker>) -> Result<Self, StoreError> {
        let mut session = Self { place: Some(Place::Writer(writer)), begins: false, failed: false };
        session.call(|c| c.execute_batch("BEGIN IMMEDIATE").map_err(error)).await?;
        Ok(session)
    }

    fn worker(&self) -> Result<&Worker, StoreError> {
        match &self.place {
            Some(Place::Writer(guard)) => Ok(guard),
            Some(Place::Reader(Reader { worker: Some(worker), .. }, _)) => Ok(worker),
            _ => Err(StoreError::Unavailable("the transaction has ended".to_owned())),
        }
    }

    async fn call<T: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if self.failed {
            return Err(StoreError::Unavailable("the transaction has failed".to_owned()));
        }
        self.failed = true;
        let begins = std::mem::take(&mut self.begins);
        let done = self.worker()?.call(move |c| {
            if begins {
                c.execute_batch("BEGIN").map_err(error)?;
            }
            job(c)
        });
        let done = done.await;
        self.failed = done.is_err();
        done
    }

    pub(crate) async fn execute(&mut self, sql: &'static Sql, args: Vec<Value>) -> Result<u64, StoreError> {
        self.call(move |c| {
            let mut statement = c.prepare_cached(&numbered(sql.text)).map_err(error)?;
            let changed = statement.execute(rusqlite::params_from_iter(args.iter())).map_err(error)?;
            Ok(u64::try_from(changed).unwrap_or(u64::MAX))
        })
        .await
    }

    pub(crate) async fn fetch(&mut self, text: String, args: Vec<Value>) -> Result<Rows, StoreError> {
        self.call(move |c| {
            let mut statement = c.prepare_cached(&numbered(&text)).map_err(error)?;
            let mut rows = Rows { width: statement.column_count(), values: Vec::new() };
            let mut answer = statement.query(rusqlite::params_from_iter(args.iter())).map_err(error)?;
            while let Some(row) = answer.next().map_err(error)? {
                read_row(row, &mut rows)?;
            }
            Ok(rows)
        })
        .await
    }

    pub(crate) async fn insert(
        &mut self,
        insert: &'static Insert,
        columns: Vec<Column>,
        new_only: bool,
    ) -> Result<u64, StoreError> {
        let mut text = format!("INSERT INTO {} ({}) VALUES (", insert.table, insert.columns.join(", "));
        for place in 1..=insert.columns.len() {
            let comma = if place == 1 { "" } else { ", " };
            text += &format!("{comma}?{place}");
        }
        text += if new_only { ") ON CONFLICT DO NOTHING" } else { ")" };
        self.each_row(text, insert.columns.len(), columns).await
    }

    pub(crate) async fn update(
        &mut self,
        update: &'static Update,
        columns: Vec<Column>,
    ) -> Result<u64, StoreError> {
        let mut text = format!("UPDATE {} SET ", update.table);
        for (place, column) in update.columns.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            text += &format!("{comma}{column} = ?{}", place + 2);
        }
        text += &format!(" WHERE {} = ?1", update.key);
        self.each_row(text, update.columns.len() + 1, columns).await
    }

    async fn each_row(
        &mut self,
        text: String,
        width: usize,
        columns: Vec<Column>,
    ) -> Result<u64, StoreError> {
        let rows = Column::rows(&columns, width, &text)?;
        if rows == 0 {
            return Ok(0);
        }
        self.call(move |c| {
            let mut statement = c.prepare_cached(&text).map_err(error)?;
            let mut changed = 0;
            for row in 0..rows {
                for (place, column) in columns.iter().enumerate() {
                    bind(&mut statement, place + 1, column, row)?;
                }
                changed += statement.raw_execute().map_err(error)?;
            }
            Ok(u64::try_from(changed).unwrap_or(u64::MAX))
        })
        .await
    }

    pub(crate) async fn lookup(&mut self, lookup: &'static Lookup, keys: Column) -> Result<Rows, StoreError> {
        if keys.is_empty() {
            return Ok(Rows::default());
        }
        let and = if lookup.and.is_empty() { String::new() } else { format!(" AND {}", lookup.and) };
        let text = format!("SELECT {} FROM {} WHERE {} = ?1{and}", lookup.columns, lookup.from, lookup.key);
        self.call(move |c| {
            let mut statement = c.prepare_cached(&text).map_err(error)?;
            let mut rows = Rows { width: statement.column_count(), values: Vec::new() };
            rows.values.reserve(keys.len() * rows.width);
            for place in 0..keys.len() {
                bind(&mut statement, 1, &keys, place)?;
                let mut answer = statement.raw_query();
                while let Some(row) = answer.next().map_err(error)? {
                    read_row(row, &mut rows)?;
                }
            }
            Ok(rows)
        })
        .await
    }

    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.call(|c| {
            c.execute_batch("COMMIT").map_err(|cause| match error(cause) {
                StoreError::Unavailable(text) => StoreError::Fatal(text),
                other => other,
            })
        })
        .await
    }
}

/// `$n` as this engine numbers it. SQLite takes `$1` for a name and gives it the place of its first
/// appearance, so `$2 … $1` would be swapped without a word; `?n` is a place.
fn numbered(text: &str) -> String {
    text.replace('$', "?")
}

fn bind(
    statement: &mut rusqlite::CachedStatement<'_>,
    at: usize,
    column: &Column,
    row: usize,
) -> Result<(), StoreError> {
    let missing = || StoreError::Corrupt(format!("no row {row}"));
    match column {
        Column::I64(values) => statement.raw_bind_parameter(at, values.get(row).ok_or_else(missing)?),
        Column::OptI64(values) => statement.raw_bind_parameter(at, values.get(row).ok_or_else(missing)?),
        Column::Text(values) => statement.raw_bind_parameter(at, values.get(row).ok_or_else(missing)?),
        Column::OptText(values) => statement.raw_bind_parameter(at, values.get(row).ok_or_else(missing)?),
        Column::Same(value, _) => statement.raw_bind_parameter(at, value),
    }
    .map_err(error)
}

fn read_row(row: &rusqlite::Row<'_>, rows: &mut Rows) -> Result<(), StoreError> {
    for place in 0..rows.width {
        rows.values.push(match row.get_ref(place).map_err(error)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(value) => Value::I64(value),
            ValueRef::Text(bytes) => Value::Text(
                String::from_utf8(bytes.to_vec()).map_err(|e| StoreError::Corrupt(e.to_string()))?,
            ),
            ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
            ValueRef::Real(value) => return Err(StoreError::Corrupt(format!("a real: {value}"))),
        });
    }
    Ok(())
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::I64(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

/// What an engine's error means for the caller. A failed sync or write leaves the outcome unknown.
pub(crate) fn error(cause: rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(code, message) = &cause else {
        return StoreError::Unavailable(cause.to_string());
    };
    let text = message.clone().unwrap_or_else(|| cause.to_string());
    match (code.code, code.extended_code) {
        (_, rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
            StoreError::Duplicate(text)
        }
        (ErrorCode::ConstraintViolation, _) => StoreError::Constraint(text),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => StoreError::Busy(text),
        (ErrorCode::DiskFull, _) => StoreError::DiskFull,
        (ErrorCode::SystemIoFailure, extended) => StoreError::Fatal(format!("{text} (extended {extended})")),
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => StoreError::Corrupt(text),
        _ => StoreError::Unavailable(text),
    }
}
