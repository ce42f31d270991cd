//! A transaction on one of the connections.

use super::connection::rollback;
use super::readers::Reader;
use super::row::error;
use super::statement;
use super::worker::Worker;
use crate::error::StoreError;
use crate::hops::Hops;
use crate::script::{Answer, Statement};
use crate::timing::Label;
use rusqlite::Connection;
use tokio::sync::OwnedMutexGuard;

/// The connection it runs on.
#[derive(Debug)]
enum Slot {
    Writer(OwnedMutexGuard<Worker>, Hops),
    Reader(Reader),
}

/// How far the transaction on the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It begins with its first call, using this statement: this saves a hop, and a snapshot would not be
    /// taken any earlier otherwise.
    NotBegun(&'static str),
    /// It has begun.
    Begun,
    /// It was committed.
    Ended,
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
            // It may be the call in flight that begins the transaction.
            Some(Slot::Writer(writer, _)) if self.phase == Phase::Begun => writer.post(rollback),
            Some(Slot::Writer(..)) => {}
            // A call in flight has no caller left: it is cancelled.
            Some(Slot::Reader(reader)) => reader.end(self.phase == Phase::Begun, self.failed),
            None => {}
        }
    }
}

impl SqliteTransaction {
    /// A write transaction. No other one begins while this value exists.
    pub(super) fn writing(writer: OwnedMutexGuard<Worker>, hops: Hops) -> Self {
        let (slot, phase) = (Slot::Writer(writer, hops), Phase::NotBegun("BEGIN IMMEDIATE"));
        Self { slot: Some(slot), phase, failed: false }
    }

    /// A read transaction.
    pub(super) fn reading(reader: Reader) -> Self {
        Self { slot: Some(Slot::Reader(reader)), phase: Phase::NotBegun("BEGIN"), failed: false }
    }

    /// Statements without a transaction.
    pub(super) fn autocommit(reader: Reader) -> Self {
        Self { slot: Some(Slot::Reader(reader)), phase: Phase::Autocommit, failed: false }
    }

    fn worker(&self) -> Result<&Worker, StoreError> {
        match &self.slot {
            Some(Slot::Writer(guard, _)) => Ok(guard),
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
        let begin = match self.phase {
            Phase::NotBegun(begin) => Some(begin),
            Phase::Begun | Phase::Ended | Phase::Autocommit => None,
        };
        if begin.is_some() {
            self.phase = Phase::Begun;
        }
        if let Some(Slot::Writer(_, hops)) = &self.slot {
            hops.add(1);
        }
        let done = self.worker()?.call(move |c| {
            if let Some(begin) = begin {
                c.execute_batch(begin).map_err(error)?;
            }
            job(c)
        });
        let done = done.await;
        self.failed = done.is_err();
        done
    }

    /// Runs statements in one hop. Nothing after a failed one is run.
    pub(crate) async fn run(&mut self, statements: Vec<Statement>) -> Result<Vec<Answer>, StoreError> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        self.call(move |c| statements.into_iter().map(|one| timed(c, one)).collect()).await
    }

    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        if matches!(self.phase, Phase::NotBegun(_)) {
            return Ok(());
        }
        self.call(|c| {
            let timer = Label::commit().begin();
            let done = c.execute_batch("COMMIT").map_err(|cause| match error(cause) {
                StoreError::Unavailable(text) => StoreError::Fatal(text),
                other => other,
            });
            timer.end();
            done
        })
        .await?;
        self.phase = Phase::Ended;
        Ok(())
    }
}

/// Runs a statement on the thread of its connection, and measures it there.
fn timed(connection: &Connection, statement: Statement) -> Result<Answer, StoreError> {
    let timer = Label::of(&statement).begin();
    let done = statement::run(connection, statement);
    timer.end();
    done
}
