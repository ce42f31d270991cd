//! A transaction on one of the connections.

use super::connection::rollback;
use super::readers::Reader;
use super::row::{bind, error, numbered, read_row};
use super::worker::Worker;
use crate::bulk::{Insert, Lookup, Sql, Update};
use crate::error::StoreError;
use crate::value::{Column, Rows, Value};
use rusqlite::Connection;
use tokio::sync::OwnedMutexGuard;

/// The connection it runs on.
#[derive(Debug)]
enum Slot {
    Writer(OwnedMutexGuard<Worker>),
    Reader(Reader),
}

/// How far the transaction on the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A read transaction begins with its first call: this saves a hop, and its snapshot would not be taken
    /// any earlier otherwise.
    NotBegun,
    /// It has begun.
    Begun,
    /// No transaction: each statement runs alone, and the connection is idle as soon as it is answered.
    Autocommit,
}

/// An open transaction on one of the connections.
#[derive(Debug)]
pub(crate) struct SqliteTransaction {
    slot: Option<Slot>,
    phase: Phase,
    /// A call failed, or its caller disappeared before it ended. It may have been partly executed, so nothing
    /// more is run here and nothing is committed. Server engines could not continue at all.
    failed: bool,
}

impl Drop for SqliteTransaction {
    fn drop(&mut self) {
        match self.slot.take() {
            Some(Slot::Writer(writer)) => writer.post(rollback),
            // A call in flight has no caller left: it is cancelled.
            Some(Slot::Reader(reader)) => reader.end(self.phase == Phase::Begun, self.failed),
            None => {}
        }
    }
}

impl SqliteTransaction {
    /// Begins a write transaction. The value exists before the call, so that a caller that disappears
    /// midway leaves no transaction open on the connection.
    pub(super) async fn begin(writer: OwnedMutexGuard<Worker>) -> Result<Self, StoreError> {
        let mut transaction = Self { slot: Some(Slot::Writer(writer)), phase: Phase::Begun, failed: false };
        transaction.call(|c| c.execute_batch("BEGIN IMMEDIATE").map_err(error)).await?;
        Ok(transaction)
    }

    /// A read transaction.
    pub(super) fn reading(reader: Reader) -> Self {
        Self { slot: Some(Slot::Reader(reader)), phase: Phase::NotBegun, failed: false }
    }

    /// Statements without a transaction.
    pub(super) fn autocommit(reader: Reader) -> Self {
        Self { slot: Some(Slot::Reader(reader)), phase: Phase::Autocommit, failed: false }
    }

    fn worker(&self) -> Result<&Worker, StoreError> {
        match &self.slot {
            Some(Slot::Writer(guard)) => Ok(guard),
            Some(Slot::Reader(reader)) => reader.worker(),
            None => Err(StoreError::Unavailable("the transaction has ended".to_owned())),
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
        let begins = self.phase == Phase::NotBegun;
        if begins {
            self.phase = Phase::Begun;
        }
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
