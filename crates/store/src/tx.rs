//! Transactions: each call goes to the engine that is below.

use crate::bulk::{Insert, Lookup, Sql, Update};
use crate::error::StoreError;
use crate::guard::Guard;
use crate::postgres::{self, PostgresDatabase, PostgresTransaction};
use crate::sqlite::{self, SqliteDatabase, SqliteTransaction};
use crate::value::{Column, Rows, Value};
use std::sync::Arc;

/// What is below the seam.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    Sqlite(SqliteDatabase),
    Postgres(PostgresDatabase),
}

/// A transaction. Dropping it without [`Tx::commit`] rolls it back.
#[derive(Debug)]
pub struct Tx {
    transaction: EngineTransaction,
    engine: Engine,
    guard: Arc<Guard>,
}

/// A transaction of an engine.
#[derive(Debug)]
pub(crate) enum EngineTransaction {
    Sqlite(SqliteTransaction),
    Postgres(Box<PostgresTransaction>),
}

impl Tx {
    pub(crate) const fn over(transaction: EngineTransaction, engine: Engine, guard: Arc<Guard>) -> Self {
        Self { transaction, engine, guard }
    }

    /// Runs a statement and returns the number of rows changed.
    pub async fn execute(&mut self, sql: &'static Sql, args: Vec<Value>) -> Result<u64, StoreError> {
        match &mut self.transaction {
            EngineTransaction::Sqlite(transaction) => transaction.execute(sql, args).await,
            EngineTransaction::Postgres(transaction) => transaction.execute(sql, args).await,
        }
    }

    /// Runs a query.
    pub async fn fetch(&mut self, sql: &'static Sql, args: Vec<Value>) -> Result<Rows, StoreError> {
        match &mut self.transaction {
            EngineTransaction::Sqlite(transaction) => transaction.fetch(sql.text.to_owned(), args).await,
            EngineTransaction::Postgres(transaction) => transaction.fetch_sql(sql, args).await,
        }
    }

    /// Runs a query assembled from fixed parts (list filters).
    pub async fn fetch_text(&mut self, text: String, args: Vec<Value>) -> Result<Rows, StoreError> {
        match &mut self.transaction {
            EngineTransaction::Sqlite(transaction) => transaction.fetch(text, args).await,
            EngineTransaction::Postgres(transaction) => transaction.fetch(&text, args).await,
        }
    }

    /// Runs a statement that draws numbers. With several writers it takes effect immediately and permanently,
    /// whatever happens to this transaction, so that no caller waits for its commit: gaps are allowed.
    pub(crate) async fn fetch_autonomous(
        &mut self,
        sql: &'static Sql,
        args: Vec<Value>,
    ) -> Result<Rows, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => self.fetch(sql, args).await,
            Engine::Postgres(database) => database.fetch_autonomous(sql.text, &args).await,
        }
    }

    /// Inserts rows given as columns.
    pub async fn insert(&mut self, insert: &'static Insert, columns: Vec<Column>) -> Result<u64, StoreError> {
        match &mut self.transaction {
            EngineTransaction::Sqlite(transaction) => transaction.insert(insert, columns, false).await,
            EngineTransaction::Postgres(transaction) => transaction.insert(insert, columns, false).await,
        }
    }

    /// Inserts the rows whose keys do not exist yet and returns how many. It waits for a transaction that is
    /// about to write one of the keys.
    pub async fn insert_new(
        &mut self,
        insert: &'static Insert,
        columns: Vec<Column>,
    ) -> Result<u64, StoreError> {
        match &mut self.transaction {
            EngineTransaction::Sqlite(transaction) => transaction.insert(insert, columns, true).await,
            EngineTransaction::Postgres(transaction) => transaction.insert(insert, columns, true).await,
        }
    }

    /// Updates rows by key; the first column is the key. Rows whose key does not exist count as unchanged.
    pub async fn update(&mut self, update: &'static Update, columns: Vec<Column>) -> Result<u64, StoreError> {
        match &mut self.transaction {
            EngineTransaction::Sqlite(transaction) => transaction.update(update, columns).await,
            EngineTransaction::Postgres(transaction) => transaction.update(update, columns).await,
        }
    }

    /// Reads rows by key, in the order of the keys; keys without a row are omitted.
    pub async fn lookup(&mut self, lookup: &'static Lookup, keys: Column) -> Result<Rows, StoreError> {
        match &mut self.transaction {
            EngineTransaction::Sqlite(transaction) => transaction.lookup(lookup, keys).await,
            EngineTransaction::Postgres(transaction) => transaction.lookup(lookup, keys).await,
        }
    }

    /// The database's clock, microseconds UTC. Only for what nodes must agree on by time: which of them are
    /// live.
    pub async fn clock(&mut self) -> Result<i64, StoreError> {
        let rows = match &mut self.transaction {
            EngineTransaction::Sqlite(transaction) => {
                transaction.fetch(sqlite::CLOCK.to_owned(), Vec::new()).await?
            }
            EngineTransaction::Postgres(transaction) => {
                transaction.fetch(postgres::CLOCK, Vec::new()).await?
            }
        };
        rows.first().ok_or_else(|| StoreError::Corrupt("no clock".to_owned()))?.i64(0)
    }

    /// Moves the engine's own number generators past the rows that were inserted with explicit numbers.
    pub(crate) async fn align(&mut self, tables: &[&str]) -> Result<(), StoreError> {
        match &mut self.transaction {
            EngineTransaction::Sqlite(_) => Ok(()),
            EngineTransaction::Postgres(transaction) => transaction.align(tables).await,
        }
    }

    /// Makes everything durable. An error leaves nothing written, except [`StoreError::Fatal`], after which
    /// only a restart shows the outcome, and [`StoreError::InDoubt`], after which the caller must check.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.transaction {
            EngineTransaction::Sqlite(transaction) => transaction.commit().await?,
            EngineTransaction::Postgres(transaction) => transaction.commit().await?,
        }
        self.guard.committed();
        Ok(())
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }
}
