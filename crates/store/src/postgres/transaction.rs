//! A transaction on a pooled connection, or statements without one. Every call also has a client-side
//! deadline, so that a network that swallows answers cannot block a caller indefinitely.

use super::abandoned::Undo;
use super::error::{commit_error, error};
use super::wire;
use crate::bulk::{Insert, Lock, Lookup, Sql, Update};
use crate::error::StoreError;
use crate::value::{Column, Rows, Value};
use deadpool_postgres::Object;
use futures_util::{TryStreamExt, pin_mut};
use std::future::Future;
use std::time::Duration;
use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{BorrowToSql, ToSql, Type};

/// From this many rows, COPY is used; it needs one round trip more than a statement.
const COPY_ROWS: usize = 64;

/// The state of a transaction between or during calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallState {
    /// Idle, ready for the next call.
    Ready,
    /// Running a statement. It stays here if the caller disappears before the end.
    InFlight,
    /// In COMMIT, which must not be cancelled: it ends one way or the other.
    Committing,
    /// A statement failed: the server would silently treat COMMIT as ROLLBACK.
    Failed,
}

/// An open transaction, or lookups of single rows without one.
#[derive(Debug)]
pub(crate) struct PostgresTransaction {
    client: Option<Object>,
    /// The server's process id for this connection, so that it can be terminated if we lose track of it; 0
    /// until known, and if there is no transaction that could stay open.
    backend: i32,
    undo: Undo,
    deadline: Duration,
    state: CallState,
    /// Whether there is no transaction.
    is_autocommit: bool,
}

impl Drop for PostgresTransaction {
    /// Cancels what is in flight and rolls back what was not committed. A task does it, because drop cannot
    /// await; a connection that does not answer is discarded, and the next session terminates its server
    /// side.
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        if self.is_autocommit {
            // A statement without a transaction holds nothing: the server notices that its client has gone.
            return match self.state {
                CallState::Ready | CallState::Failed => drop(client),
                CallState::InFlight | CallState::Committing => drop(Object::take(client)),
            };
        }
        let end =
            end(client, self.undo.clone(), self.backend, self.deadline, self.state == CallState::InFlight);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(end)),
            // Outside a runtime, the connection is closed with the process.
            Err(_) => self.undo.lost.add(self.backend),
        }
    }
}

/// Cancels a statement, rolls back its transaction, and returns the connection to the pool if it is then
/// idle.
async fn end(client: Object, undo: Undo, backend: i32, deadline: Duration, is_in_flight: bool) {
    if is_in_flight
        && backend != 0
        && let Err(error) = undo.cancel(backend).await
    {
        tracing::debug!(%error, "could not cancel an abandoned statement; it runs to completion");
    }
    let undone = tokio::time::timeout(deadline, client.batch_execute("ROLLBACK")).await;
    if !matches!(undone, Ok(Ok(()))) {
        undo.lost.add(backend);
        drop(Object::take(client));
    }
}

