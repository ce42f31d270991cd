//! The store and its transactions: the seam between everything above and the engines below.

use crate::bulk::{Insert, Lookup, Sql, Update};
use crate::error::StoreError;
use crate::guard::Guard;
use crate::value::{Column, Rows, Value};
use crate::{postgres, sqlite};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;

/// Notified when there may be work to do, by this process or by another on the same ledger.
pub type Wakes = watch::Receiver<u64>;

/// What opening a database on a server may do to its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Create it, or bring it up to date.
    Migrate,
    /// Refuse any version other than this program's.
    Expect,
}

/// A ledger's database.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Engine,
    node: Arc<str>,
    wakes: Arc<watch::Sender<u64>>,
    guard: Arc<Guard>,
}

#[derive(Debug, Clone)]
enum Engine {
    Sqlite(sqlite::Database),
    Postgres(postgres::Database),
}

/// A process id is reused (in a container it is always 1), so a number drawn at start is appended.
fn node_name() -> String {
    let drawn = RandomState::new().build_hasher().finish();
    format!("node-{}-{drawn:016x}", std::process::id())
}

/// Whether a place names a database on a server.
#[must_use]
pub fn is_server(place: &str) -> bool {
    place.starts_with("postgres://") || place.starts_with("postgresql://")
}

impl Store {
    fn over(engine: Engine, node: String) -> Self {
        let (wakes, guard) = (Arc::new(watch::Sender::new(0)), Arc::default());
        Self { engine, node: node.into(), wakes, guard }
    }

