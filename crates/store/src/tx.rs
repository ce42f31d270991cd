//! The store and its transactions.

use crate::bulk::{Insert, Lookup, Sql, Update};
use crate::error::StoreError;
use crate::sqlite;
use crate::value::{Column, Rows, Value};
use std::path::Path;

/// A ledger's database.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Engine,
}

#[derive(Debug, Clone)]
enum Engine {
    Sqlite(sqlite::Database),
}

impl Store {
    /// Opens the database file for reading and writing, makes it if it is missing and brings its schema up
    /// to date. The caller holds the data directory's lock.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { engine: Engine::Sqlite(sqlite::Database::open(path, sqlite::Access::Write).await?) })
    }

    /// Opens an existing database beside a writer; writing through it is refused.
    pub async fn open_reader(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { engine: Engine::Sqlite(sqlite::Database::open(path, sqlite::Access::Read).await?) })
    }

    /// Whether no other process can be writing: then a lease found in the database has no living owner.
    #[must_use]
    pub const fn is_sole_writer(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(_) => true,
        }
    }

    /// A transaction that may write. It waits for its turn; dropping it undoes it.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        match &self.engine {
            Engine::Sqlite(database) => Ok(Tx { session: Session::Sqlite(database.write().await?) }),
        }
    }

    /// A transaction that sees one state of the ledger from its first statement to its end.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        match &self.engine {
            Engine::Sqlite(database) => Ok(Tx { session: Session::Sqlite(database.read().await?) }),
        }
    }

    /// Folds the write-ahead log into the main file, so that the file alone is the ledger.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(database) => database.checkpoint().await,
        }
    }

    /// Bytes of the database on disk.
    pub async fn size_bytes(&self) -> Result<u64, StoreError> {
        match &self.engine {
            Engine::Sqlite(database) => database.size_bytes(),
        }
    }
}

/// A transaction. Dropping it without [`Tx::commit`] undoes it.
#[derive(Debug)]
pub struct Tx {
    session: Session,
}

#[derive(Debug)]
enum Session {
    Sqlite(sqlite::Session),
}

impl Tx {
    /// Runs a statement and says how many rows it changed.
    pub async fn execute(&mut self, sql: &'static Sql, args: Vec<Value>) -> Result<u64, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.execute(sql, args).await,
        }
    }

    /// Runs a query.
    pub async fn fetch(&mut self, sql: &'static Sql, args: Vec<Value>) -> Result<Rows, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.fetch(sql.text.to_owned(), args).await,
        }
    }

    /// Runs a query that was put together from fixed parts (list filters).
    pub async fn fetch_text(&mut self, text: String, args: Vec<Value>) -> Result<Rows, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.fetch(text, args).await,
        }
    }

    /// Inserts rows given as columns.
    pub async fn insert(&mut self, insert: &'static Insert, columns: Vec<Column>) -> Result<u64, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.insert(insert, columns).await,
        }
    }

    /// Changes rows by key; the first column is the key. Rows whose key is not there count as unchanged.
    pub async fn update(&mut self, update: &'static Update, columns: Vec<Column>) -> Result<u64, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.update(update, columns).await,
        }
    }

    /// Reads rows by key, in the order of the keys; keys without a row are left out.
    pub async fn lookup(&mut self, lookup: &'static Lookup, keys: Column) -> Result<Rows, StoreError> {
        match &mut self.session {
            Session::Sqlite(session) => session.lookup(lookup, keys).await,
        }
    }

    /// Makes everything durable. An error leaves nothing behind, save [`StoreError::Fatal`], after which
    /// only a restart can tell.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.session {
            Session::Sqlite(session) => session.commit().await,
        }
    }
}
