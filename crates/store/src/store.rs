//! The store: how a ledger's database is opened and its transactions begin. With [`Tx`], the seam between
//! everything above and the engines below.

use crate::at_hand::{AtHand, WorkAtHand};
use crate::error::StoreError;
use crate::guard::Guard;
use crate::migration::Schema;
use crate::postgres::{PostgresDatabase, TimelineSight};
use crate::sqlite::{Access, SqliteDatabase};
use crate::tx::{Engine, EngineTransaction, Tx};
use domain::work::{Work, WorkKind};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;

/// Notified when there may be work to do, by this process or by another on the same ledger.
pub type Wakes = watch::Receiver<u64>;

/// A ledger's database.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Engine,
    node: Arc<str>,
    at_hand: WorkAtHand,
    wakes: Arc<watch::Sender<u64>>,
    guard: Arc<Guard>,
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
        let wakes = Arc::new(watch::Sender::new(0));
        Self { engine, node: node.into(), at_hand: WorkAtHand::default(), wakes, guard: Arc::default() }
    }

    /// Opens the database file for reading and writing. Creates it if it is missing, and brings its schema up
    /// to date. The caller holds the data directory's lock.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let database = SqliteDatabase::open(path, Access::Write).await?;
        Ok(Self::over(Engine::Sqlite(database), node_name()))
    }

    /// Opens an existing database file alongside its writer; writing through it is refused.
    pub async fn open_reader(path: &Path) -> Result<Self, StoreError> {
        let database = SqliteDatabase::open(path, Access::Read).await?;
        Ok(Self::over(Engine::Sqlite(database), node_name()))
    }

    /// A new in-memory ledger, dropped with its last clone. Reads wait for writes.
    pub async fn memory() -> Result<Self, StoreError> {
        let database = SqliteDatabase::open(Path::new(":memory:"), Access::Memory).await?;
        Ok(Self::over(Engine::Sqlite(database), node_name()))
    }

    /// Opens a database on a server, as one of any number of processes.
    pub async fn connect(url: &str, schema: Schema) -> Result<Self, StoreError> {
        let node = node_name();
        let database = PostgresDatabase::connect(url, &node, schema).await?;
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

    /// Begins a piece of work in this process; none if the process is already doing it. The work also needs
    /// its lease, which keeps other nodes from doing it.
    #[must_use]
    pub fn begin_work(&self, work: Work) -> Option<AtHand> {
        self.at_hand.begin(work)
    }

    /// What this process is doing of a kind: the ids.
    #[must_use]
    pub fn work_at_hand(&self, kind: WorkKind) -> Vec<i64> {
        self.at_hand.of(kind)
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

    fn tx(&self, transaction: EngineTransaction) -> Tx {
        Tx::over(transaction, self.guard.clone())
    }

    /// What stops writes; for the mark.
    pub(crate) const fn guard(&self) -> &Arc<Guard> {
        &self.guard
    }

    /// The embedded engine, if the ledger is a file.
    pub(crate) const fn file(&self) -> Option<&SqliteDatabase> {
        match &self.engine {
            Engine::Sqlite(database) => Some(database),
            Engine::Postgres(_) => None,
        }
    }

    /// A store over a file that is already open.
    pub(crate) fn over_file(database: SqliteDatabase) -> Self {
        Self::over(Engine::Sqlite(database), node_name())
    }

    /// A transaction that may write. It waits for its turn and begins with its first statement; dropping it
    /// rolls it back.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let transaction = match &self.engine {
            Engine::Sqlite(database) => EngineTransaction::Sqlite(database.write().await?),
            Engine::Postgres(database) => EngineTransaction::Postgres(Box::new(database.write().await?)),
        };
        // Checked only now: writing may have been closed while the caller waited for its turn.
        self.guard.expect_open()?;
        if self.is_on_new_timeline() {
            let why =
                "a standby was promoted; nothing is written until the ledger was compared with the mark";
            return Err(StoreError::Away(why.to_owned()));
        }
        Ok(self.tx(transaction))
    }

    /// A transaction that may write and, where possible, does not wait for other transactions of this
    /// process: used for heartbeats.
    pub async fn pulse(&self) -> Result<Tx, StoreError> {
        let transaction = match &self.engine {
            Engine::Sqlite(database) => EngineTransaction::Sqlite(database.write().await?),
            Engine::Postgres(database) => EngineTransaction::Postgres(Box::new(database.pulse().await?)),
        };
        Ok(self.tx(transaction))
    }

    /// A transaction that sees one snapshot of the ledger from its first statement to its end.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let transaction = match &self.engine {
            Engine::Sqlite(database) => EngineTransaction::Sqlite(database.read().await?),
            Engine::Postgres(database) => EngineTransaction::Postgres(Box::new(database.read().await?)),
        };
        Ok(self.tx(transaction))
    }

    /// A lookup of a few rows by key; each statement may see a newer state than the one before. It does not
    /// wait for transactions that read lists.
    pub async fn point_read(&self) -> Result<Tx, StoreError> {
        let transaction = match &self.engine {
            Engine::Sqlite(database) => EngineTransaction::Sqlite(database.point_read().await?),
            Engine::Postgres(database) => EngineTransaction::Postgres(Box::new(database.point_read().await?)),
        };
        Ok(self.tx(transaction))
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
    pub(crate) async fn timeline(&self) -> Option<TimelineSight> {
        match &self.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres(database) => database.timeline().await.ok(),
        }
    }

    /// Whether the server is on a timeline on which the ledger was not compared with this node's mark.
    pub(crate) fn is_on_new_timeline(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(_) => false,
            Engine::Postgres(database) => database.timelines().is_new(),
        }
    }

    /// Notes that the ledger was compared with this node's mark after the server had been seen on this timeline.
    pub(crate) fn compared_on(&self, sight: TimelineSight) {
        if let Engine::Postgres(database) = &self.engine {
            database.timelines().compared(sight);
        }
    }

    /// How often write transactions have waited for the database so far: messages to the thread of a database
    /// file, or round trips to a server.
    #[must_use]
    pub fn hops(&self) -> u64 {
        match &self.engine {
            Engine::Sqlite(database) => database.hops(),
            Engine::Postgres(database) => database.hops(),
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