    /// Opens the database file for reading and writing. Creates it if it is missing, and brings its schema up
    /// to date. The caller holds the data directory's lock.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let database = sqlite::Database::open(path, sqlite::Access::Write).await?;
        Ok(Self::over(Engine::Sqlite(database), node_name()))
    }

    /// Opens an existing database file alongside its writer; writing through it is refused.
    pub async fn open_reader(path: &Path) -> Result<Self, StoreError> {
        let database = sqlite::Database::open(path, sqlite::Access::Read).await?;
        Ok(Self::over(Engine::Sqlite(database), node_name()))
    }

    /// A new in-memory ledger, dropped with its last clone. Reads wait for writes.
    pub async fn memory() -> Result<Self, StoreError> {
        let database = sqlite::Database::open(Path::new(":memory:"), sqlite::Access::Memory).await?;
        Ok(Self::over(Engine::Sqlite(database), node_name()))
    }

    /// Opens a database on a server, as one of any number of processes.
    pub async fn connect(url: &str, schema: Schema) -> Result<Self, StoreError> {
        let node = node_name();
        let database = postgres::Database::connect(url, &node, schema).await?;
        Ok(Self::over(Engine::Postgres(database), node))
    }

    /// Opens the ledger at a place for reading and writing. The place is a database server's URL, `:memory:`,
    /// or the path of a database file; it is parsed only here.
    pub async fn at(place: &str, schema: Schema) -> Result<Self, StoreError> {
        match place {
            ":memory:" => Self::memory().await,
            url if is_server(url) => Self::connect(url, schema).await,
            path => Self::open(Path::new(path)).await,
        }
    }

    /// The name of this process among those working on the ledger; a new one is drawn at each open.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Where the database is, without secrets.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.engine {
            Engine::Sqlite(database) => database.shown(),
            Engine::Postgres(database) => database.shown(),
        }
    }

    /// Whether no other process can be writing, so that any lease found in the database has no living owner.
    #[must_use]
    pub const fn is_sole_writer(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(_) => true,
            Engine::Postgres(_) => false,
        }
    }

    fn tx(&self, session: Session) -> Tx {
        Tx { session, engine: self.engine.clone(), guard: self.guard.clone() }
    }

    /// What stops writes; for the mark.
    pub(crate) const fn guard(&self) -> &Arc<Guard> {
        &self.guard
    }

    /// The embedded engine, if the ledger is a file.
    pub(crate) const fn file(&self) -> Option<&sqlite::Database> {
        match &self.engine {
            Engine::Sqlite(database) => Some(database),
            Engine::Postgres(_) => None,
        }
    }

    /// A store over a file that is already open.
    pub(crate) fn over_file(database: sqlite::Database) -> Self {
        Self::over(Engine::Sqlite(database), node_name())
    }

    /// A transaction that may write. It waits for its turn; dropping it rolls it back.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let session = match &self.engine {
            Engine::Sqlite(database) => Session::Sqlite(database.write().await?),
            Engine::Postgres(database) => Session::Postgres(Box::new(database.write().await?)),
        };
        // Checked only now: writing may have been closed while the caller waited for its turn.
        self.guard.expect_open()?;
        Ok(self.tx(session))
    }

    /// A transaction that may write and, where possible, does not wait for other transactions of this
    /// process: used for heartbeats.
    pub async fn pulse(&self) -> Result<Tx, StoreError> {
        let session = match &self.engine {
            Engine::Sqlite(database) => Session::Sqlite(database.write().await?),
            Engine::Postgres(database) => Session::Postgres(Box::new(database.pulse().await?)),
        };
        Ok(self.tx(session))
    }

    /// A transaction that sees one snapshot of the ledger from its first statement to its end.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let session = match &self.engine {
            Engine::Sqlite(database) => Session::Sqlite(database.read().await?),
            Engine::Postgres(database) => Session::Postgres(Box::new(database.read().await?)),
        };
        Ok(self.tx(session))
    }

    /// A lookup of a few rows by key; each statement may see a newer state than the one before. It does not
    /// wait for transactions that read lists.
    pub async fn glance(&self) -> Result<Tx, StoreError> {
        let session = match &self.engine {
            Engine::Sqlite(database) => Session::Sqlite(database.glance().await?),
            Engine::Postgres(database) => Session::Postgres(Box::new(database.glance().await?)),
        };
        Ok(self.tx(session))
    }

    /// Terminates every session of another node, so that none of its locks or open transactions remain, and
    /// waits until they are gone. Returns how many there were.
    pub async fn end_sessions(&self, node: &str) -> Result<u64, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(0),
            Engine::Postgres(database) => database.end_sessions(node).await,
        }
    }

    /// Signals that there may be work to do. Call it after the commit.
    pub fn wake(&self) {
        self.wakes.send_modify(|generation| *generation += 1);
        if let Engine::Postgres(database) = &self.engine {
            database.wake();
        }
    }

    /// Wake-ups from now on. They can be lost when a connection ends, so poll now and then as well.
    #[must_use]
    pub fn wakes(&self) -> Wakes {
        let is_first = self.wakes.receiver_count() == 0;
        let receiver = self.wakes.subscribe();
        if let (true, Engine::Postgres(database)) = (is_first, &self.engine) {
            database.listen(Arc::clone(&self.wakes));
        }
        receiver
    }

    /// Checkpoints the write-ahead log into the main file, so that the file alone is the ledger. A server
    /// does that itself.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(database) => database.checkpoint().await,
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// The timeline of the server's log that this connection is on; a promoted standby starts a new one.
    pub(crate) async fn timeline(&self) -> Option<String> {
        match &self.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres(database) => database.timeline().await.ok(),
        }
    }

    /// Size of the database on disk in bytes.
    pub async fn size_bytes(&self) -> Result<u64, StoreError> {
        match &self.engine {
            Engine::Sqlite(database) => database.size_bytes(),
            Engine::Postgres(database) => database.size_bytes().await,
        }
    }

    /// Bytes written to the write-ahead log so far, where the engine counts them.
    pub async fn log_bytes(&self) -> Result<Option<u64>, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(None),
            Engine::Postgres(database) => database.log_bytes().await.map(Some),
        }
    }
}

/// A transaction. Dropping it without [`Tx::commit`] rolls it back.
#[derive(Debug)]
pub struct Tx {
    session: Session,
    engine: Engine,
    guard: Arc<Guard>,
}

