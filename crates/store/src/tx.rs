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

/// Told when something may be waiting to be done, by this process or by another on the same ledger.
pub type Wakes = watch::Receiver<u64>;

/// What opening a database on a server may do to its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Make it, or bring it up to date.
    Migrate,
    /// Refuse another version than this program's.
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

/// A process id comes back (in a container it is always 1), so a number drawn at start goes with it.
fn node_name() -> String {
    let drawn = RandomState::new().build_hasher().finish();
    format!("node-{}-{drawn:016x}", std::process::id())
}

/// Whether a place is a database on a server.
#[must_use]
pub fn is_server(place: &str) -> bool {
    place.starts_with("postgres://") || place.starts_with("postgresql://")
}

impl Store {
    fn over(engine: Engine, node: String) -> Self {
        let (wakes, guard) = (Arc::new(watch::Sender::new(0)), Arc::default());
        Self { engine, node: node.into(), wakes, guard }
    }

    /// Opens the database file for reading and writing, makes it if it is missing and brings its schema up
    /// to date. The caller holds the data directory's lock.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let database = sqlite::Database::open(path, sqlite::Access::Write).await?;
        Ok(Self::over(Engine::Sqlite(database), node_name()))
    }

    /// Opens an existing database file beside a writer; writing through it is refused.
    pub async fn open_reader(path: &Path) -> Result<Self, StoreError> {
        let database = sqlite::Database::open(path, sqlite::Access::Read).await?;
        Ok(Self::over(Engine::Sqlite(database), node_name()))
    }

    /// A new ledger that lives in memory and is gone with the last clone. Reading waits for writing.
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

    /// Opens the ledger at a place, for reading and writing: the URL of a database on a server, `:memory:`, or
    /// the path of a database file. This is the only reader of such texts.
    pub async fn at(place: &str, schema: Schema) -> Result<Self, StoreError> {
        match place {
            ":memory:" => Self::memory().await,
            url if is_server(url) => Self::connect(url, schema).await,
            path => Self::open(Path::new(path)).await,
        }
    }

    /// The name of this process among those at work on the ledger; drawn anew each time it is opened.
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

    /// Whether no other process can be writing: then a lease found in the database has no living owner.
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

    /// What stops writing; for the mark.
    pub(crate) const fn guard(&self) -> &Arc<Guard> {
        &self.guard
    }

    /// The embedded engine, if the ledger is in a file.
    pub(crate) const fn file(&self) -> Option<&sqlite::Database> {
        match &self.engine {
            Engine::Sqlite(database) => Some(database),
            Engine::Postgres(_) => None,
        }
    }

    /// A store over a file that somebody opened.
    pub(crate) fn over_file(database: sqlite::Database) -> Self {
        Self::over(Engine::Sqlite(database), node_name())
    }

    /// A transaction that may write. It waits for its turn; dropping it undoes it.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let session = match &self.engine {
            Engine::Sqlite(database) => Session::Sqlite(database.write().await?),
            Engine::Postgres(database) => Session::Postgres(Box::new(database.write().await?)),
        };
        // Only now: whoever waited for his turn may have waited until writing ended.
        self.guard.expect_open()?;
        Ok(self.tx(session))
    }

    /// A transaction that may write and does not wait for the others of this process where that can be
    /// helped: what keeps a node alive goes this way.
    pub async fn pulse(&self) -> Result<Tx, StoreError> {
        let session = match &self.engine {
            Engine::Sqlite(database) => Session::Sqlite(database.write().await?),
            Engine::Postgres(database) => Session::Postgres(Box::new(database.pulse().await?)),
        };
        Ok(self.tx(session))
    }

    /// A transaction that sees one state of the ledger from its first statement to its end.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let session = match &self.engine {
            Engine::Sqlite(database) => Session::Sqlite(database.read().await?),
            Engine::Postgres(database) => Session::Postgres(Box::new(database.read().await?)),
        };
        Ok(self.tx(session))
    }

    /// A look at a few rows by key, each statement of which may see a newer state than the one before. It does not wait
    /// for transactions that read lists.
    pub async fn glance(&self) -> Result<Tx, StoreError> {
        let session = match &self.engine {
            Engine::Sqlite(database) => Session::Sqlite(database.glance().await?),
            Engine::Postgres(database) => Session::Postgres(Box::new(database.glance().await?)),
        };
        Ok(self.tx(session))
    }

    /// Ends every session of another node, so that none of its locks and half-done transactions is left, and
    /// waits until they are gone; says how many there were.
    pub async fn end_sessions(&self, node: &str) -> Result<u64, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(0),
            Engine::Postgres(database) => database.end_sessions(node).await,
        }
    }

    /// Says that something may be waiting to be done. To be called after the commit.
    pub fn wake(&self) {
        self.wakes.send_modify(|generation| *generation += 1);
        if let Engine::Postgres(database) = &self.engine {
            database.wake();
        }
    }

    /// Wake-ups from now on. They may be lost (a connection ends): look now and then all the same.
    #[must_use]
    pub fn wakes(&self) -> Wakes {
        let is_first = self.wakes.receiver_count() == 0;
        let receiver = self.wakes.subscribe();
        if let (true, Engine::Postgres(database)) = (is_first, &self.engine) {
            database.listen(Arc::clone(&self.wakes));
        }
        receiver
    }

    /// Folds the write-ahead log into the main file, so that the file alone is the ledger. A server sees to
    /// that itself.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(database) => database.checkpoint().await,
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// The history of the server's log that this connection is on; a promoted standby begins a new one.
    pub(crate) async fn timeline(&self) -> Option<String> {
        match &self.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres(database) => database.timeline().await.ok(),
        }
    }

    /// Bytes of the database on disk.
    pub async fn size_bytes(&self) -> Result<u64, StoreError> {
        match &self.engine {
            Engine::Sqlite(database) => database.size_bytes(),
            Engine::Postgres(database) => database.size_bytes().await,
        }
    }

    /// Bytes of the write-ahead log so far, where the engine counts them.
    pub async fn log_bytes(&self) -> Result<Option<u64>, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(None),
            Engine::Postgres(database) => database.log_bytes().await.map(Some),
        }
    }
}

