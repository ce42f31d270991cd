//! Transactions: each call goes to the engine that is below.

use crate::bulk::{Insert, Lookup, Sql, Update};
use crate::error::StoreError;
use crate::guard::{Guard, OwnCommit};
use crate::postgres::{self, PostgresDatabase, PostgresTransaction};
use crate::script::{Answers, Asked, Script, Statement};
use crate::sqlite::{self, SqliteDatabase, SqliteTransaction};
use crate::value::{Column, Rows, Value};
use std::sync::Arc;

/// What is below the seam.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    Sqlite(SqliteDatabase),
    Postgres(PostgresDatabase),
}

/// A transaction. It begins with its first statement. Dropping it without [`Tx::commit`] rolls it back.
#[derive(Debug)]
pub struct Tx {
    transaction: EngineTransaction,
    guard: Arc<Guard>,
    /// The time of its audit rows.
    audited_at: Option<i64>,
    /// The commit that it becomes.
    own: Option<OwnCommit>,
}

/// A transaction of an engine.
#[derive(Debug)]
pub(crate) enum EngineTransaction {
    Sqlite(SqliteTransaction),
    Postgres(Box<PostgresTransaction>),
}

impl Tx {
    pub(crate) const fn over(transaction: EngineTransaction, guard: Arc<Guard>) -> Self {
        Self { transaction, guard, audited_at: None, own: None }
    }

    /// Runs a script: one hop, however many statements it has (numbers drawn on a server cost one more).
    pub async fn run(&mut self, script: Script) -> Result<Answers, StoreError> {
        self.audited_at = script.audited_at().or(self.audited_at);
        let statements = script.into_statements();
        // Nothing is run of a script that cannot be right, so the transaction has not failed.
        statements.iter().try_for_each(Statement::check)?;
        let answers = match &mut self.transaction {
            EngineTransaction::Sqlite(transaction) => transaction.run(statements).await?,
            EngineTransaction::Postgres(transaction) => transaction.run(statements).await?,
        };
        Ok(Answers::new(answers))
    }

    /// Runs one statement, which `add` adds to a script.
    pub async fn ask<T>(&mut self, add: impl FnOnce(&mut Script) -> Asked<T>) -> Result<T, StoreError> {
        let mut script = Script::new();
        let asked = add(&mut script);
        self.run(script).await?.take(asked)
    }

    /// Runs a statement and returns the number of rows changed.
    pub async fn execute(&mut self, sql: &'static Sql, args: Vec<Value>) -> Result<u64, StoreError> {
        self.ask(|script| script.execute(sql, args)).await
    }

    /// Runs a query.
    pub async fn fetch(&mut self, sql: &'static Sql, args: Vec<Value>) -> Result<Rows, StoreError> {
        self.ask(|script| script.fetch(sql, args, |answer| Ok(answer.rows))).await
    }

    /// Runs a query assembled from fixed parts (list filters).
    pub async fn fetch_text(&mut self, text: String, args: Vec<Value>) -> Result<Rows, StoreError> {
        self.ask(|script| script.fetch_text(text, args)).await
    }

    /// Inserts rows given as columns.
    pub async fn insert(&mut self, insert: &'static Insert, columns: Vec<Column>) -> Result<u64, StoreError> {
        self.ask(|script| script.insert(insert, columns)).await
    }

    /// Inserts the rows whose keys do not exist yet and returns how many. It waits for a transaction that is
    /// about to write one of the keys.
    pub async fn insert_new(
        &mut self,
        insert: &'static Insert,
        columns: Vec<Column>,
    ) -> Result<u64, StoreError> {
        self.ask(|script| script.insert_new(insert, columns)).await
    }

    /// Updates rows by key; the first column is the key. Rows whose key does not exist count as unchanged.
    pub async fn update(&mut self, update: &'static Update, columns: Vec<Column>) -> Result<u64, StoreError> {
        self.ask(|script| script.update(update, columns)).await
    }

    /// Reads rows by key, in the order of the keys; keys without a row are omitted.
    pub async fn lookup(&mut self, lookup: &'static Lookup, keys: Column) -> Result<Rows, StoreError> {
        self.ask(|script| script.lookup(lookup, keys, |answer| Ok(answer.rows))).await
    }

    /// The database's clock, microseconds UTC. Only for what nodes must agree on by time: which of them are
    /// live.
    pub async fn clock(&mut self) -> Result<i64, StoreError> {
        let text = match &self.transaction {
            EngineTransaction::Sqlite(_) => sqlite::CLOCK,
            EngineTransaction::Postgres(_) => postgres::CLOCK,
        };
        let rows = self.fetch_text(text.to_owned(), Vec::new()).await?;
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
        self.guard.committed(self.own);
        Ok(())
    }

    /// Notes the number that its commit has drawn.
    pub(crate) fn draw(&mut self, commit_number: i64) {
        self.own = self.audited_at.map(|audited_at| OwnCommit { commit_number, audited_at });
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }
}