#[derive(Debug)]
enum Session {
    Sqlite(sqlite::Session),
    Postgres(Box<postgres::Session>),
}

impl Tx {
    /// Runs a statement and returns the number of rows changed.
    pub async fn execute(&mut self, sql: &'static Sql, args: Vec<Value>) -> Result<u64, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.execute(sql, args).await,
            Session::Postgres(session) => session.execute(sql, args).await,
        }
    }

    /// Runs a query.
    pub async fn fetch(&mut self, sql: &'static Sql, args: Vec<Value>) -> Result<Rows, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.fetch(sql.text.to_owned(), args).await,
            Session::Postgres(session) => session.fetch_sql(sql, args).await,
        }
    }

    /// Runs a query assembled from fixed parts (list filters).
    pub async fn fetch_text(&mut self, text: String, args: Vec<Value>) -> Result<Rows, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.fetch(text, args).await,
            Session::Postgres(session) => session.fetch(&text, args).await,
        }
    }

    /// Runs a statement that draws numbers. With several writers it takes effect immediately and permanently,
    /// whatever happens to this transaction, so that no caller waits for its commit: gaps are allowed.
    pub(crate) async fn fetch_apart(
        &mut self,
        sql: &'static Sql,
        args: Vec<Value>,
    ) -> Result<Rows, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => self.fetch(sql, args).await,
            Engine::Postgres(database) => database.fetch_apart(sql.text, &args).await,
        }
    }

    /// Inserts rows given as columns.
    pub async fn insert(&mut self, insert: &'static Insert, columns: Vec<Column>) -> Result<u64, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.insert(insert, columns, false).await,
            Session::Postgres(session) => session.insert(insert, columns, false).await,
        }
    }

    /// Inserts the rows whose keys do not exist yet and returns how many. It waits for a transaction that is
    /// about to write one of the keys.
    pub async fn insert_new(
        &mut self,
        insert: &'static Insert,
        columns: Vec<Column>,
    ) -> Result<u64, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.insert(insert, columns, true).await,
            Session::Postgres(session) => session.insert(insert, columns, true).await,
        }
    }

    /// Updates rows by key; the first column is the key. Rows whose key does not exist count as unchanged.
    pub async fn update(&mut self, update: &'static Update, columns: Vec<Column>) -> Result<u64, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.update(update, columns).await,
            Session::Postgres(session) => session.update(update, columns).await,
        }
    }

    /// Reads rows by key, in the order of the keys; keys without a row are omitted.
    pub async fn lookup(&mut self, lookup: &'static Lookup, keys: Column) -> Result<Rows, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.lookup(lookup, keys).await,
            Session::Postgres(session) => session.lookup(lookup, keys).await,
        }
    }

    /// The database's clock, microseconds UTC. Only for what nodes must agree on by time: which of them are
    /// live.
    pub async fn clock(&mut self) -> Result<i64, StoreError> {
        let rows = match &mut self.session {
            Session::Sqlite(session) => session.fetch(sqlite::CLOCK.to_owned(), Vec::new()).await?,
            Session::Postgres(session) => session.fetch(postgres::CLOCK, Vec::new()).await?,
        };
        rows.first().ok_or_else(|| StoreError::Corrupt("no clock".to_owned()))?.i64(0)
    }

    /// Moves the engine's own number generators past the rows that were inserted with explicit numbers.
    pub(crate) async fn align(&mut self, tables: &[&str]) -> Result<(), StoreError> {
        match &mut self.session {
            Session::Sqlite(_) => Ok(()),
            Session::Postgres(session) => session.align(tables).await,
        }
    }

    /// Makes everything durable. An error leaves nothing written, except [`StoreError::Fatal`], after which
    /// only a restart shows the outcome, and [`StoreError::InDoubt`], after which the caller must check.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.session {
            Session::Sqlite(session) => session.commit().await?,
            Session::Postgres(session) => session.commit().await?,
        }
        self.guard.committed();
        Ok(())
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }
}