/// A transaction. Dropping it without [`Tx::commit`] undoes it.
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
    /// Runs a statement and says how many rows it changed.
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

    /// Runs a query that was put together from fixed parts (list filters).
    pub async fn fetch_text(&mut self, text: String, args: Vec<Value>) -> Result<Rows, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.fetch(text, args).await,
            Session::Postgres(session) => session.fetch(&text, args).await,
        }
    }

    /// Runs a statement that draws numbers. Where there are many writers it takes effect at once and for
    /// good, whatever becomes of this transaction, so that nobody waits for its commit: gaps are legal.
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

    /// Inserts those rows whose keys are not there yet, and says how many; a key that another transaction is
    /// about to write is waited for.
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

    /// Changes rows by key; the first column is the key. Rows whose key is not there count as unchanged.
    pub async fn update(&mut self, update: &'static Update, columns: Vec<Column>) -> Result<u64, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.update(update, columns).await,
            Session::Postgres(session) => session.update(update, columns).await,
        }
    }

    /// Reads rows by key, in the order of the keys; keys without a row are left out.
    pub async fn lookup(&mut self, lookup: &'static Lookup, keys: Column) -> Result<Rows, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.lookup(lookup, keys).await,
            Session::Postgres(session) => session.lookup(lookup, keys).await,
        }
    }

    /// The database's clock, microseconds UTC. Only for what nodes agree on by time: who is at work.
    pub async fn clock(&mut self) -> Result<i64, StoreError> {
        let rows = match &mut self.session {
            Session::Sqlite(session) => session.fetch(sqlite::CLOCK.to_owned(), Vec::new()).await?,
            Session::Postgres(session) => session.fetch(postgres::CLOCK, Vec::new()).await?,
        };
        rows.first().ok_or_else(|| StoreError::Corrupt("no clock".to_owned()))?.i64(0)
    }

    /// Lets numbers that the engine gives out itself go on behind those of rows that came with a number.
    pub(crate) async fn align(&mut self, tables: &[&str]) -> Result<(), StoreError> {
        match &mut self.session {
            Session::Sqlite(_) => Ok(()),
            Session::Postgres(session) => session.align(tables).await,
        }
    }

    /// Makes everything durable. An error leaves nothing behind, save [`StoreError::Fatal`], after which
    /// only a restart can tell, and [`StoreError::InDoubt`], after which the caller must look.
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