impl PostgresTransaction {
    /// Begins a transaction and fetches the connection's process id in the same round trip.
    pub(super) async fn begin(
        client: Object,
        undo: Undo,
        deadline: Duration,
        begin: &str,
    ) -> Result<Self, StoreError> {
        let mut transaction = Self::autocommit(client, undo, deadline);
        transaction.is_autocommit = false;
        let text = format!("{begin}; SELECT pg_backend_pid()");
        let answer = transaction.call(async |client| client.simple_query(&text).await.map_err(error)).await?;
        let pid = answer.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).and_then(|pid| pid.parse().ok()),
            _ => None,
        });
        transaction.backend = pid.ok_or_else(|| StoreError::Corrupt("no backend process id".to_owned()))?;
        Ok(transaction)
    }

    /// Statements without a transaction.
    pub(super) fn autocommit(client: Object, undo: Undo, deadline: Duration) -> Self {
        Self {
            client: Some(client),
            backend: 0,
            undo,
            deadline,
            state: CallState::Ready,
            is_autocommit: true,
        }
    }

    async fn call<T>(
        &mut self,
        job: impl AsyncFnOnce(&Object) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Some(client) = &self.client else {
            return Err(StoreError::Away("the connection was abandoned".to_owned()));
        };
        if self.state != CallState::Ready {
            return Err(StoreError::Unavailable("the transaction has failed".to_owned()));
        }
        self.state = CallState::InFlight;
        let done = bounded(self.deadline, job(client)).await;
        match &done {
            Ok(_) => self.state = CallState::Ready,
            Err(StoreError::Away(_)) => self.abandon(),
            Err(_) => self.state = CallState::Failed,
        }
        done
    }

    /// Closes the connection and remembers its server side for termination.
    fn abandon(&mut self) {
        if let Some(client) = self.client.take() {
            self.undo.lost.add(self.backend);
            drop(Object::take(client));
        }
    }

    pub(crate) async fn execute(&mut self, sql: &'static Sql, args: Vec<Value>) -> Result<u64, StoreError> {
        self.call(async |client| {
            let statement = client.prepare_cached(sql.text).await.map_err(error)?;
            client.execute_raw(&statement, &args).await.map_err(error)
        })
        .await
    }

    pub(crate) async fn fetch(&mut self, text: &str, args: Vec<Value>) -> Result<Rows, StoreError> {
        self.call(async |client| rows(client, text, &args).await).await
    }

    pub(crate) async fn fetch_sql(
        &mut self,
        sql: &'static Sql,
        args: Vec<Value>,
    ) -> Result<Rows, StoreError> {
        match sql.lock {
            Lock::None => self.fetch(sql.text, args).await,
            lock => self.fetch(&format!("{}{}", sql.text, suffix(lock)), args).await,
        }
    }

    /// Inserts rows. With `new_only`, rows whose key exists are skipped, after waiting for a transaction that
    /// is about to write the key.
    pub(crate) async fn insert(
        &mut self,
        insert: &'static Insert,
        columns: Vec<Column>,
        new_only: bool,
    ) -> Result<u64, StoreError> {
        let rows = Column::rows(&columns, insert.columns.len(), insert.table)?;
        match rows {
            0 => Ok(0),
            COPY_ROWS.. if !new_only => self.copy(insert, &columns, rows).await,
            _ => {
                let names = insert.columns.join(", ");
                let tail = if new_only { " ON CONFLICT DO NOTHING" } else { "" };
                let arrays = arrays(&columns);
                let table = insert.table;
                let text = format!("INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}){tail}");
                self.run(&text, columns).await
            }
        }
    }

    async fn copy(
        &mut self,
        insert: &'static Insert,
        columns: &[Column],
        rows: usize,
    ) -> Result<u64, StoreError> {
        let text =
            format!("COPY {} ({}) FROM STDIN (FORMAT BINARY)", insert.table, insert.columns.join(", "));
        let types: Vec<Type> = columns.iter().map(wire::column_type).collect();
        self.call(async |client| {
            let statement = client.prepare_cached(&text).await.map_err(error)?;
            let sink = client.copy_in(&statement).await.map_err(error)?;
            let writer = BinaryCopyInWriter::new(sink, &types);
            pin_mut!(writer);
            let mut cells: Vec<&(dyn ToSql + Sync)> = Vec::with_capacity(columns.len());
            for row in 0..rows {
                cells.clear();
                cells.extend(columns.iter().filter_map(|column| wire::cell(column, row)));
                writer.as_mut().write(&cells).await.map_err(error)?;
            }
            writer.finish().await.map_err(error)
        })
        .await
    }

    pub(crate) async fn update(
        &mut self,
        update: &'static Update,
        columns: Vec<Column>,
    ) -> Result<u64, StoreError> {
        if Column::rows(&columns, update.columns.len() + 1, update.table)? == 0 {
            return Ok(0);
        }
        let (table, key) = (update.table, update.key);
        let sets: Vec<String> =
            update.columns.iter().map(|column| format!("{column} = u.{column}")).collect();
        let names: Vec<&str> = std::iter::once(key).chain(update.columns.iter().copied()).collect();
        let text = format!(
            "UPDATE {table} AS t SET {} FROM unnest({}) AS u ({}) WHERE t.{key} = u.{key}",
            sets.join(", "),
            arrays(&columns),
            names.join(", ")
        );
        self.run(&text, columns).await
    }

    async fn run(&mut self, text: &str, columns: Vec<Column>) -> Result<u64, StoreError> {
        let arrays: Vec<_> = columns.into_iter().map(wire::array).collect();
        self.call(async |client| {
            let statement = client.prepare_cached(text).await.map_err(error)?;
            let params: Vec<&(dyn ToSql + Sync)> = arrays.iter().map(|array| array.as_ref() as _).collect();
            client.execute(&statement, &params).await.map_err(error)
        })
        .await
    }

    /// Reads rows by key in the order of the keys, and locks them in that order.
    pub(crate) async fn lookup(&mut self, lookup: &'static Lookup, keys: Column) -> Result<Rows, StoreError> {
        if keys.is_empty() {
            return Ok(Rows::default());
        }
        let and = if lookup.and.is_empty() { String::new() } else { format!(" AND {}", lookup.and) };
        let lock = match lookup.lock {
            Lock::None => String::new(),
            lock => format!("{} OF {}", suffix(lock), lookup.from),
        };
        let text = format!(
            "SELECT {} FROM unnest(CAST($1 AS {})) WITH ORDINALITY AS keys (looked_up, place)
             JOIN {} ON {} = keys.looked_up{and} ORDER BY keys.place{lock}",
            lookup.columns,
            wire::array_name(&keys),
            parenthesised(lookup.from),
            lookup.key,
        );
        let keys = wire::array(keys);
        self.call(async |client| rows(client, &text, [keys.as_ref() as &(dyn ToSql + Sync)]).await).await
    }

    /// Moves the tables' identity sequences past their highest number.
    pub(crate) async fn align(&mut self, tables: &[&str]) -> Result<(), StoreError> {
        for table in tables {
            let sequence = format!("pg_get_serial_sequence('{table}', 'id')");
            let text = format!("SELECT setval({sequence}, COALESCE(MAX(id), 0) + 1, FALSE) FROM {table}");
            self.fetch(&text, Vec::new()).await?;
        }
        Ok(())
    }

    /// Commits. The statement timeout is lifted first: if it fired while waiting for a standby, the server
    /// would answer "committed" although no standby has the commit.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let Some(client) = &self.client else {
            return Err(StoreError::Away("the connection was abandoned".to_owned()));
        };
        if self.state != CallState::Ready {
            return Err(StoreError::Unavailable("the transaction has failed".to_owned()));
        }
        self.state = CallState::Committing;
        // Both are sent at once; the server processes them in order.
        let lifted = client.batch_execute("SET LOCAL statement_timeout = 0");
        let committed = client.batch_execute("COMMIT");
        let both = async { tokio::join!(lifted, committed) };
        let done = match tokio::time::timeout(self.deadline, both).await {
            // In a failed transaction, COMMIT rolls back; an error of the first statement is then the certain
            // answer.
            Ok((Err(cause), Ok(()))) => Err(error(cause)),
            Ok((_, Err(cause))) => Err(commit_error(cause)),
            Ok((Ok(()), Ok(()))) => Ok(()),
            Err(_) => Err(StoreError::InDoubt("timed out waiting for COMMIT".to_owned())),
        };
        match &done {
            Ok(()) => drop(self.client.take()),
            Err(_) => self.abandon(),
        }
        done
    }
}

