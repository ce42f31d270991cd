//! The engine for several nodes: PostgreSQL, version 14 or later, READ COMMITTED with row locks taken in key
//! order.
//!
//! Five pools, because they must not wait for each other: write transactions; read transactions; lookups of
//! single rows (authenticating a caller, resolving an account); numbers, which are drawn outside any
//! transaction (a counter row locked until commit would make all nodes wait); and the node's heartbeat.
//! However many lists are being read, the door and authentication find a connection. Each connection carries
//! the node's name, so that other nodes can terminate the sessions of a node that froze while holding locks
//! ([`PostgresDatabase::end_sessions`]).

mod abandoned;
mod connect;
mod error;
mod flight;
pub(crate) mod schema;
mod statement;
mod timeline;
mod transaction;
mod wire;

pub(crate) use timeline::TimelineSight;
pub(crate) use transaction::PostgresTransaction;

use crate::error::StoreError;
use crate::hops::Hops;
use crate::migration::Schema;
use crate::value::{Rows, Value};
use abandoned::{DEADLINE, Lost, Undo};
use connect::{Commits, ConnectOptions, client};
use deadpool_postgres::{Object, Pool};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use timeline::{TIMELINE, Timelines};
use tokio::sync::watch;

/// Connections for write transactions.
const WRITERS: usize = 6;
/// Connections for read transactions.
const READERS: usize = 6;
/// Connections for lookups of single rows.
const POINT_READERS: usize = 3;
/// Connections that draw numbers and wake other nodes.
const AUTONOMOUS: usize = 2;
/// Deadline of a call that reads; `verify` aggregates whole tables.
const READ_DEADLINE: Duration = Duration::from_secs(330);
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// One server process per reader: parallel workers would leave too little CPU for payments.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '5min'; \
     SET LOCAL max_parallel_workers_per_gather = 0; \
     SET LOCAL idle_in_transaction_session_timeout = '5min'";
/// The clock that nodes agree on.
pub(crate) const CLOCK: &str = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";
/// The channel on which nodes wake each other.
const CHANNEL: &str = "sluice_wake";
/// How long wake-ups are collected before one is sent.
const COALESCE: Duration = Duration::from_millis(20);
/// How long to wait before reconnecting the listening connection.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);
/// How long another node's sessions may take to end, in milliseconds.
const END_MS: i64 = 5_000;

/// A database on a server.
#[derive(Debug, Clone)]
pub(crate) struct PostgresDatabase {
    options: Arc<ConnectOptions>,
    application: Arc<str>,
    work: Pool,
    reads: Pool,
    point_reads: Pool,
    autonomous: Pool,
    pulse: Pool,
    lost: Lost,
    hops: Hops,
    wake_is_due: Arc<AtomicBool>,
}

fn application(node: &str) -> String {
    format!("sluice {node}")
}

impl PostgresDatabase {
    pub(crate) async fn connect(url: &str, node: &str, schema: Schema) -> Result<Self, StoreError> {
        let application = application(node);
        let options = ConnectOptions::parse(url, &application)?;
        let database = Self {
            work: options.pool(WRITERS, Commits::Durable)?,
            reads: options.pool(READERS, Commits::Durable)?,
            point_reads: options.pool(POINT_READERS, Commits::Durable)?,
            autonomous: options.pool(AUTONOMOUS, Commits::Drawn)?,
            pulse: options.pool(1, Commits::Durable)?,
            options: Arc::new(options),
            application: application.into(),
            lost: Lost::default(),
            hops: Hops::default(),
            wake_is_due: Arc::default(),
        };
        // Not returned to the pool: an interrupted migration may have left its settings or its lock on it.
        let mut client = Object::take(client(&database.work).await?);
        match schema {
            Schema::Migrate => schema::migrate(&mut client).await?,
            Schema::Expect => schema::expect(&client).await?,
        }
        Ok(database)
    }

    pub(crate) fn shown(&self) -> String {
        self.options.shown()
    }

    pub(crate) async fn write(&self) -> Result<PostgresTransaction, StoreError> {
        self.transaction(&self.work, DEADLINE, BEGIN_WRITE, &self.hops).await
    }

    pub(crate) async fn read(&self) -> Result<PostgresTransaction, StoreError> {
        self.transaction(&self.reads, READ_DEADLINE, BEGIN_READ, &Hops::default()).await
    }

    /// Statements without a transaction, each with its own snapshot and within the session's
    /// `statement_timeout`: one round trip each, where a transaction costs two more.
    pub(crate) async fn point_read(&self) -> Result<PostgresTransaction, StoreError> {
        let client = client(&self.point_reads).await?;
        Ok(PostgresTransaction::autocommit(client, self.undo(), DEADLINE))
    }

