//! A transaction on a pooled connection, or statements without one. Every call also has a client-side
//! deadline, so that a network that swallows answers cannot block a caller indefinitely.

use super::abandoned::Undo;
use super::connect::client;
use super::error::{commit_error, error};
use super::flight::{self, bounded, land, land_all, prepare};
use super::statement::{Copy, Query, Sending, sendings};
use crate::bulk::Lock;
use crate::error::StoreError;
use crate::hops::Hops;
use crate::script::{Answer, Statement};
use crate::timing::Label;
use deadpool_postgres::Object;
use std::borrow::Cow;
use std::time::Duration;

/// Where the transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It begins with its first call, using these statements, in the same round trip.
    NotBegun(&'static str),
    /// It has begun.
    Begun,
    /// There is none: each statement is a transaction of its own.
    Autocommit,
}

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
    /// For each answer.
    deadline: Duration,
    state: CallState,
    stage: Stage,
    hops: Hops,
}

impl Drop for PostgresTransaction {
    /// Cancels what is in flight and rolls back what was not committed. A task does it, because drop cannot
    /// await; a connection that does not answer is discarded, and the next session terminates its server
    /// side.
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        let is_known = self.backend != 0 || self.state != CallState::InFlight;
        if self.stage != Stage::Begun || !is_known {
            // A statement without a transaction holds nothing, and one sent with its BEGIN cannot be cancelled
            // before that is answered: the server notices within two seconds that its client has gone.
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
    if is_in_flight && let Err(error) = undo.cancel(backend).await {
        tracing::debug!(%error, "could not cancel an abandoned statement; it runs to completion");
    }
    let undone = tokio::time::timeout(deadline, client.batch_execute("ROLLBACK")).await;
    if !matches!(undone, Ok(Ok(()))) {
        undo.lost.add(backend);
        drop(Object::take(client));
    }
}

impl PostgresTransaction {
    /// A transaction that begins with these statements.
    pub(super) fn new(
        client: Object,
        undo: Undo,
        deadline: Duration,
        begin: &'static str,
        hops: Hops,
    ) -> Self {
        let (client, stage) = (Some(client), Stage::NotBegun(begin));
        Self { client, backend: 0, undo, deadline, state: CallState::Ready, stage, hops }
    }

    /// Statements without a transaction.
    pub(super) fn autocommit(client: Object, undo: Undo, deadline: Duration) -> Self {
        let (client, stage, hops) = (Some(client), Stage::Autocommit, Hops::default());
        Self { client, backend: 0, undo, deadline, state: CallState::Ready, stage, hops }
    }

    /// Runs statements in their order, those that draw numbers on a connection of their own.
    pub(crate) async fn run(&mut self, statements: Vec<Statement>) -> Result<Vec<Answer>, StoreError> {
        let mut answers = Vec::with_capacity(statements.len());
        let mut rest = statements.into_iter().peekable();
        while rest.peek().is_some() {
            let own: Vec<_> = std::iter::from_fn(|| rest.next_if(|next| !next.draws())).collect();
            if !own.is_empty() {
                self.call(sendings(own), &mut answers).await?;
            }
            let draws: Vec<_> = std::iter::from_fn(|| rest.next_if(Statement::draws)).collect();
            for sending in sendings(draws) {
                self.draw(sending.queries, &mut answers).await?;
            }
        }
        Ok(answers)
    }

    /// Runs queries outside this transaction, each in one of its own.
    async fn draw(&self, queries: Vec<Query>, answers: &mut Vec<Answer>) -> Result<(), StoreError> {
        let client = client(&self.undo.autonomous).await?;
        let prepared = self.prepared(&client, &queries).await?;
        let flights = flight::send_all(&client, queries, prepared).await;
        self.hops.add(1);
        land_all(flights, self.deadline, answers).await
    }

    /// Prepares queries. Nothing may be awaited between two of them once the first was sent.
    async fn prepared(
        &self,
        client: &Object,
        queries: &[Query],
    ) -> Result<Vec<tokio_postgres::Statement>, StoreError> {
        let mut prepared = Vec::with_capacity(queries.len());
        for query in queries {
            prepared.push(bounded(self.deadline, prepare(client, &query.text, &self.hops)).await?);
        }
        Ok(prepared)
    }