/// Runs a job with the client-side deadline.
async fn bounded<T>(
    deadline: Duration,
    job: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(deadline, job).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::Away("timed out waiting for the server".to_owned())),
    }
}

const fn suffix(lock: Lock) -> &'static str {
    match lock {
        Lock::None => "",
        Lock::Shared => " FOR KEY SHARE",
        Lock::Write => " FOR NO KEY UPDATE",
        Lock::Exclusive => " FOR UPDATE",
    }
}

/// Parenthesises a join, so that it is joined as one table.
fn parenthesised(from: &str) -> String {
    if from.contains(' ') { format!("({from})") } else { from.to_owned() }
}

fn arrays(columns: &[Column]) -> String {
    let array = |(place, column)| format!("CAST(${} AS {})", place + 1, wire::array_name(column));
    columns.iter().enumerate().map(array).collect::<Vec<_>>().join(", ")
}

/// A query's result, collected row by row.
async fn rows<P, I>(client: &Object, text: &str, params: I) -> Result<Rows, StoreError>
where
    P: BorrowToSql,
    I: IntoIterator<Item = P>,
    I::IntoIter: ExactSizeIterator,
{
    let statement = client.prepare_cached(text).await.map_err(error)?;
    let mut rows = Rows { width: statement.columns().len(), values: Vec::new() };
    let stream = client.query_raw(&statement, params).await.map_err(error)?;
    pin_mut!(stream);
    while let Some(row) = stream.try_next().await.map_err(error)? {
        wire::read_row(&row, &mut rows)?;
    }
    Ok(rows)
}