    /// A transaction that does not wait for others of this node.
    pub(crate) async fn pulse(&self) -> Result<PostgresTransaction, StoreError> {
        self.transaction(&self.pulse, DEADLINE, BEGIN_WRITE, &self.hops).await
    }

    async fn transaction(
        &self,
        pool: &Pool,
        deadline: Duration,
        begin: &'static str,
        hops: &Hops,
    ) -> Result<PostgresTransaction, StoreError> {
        let client = client(pool).await?;
        self.end_lost(&client).await?;
        Ok(PostgresTransaction::new(client, self.undo(), deadline, begin, hops.clone()))
    }

    /// How many round trips write transactions have made.
    pub(crate) fn hops(&self) -> u64 {
        self.hops.count()
    }

    fn undo(&self) -> Undo {
        Undo { lost: self.lost.clone(), autonomous: self.autonomous.clone() }
    }

    /// Terminates the server side of abandoned connections: they may hold locks, or a commit whose outcome is
    /// unknown.
    async fn end_lost(&self, client: &Object) -> Result<(), StoreError> {
        let lost = self.lost.take();
        if lost.is_empty() {
            return Ok(());
        }
        let ended = client
            .query(
                "SELECT pg_terminate_backend(pid, $3) FROM pg_stat_activity
                 WHERE pid = ANY($1) AND application_name = $2 AND pid <> pg_backend_pid()",
                &[&lost, &&*self.application, &END_MS],
            )
            .await;
        ended.map(drop).map_err(|cause| {
            lost.into_iter().for_each(|backend| self.lost.add(backend));
            error::error(cause)
        })
    }

    /// Terminates every session of another node, waits until they are gone, and returns how many there were.
    pub(crate) async fn end_sessions(&self, node: &str) -> Result<u64, StoreError> {
        let client = client(&self.autonomous).await?;
        client
            .execute(
                "SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity
                 WHERE application_name = $1 AND pid <> pg_backend_pid()",
                &[&application(node), &END_MS],
            )
            .await
            .map_err(error::error)
    }

    /// Runs one statement in its own transaction, which is not made durable by itself.
    pub(crate) async fn fetch_autonomous(&self, text: &str, args: &[Value]) -> Result<Rows, StoreError> {
        let client = client(&self.autonomous).await?;
        let statement = client.prepare_cached(text).await.map_err(error::error)?;
        let params: Vec<_> = args.iter().map(|value| value as _).collect();
        let answer = client.query(&statement, &params).await.map_err(error::error)?;
        let mut rows = Rows { width: statement.columns().len(), values: Vec::new() };
        answer.iter().try_for_each(|row| wire::read_row(row, &mut rows))?;
        Ok(rows)
    }

    /// Wakes the nodes, once for all calls within a short interval.
    pub(crate) fn wake(&self) {
        if self.wake_is_due.swap(true, Ordering::AcqRel) {
            return;
        }
        let database = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(COALESCE).await;
            database.wake_is_due.store(false, Ordering::Release);
            let args = [Value::from(CHANNEL)];
            if let Err(error) = database.fetch_autonomous("SELECT 1 FROM pg_notify($1, '')", &args).await {
                // The others poll anyway, only later.
                tracing::warn!(%error, "could not wake the other nodes");
            }
        });
    }

    /// Raises the generation whenever a node wakes the others, until no receiver is left.
    pub(crate) fn listen(&self, heard: Arc<watch::Sender<u64>>) {
        let options = self.options.clone();
        tokio::spawn(async move {
            loop {
                let listening = options.listen(CHANNEL, || heard.send_modify(|generation| *generation += 1));
                tokio::select! {
                    () = heard.closed() => return,
                    ended = listening => if let Err(error) = ended {
                        tracing::info!(%error, "reconnecting to listen for wake-ups");
                    },
                }
                tokio::time::sleep(LISTEN_AGAIN).await;
            }
        });
    }

    pub(crate) async fn size_bytes(&self) -> Result<u64, StoreError> {
        self.number("SELECT pg_database_size(current_database())").await
    }

    pub(crate) async fn log_bytes(&self) -> Result<u64, StoreError> {
        self.number("SELECT CAST(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS BIGINT)").await
    }

    pub(crate) async fn timeline(&self) -> Result<TimelineSight, StoreError> {
        let connections = self.timelines().connections();
        let rows = self.fetch_autonomous(TIMELINE, &[]).await?;
        let timeline = rows.first().map_or_else(|| Ok(String::new()), |row| row.text(0))?;
        Ok(TimelineSight { timeline, connections })
    }

    /// The timelines of its connections.
    pub(crate) fn timelines(&self) -> &Timelines {
        &self.options.timelines
    }

    async fn number(&self, text: &str) -> Result<u64, StoreError> {
        let rows = self.fetch_autonomous(text, &[]).await?;
        let number = rows.first().map_or(Ok(0), |row| row.i64(0))?;
        Ok(number.unsigned_abs())
    }
}
