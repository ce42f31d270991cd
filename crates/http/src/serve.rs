//! The listener: connections with bounds, and a stop that lets what has begun end.

use crate::edge::stall::Patient;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// Connections at once; more wait to be taken.
const CONNECTIONS_MAX: usize = 20_000;
/// Bytes of a request's head; more is 431.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// How long a client may take for a request's head, and how long an idle connection is kept.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long a client may read nothing of what is sent to it.
const READ_TIME: Duration = Duration::from_secs(30);
/// Between two tries when a connection could not be taken (too many open files).
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` is done, then takes nothing new and gives what has begun `grace` to end.
pub async fn serve(listener: TcpListener, router: Router, grace: Duration, stop: impl Future<Output = ()>) {
    let (graceful, room) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS_MAX)));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = take(&listener, &room) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else { continue };
        // Small answers are to leave at once.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was gone before it began");
            continue;
        }
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_BYTES_MAX);
        let connection = builder
            .serve_connection_with_upgrades(TokioIo::new(Patient::new(stream, READ_TIME)), service)
            .into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, %peer, "a connection ended");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were cut: they did not end in time");
    }
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
