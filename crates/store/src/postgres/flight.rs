//! Statements in flight: sent one behind the other without waiting for answers, which takes one round trip
//! for all of them.
//!
//! The driver sends a statement when its future is first polled, so [`send`] polls each once, in order. A
//! statement must have been prepared before: its preparation would otherwise be awaited while the ones behind
//! it overtake it. COPY is never sent behind statements that have not been answered: if one of them fails, so
//! does the start of the COPY, after which the driver no longer knows which answer belongs to what.

use super::error::error;
use super::statement::{Copy, Query};
use super::wire;
use crate::error::StoreError;
use crate::hops::Hops;
use crate::script::Answer;
use crate::timing::Label;
use crate::value::{Column, Rows};
use deadpool_postgres::Object;
use futures_util::future::{BoxFuture, FutureExt, MaybeDone, maybe_done};
use futures_util::{TryStreamExt, pin_mut};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{SimpleQueryMessage, Statement};

/// A statement in flight.
pub(super) type Flight<'a> = MaybeDone<BoxFuture<'a, Result<Answer, StoreError>>>;

/// Prepares a statement, which is one round trip the first time on a connection.
pub(super) async fn prepare(client: &Object, text: &str, hops: &Hops) -> Result<Statement, StoreError> {
    let mut preparing = pin!(client.prepare_cached(text));
    let cached = poll_fn(|context| Poll::Ready(preparing.as_mut().poll(context))).await;
    let prepared = match cached {
        Poll::Ready(prepared) => prepared,
        Poll::Pending => {
            hops.add(1);
            preparing.await
        }
    };
    prepared.map_err(error)
}

/// Sends a statement, behind those already sent.
pub(super) async fn send<'a>(
    flying: impl Future<Output = Result<Answer, StoreError>> + Send + 'a,
) -> Flight<'a> {
    let mut flight = maybe_done(flying.boxed());
    poll_fn(|context| Poll::Ready(Pin::new(&mut flight).poll(context).is_ready())).await;
    flight
}

/// Sends queries one behind the other, each with its prepared statement.
pub(super) async fn send_all<'a>(
    client: &'a Object,
    queries: Vec<Query>,
    prepared: Vec<Statement>,
) -> Vec<(Label, Flight<'a>)> {
    let mut flights = Vec::with_capacity(queries.len());
    for (mut query, prepared) in queries.into_iter().zip(prepared) {
        let label = std::mem::take(&mut query.label);
        flights.push((label, send(run(client, prepared, query)).await));
    }
    flights
}

/// Waits for the answers of queries in the order in which they were sent. Each is measured from the answer
/// before it: the server begins it then.
pub(super) async fn land_all(
    flights: Vec<(Label, Flight<'_>)>,
    deadline: Duration,
    answers: &mut Vec<Answer>,
) -> Result<(), StoreError> {
    for (label, flight) in flights {
        let timer = label.begin();
        answers.push(land(flight, deadline).await?);
        timer.end();
    }
    Ok(())
}

/// Waits for the answer of a statement that was sent.
pub(super) async fn land(mut flight: Flight<'_>, deadline: Duration) -> Result<Answer, StoreError> {
    let landing = async {
        (&mut flight).await;
        let gone = || StoreError::Unavailable("an answer was read twice".to_owned());
        Pin::new(&mut flight).take_output().ok_or_else(gone)?
    };
    bounded(deadline, landing).await
}

/// Runs a job with the client-side deadline.
pub(super) async fn bounded<T>(
    deadline: Duration,
    job: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(deadline, job).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::Away("timed out waiting for the server".to_owned())),
    }
}

/// Begins a transaction; the answer has the server's process id of the connection in place of changed rows.
pub(super) async fn begin(client: &Object, begin: &str) -> Result<Answer, StoreError> {
    let text = format!("{begin}; SELECT pg_backend_pid()");
    let answer = client.simple_query(&text).await.map_err(error)?;
    let pid = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).and_then(|pid| pid.parse().ok()),
        _ => None,
    });
    pid.map(Answer::changed).ok_or_else(|| StoreError::Corrupt("no backend process id".to_owned()))
}

/// Runs a prepared query.
async fn run(client: &Object, prepared: Statement, query: Query) -> Result<Answer, StoreError> {
    let params = query.params.refs();
    if !query.returns {
        let changed = client.execute_raw(&prepared, params).await.map_err(error)?;
        return Ok(Answer { changed, rows: Rows::default() });
    }
    let mut rows = Rows { width: prepared.columns().len(), values: Vec::new() };
    let stream = client.query_raw(&prepared, params).await.map_err(error)?;
    pin_mut!(stream);
    while let Some(row) = stream.try_next().await.map_err(error)? {
        wire::read_row(&row, &mut rows)?;
    }
    Ok(Answer::rows(rows))
}

/// Runs a COPY. The outer error is that it did not start: then the connection must not be used again.
pub(super) async fn copy(
    client: &Object,
    prepared: &Statement,
    copy: &Copy,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let sink = client.copy_in(prepared).await.map_err(error)?;
    let types: Vec<Type> = copy.columns.iter().map(wire::column_type).collect();
    Ok(fill(BinaryCopyInWriter::new(sink, &types), &copy.columns).await.map_err(error))
}

async fn fill(writer: BinaryCopyInWriter, columns: &[Column]) -> Result<Answer, tokio_postgres::Error> {
    pin_mut!(writer);
    let mut cells: Vec<&(dyn ToSql + Sync)> = Vec::with_capacity(columns.len());
    for row in 0..columns.first().map_or(0, Column::len) {
        cells.clear();
        cells.extend(columns.iter().filter_map(|column| wire::cell(column, row)));
        writer.as_mut().write(&cells).await?;
    }
    let changed = writer.finish().await?;
    Ok(Answer { changed, rows: Rows::default() })
}
