//! The listener: connections with bounds, and a stop that lets what has begun end.

#[cfg(test)]
mod tests;

use crate::edge::stall::Patient;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt;

/// What connections may take of the server.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Connections at once; more wait to be taken.
    pub connections: usize,
    /// Bytes of a request's head; more is 431.
    pub head_bytes: usize,
    /// How long a client may take for a request's head, and how long an idle connection is kept.
    pub head_time: Duration,
    /// How long what has begun may take to end when the server stops.
    pub grace: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 20_000,
            head_bytes: 32 * 1024,
            head_time: Duration::from_secs(15),
            grace: Duration::from_secs(25),
        }
    }
}

/// How long a client may read nothing of what is sent to it.
const READ_TIME: Duration = Duration::from_secs(30);
/// Between two tries when a connection could not be taken (too many open files).
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` is done, then takes nothing new and gives what has begun `grace` to end.
pub async fn serve(listener: TcpListener, router: Router, grace: Duration, stop: impl Future<Output = ()>) {
    serve_within(Bounds { grace, ..Bounds::default() }, listener, router, stop).await;
}

/// Serves within bounds until `stop` is done.
pub async fn serve_within(
    bounds: Bounds,
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(bounds.connections));
    // Each connection holds a receiver: when none is left, all have ended.
    let (stopping, stopped) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = take(&listener, &room) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else { continue };
        let (router, stopped) = (router.clone(), stopped.clone());
        tokio::spawn(async move {
            if let Err(error) = converse(&bounds, stream, peer, router, stopped).await {
                tracing::debug!(%error, %peer, "a connection ended");
            }
            drop(permit);
        });
    }
    drop((listener, stopped));
    stopping.send_replace(true);
    if tokio::time::timeout(bounds.grace, stopping.closed()).await.is_err() {
        tracing::warn!("connections were cut: they did not end in time");
    }
}

/// One connection, to its end; when the server stops the request at hand is its last.
async fn converse(
    bounds: &Bounds,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), hyper::Error> {
    // Small answers are to leave at once. A connection that is gone already says so below.
    drop(stream.set_nodelay(true));
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    // Of one version only: to guess it from the first bytes would be to wait for them without a bound.
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(bounds.head_time).max_buf_size(bounds.head_bytes);
    let connection =
        builder.serve_connection(TokioIo::new(Patient::new(stream, READ_TIME)), service).with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return ended,
        _ = stopped.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    connection.await
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn take(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<Accepted> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, permit)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}