    async fn call(&mut self, sendings: Vec<Sending>, answers: &mut Vec<Answer>) -> Result<(), StoreError> {
        if self.client.is_none() {
            return Err(abandoned());
        }
        if self.state != CallState::Ready {
            return Err(StoreError::Unavailable("the transaction has failed".to_owned()));
        }
        self.state = CallState::InFlight;
        let mut done = Ok(());
        for sending in sendings {
            done = self.call_one(sending, answers).await;
            if done.is_err() {
                break;
            }
        }
        match &done {
            Ok(()) => self.state = CallState::Ready,
            Err(StoreError::Away(_)) => self.abandon(),
            Err(_) => self.state = CallState::Failed,
        }
        done
    }

    async fn call_one(&mut self, sending: Sending, answers: &mut Vec<Answer>) -> Result<(), StoreError> {
        let Sending { queries, copy } = sending;
        if !queries.is_empty() || matches!(self.stage, Stage::NotBegun(_)) {
            self.query(queries, answers).await?;
        }
        match copy {
            Some(copy) => self.copy(&copy, answers).await,
            None => Ok(()),
        }
    }

    /// Sends queries together. If the transaction has not begun, the statements that begin it go with them;
    /// alone, if one of the queries may write: where they failed, it would be a transaction of its own.
    async fn query(&mut self, queries: Vec<Query>, answers: &mut Vec<Answer>) -> Result<(), StoreError> {
        let Some(client) = &self.client else { return Err(abandoned()) };
        let prepared = self.prepared(client, &queries).await?;
        let mut begun = None;
        if let Stage::NotBegun(begin) = self.stage {
            self.stage = Stage::Begun;
            let sent = flight::send(flight::begin(client, begin)).await;
            if queries.iter().all(|query| query.only_reads) {
                begun = Some(sent);
            } else {
                self.hops.add(1);
                self.backend = process_id(&land(sent, self.deadline).await?);
            }
        }
        let flights = flight::send_all(client, queries, prepared).await;
        self.hops.add(1);
        if let Some(begun) = begun {
            self.backend = process_id(&land(begun, self.deadline).await?);
        }
        land_all(flights, self.deadline, answers).await
    }

    async fn copy(&mut self, copy: &Copy, answers: &mut Vec<Answer>) -> Result<(), StoreError> {
        let Some(client) = &self.client else { return Err(abandoned()) };
        let prepared = bounded(self.deadline, prepare(client, &copy.text, &self.hops)).await?;
        self.hops.add(2);
        let timer = copy.label.clone().begin();
        match bounded(self.deadline, flight::copy(client, &prepared, copy)).await {
            Ok(copied) => {
                answers.push(copied?);
                timer.end();
            }
            Err(error) => {
                self.abandon();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Closes the connection and remembers its server side for termination.
    fn abandon(&mut self) {
        if let Some(client) = self.client.take() {
            self.undo.lost.add(self.backend);
            drop(Object::take(client));
        }
    }

    /// Moves the tables' identity sequences past their highest number.
    pub(crate) async fn align(&mut self, tables: &[&str]) -> Result<(), StoreError> {
        let statement = |table: &&str| {
            let sequence = format!("pg_get_serial_sequence('{table}', 'id')");
            let text = format!("SELECT setval({sequence}, COALESCE(MAX(id), 0) + 1, FALSE) FROM {table}");
            Statement::Fetch { text: Cow::Owned(text), lock: Lock::None, args: Vec::new() }
        };
        self.run(tables.iter().map(statement).collect()).await.map(drop)
    }

    /// Commits. The statement timeout is lifted first: if it fired while waiting for a standby, the server
    /// would answer "committed" although no standby has the commit.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let Some(client) = &self.client else { return Err(abandoned()) };
        if self.state != CallState::Ready {
            return Err(StoreError::Unavailable("the transaction has failed".to_owned()));
        }
        if self.stage != Stage::Begun {
            return Ok(());
        }
        self.state = CallState::Committing;
        self.hops.add(1);
        let timer = Label::commit().begin();
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
        timer.end();
        match &done {
            Ok(()) => drop(self.client.take()),
            Err(_) => self.abandon(),
        }
        done
    }
}

/// What the statements that begin a transaction return.
fn process_id(begun: &Answer) -> i32 {
    i32::try_from(begun.changed).unwrap_or_default()
}

fn abandoned() -> StoreError {
    StoreError::Away("the connection was abandoned".to_owned())
}
