//! The listener: connections within limits, and a graceful stop.

mod connections;
mod heads;
mod wire;

use crate::app::App;
use crate::kit::edge::host::LocalAddress;
use crate::kit::edge::security::{Event, Security};
use crate::kit::edge::stall::WriteTimeout;
use crate::kit::edge::{NoRoom, TwoLengths, bare};
use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use connections::{Connections, Slot};
use domain::code::{Code, Language};
use heads::Heads;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;
use wire::Wire;

/// The limits of connections.
#[derive(Debug, Clone)]
struct Bounds {
    /// Concurrent connections. Beyond the limit, probes are answered and other requests are refused.
    connections: usize,
    /// Concurrent connections per address; 0: unlimited.
    per_address: usize,
    /// Networks whose addresses are not limited.
    unbounded: Vec<IpNet>,
    /// The maximum size of a request head, in bytes; a larger one is answered with 431.
    head_bytes: usize,
    /// The timeout for a request head, which is also the idle timeout of a connection.
    head_time: Duration,
    /// The same for connections beyond the limit.
    head_time_without_room: Duration,
    /// The grace period: how long requests in flight may take when the server stops.
    grace: Duration,
    /// The language of responses to connections that never became a request.
    language: Language,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 20_000,
            per_address: 0,
            unbounded: Vec::new(),
            head_bytes: 32 * 1024,
            head_time: Duration::from_secs(10),
            head_time_without_room: Duration::from_secs(1),
            grace: Duration::from_secs(25),
            language: Language::English,
        }
    }
}

/// The write timeout: how long a client may go without reading a response.
const READ_TIME: Duration = Duration::from_secs(30);

/// Serves until `stop` resolves, then accepts nothing new and allows requests in flight the period `grace` to
/// finish.
pub async fn serve(listener: TcpListener, app: App, grace: Duration, stop: impl Future<Output = ()>) {
    let options = &app.options;
    let loopback = ["127.0.0.0/8", "::1/128"].iter().filter_map(|text| text.parse().ok());
    let bounds = Bounds {
        connections: options.connections,
        per_address: options.connections_per_address,
        unbounded: loopback.chain(options.trusted_proxies.iter().copied()).collect(),
        grace,
        language: options.language,
        ..Bounds::default()
    };
    let security = app.security.clone();
    serve_within(bounds, security, listener, crate::router(app), stop).await;
}

/// The state shared by all connections.
struct ServerState {
    bounds: Bounds,
    security: Security,
    router: Router,
}

/// Serves within limits until `stop` resolves.
async fn serve_within(
    bounds: Bounds,
    security: Security,
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    count_from_zero();
    let connections = Connections::new(bounds.connections, bounds.per_address, bounds.unbounded.clone());
    let grace = bounds.grace;
    let state = Arc::new(ServerState { bounds, security, router });
    // Each connection holds a receiver: when all receivers are dropped, all connections have ended.
    let (stopping, stopped) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let taken = tokio::select! {
            () = &mut stop => break,
            taken = connections.take(&listener) => taken,
        };
        let Some((stream, peer, slot)) = taken else { continue };
        let Some(slot) = slot else {
            state.turn_away(&stream, peer);
            continue;
        };
        let (state, stopped) = (Arc::clone(&state), stopped.clone());
        tokio::spawn(async move {
            if let Err(error) = state.serve_connection(stream, peer, &slot, stopped).await {
                tracing::debug!(%error, %peer, "connection ended");
            }
        });
    }
    drop((listener, stopped));
    stopping.send_replace(true);
    if tokio::time::timeout(grace, stopping.closed()).await.is_err() {
        tracing::warn!("connections closed: they did not finish within the grace period");
    }
}

/// Creates counters at zero: an alert needs a series that exists from the start.
fn count_from_zero() {
    metrics::counter!("sluice_panics_total", "task" => "request").increment(0);
    metrics::counter!("sluice_security_events_total", "code" => Code::AuthRequired.name()).increment(0);
    metrics::counter!("sluice_security_events_left_out_total").increment(0);
    metrics::counter!("sluice_connections_not_taken_total").increment(0);
}

impl ServerState {
    /// Refuses a connection of an address that has too many, if the response can be written without blocking.
    fn turn_away(&self, stream: &TcpStream, peer: SocketAddr) {
        drop(stream.try_write(&self.refuse(Code::RateLimited, peer.ip(), "connections")));
    }

    /// The response to bytes that never became a request.
    fn refuse(&self, code: Code, address: IpAddr, about: &str) -> Vec<u8> {
        metrics::counter!("sluice_refusals_total", "code" => code.name()).increment(1);
        self.security.note(&Event {
            code,
            status: code.http(),
            address: address.to_canonical(),
            caller: None,
            by: "none",
            operation: "none",
            method: about,
            path: "",
            request: "",
        });
        bare(code, self.bounds.language)
    }

    /// Serves one connection until it ends; when the server stops, the current request is its last.
    async fn serve_connection(
        self: &Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        slot: &Slot,
        mut stopped: watch::Receiver<bool>,
    ) -> Result<(), hyper::Error> {
        // Send small responses immediately. If the connection is already gone, serving it below reports that.
        drop(stream.set_nodelay(true));
        let (local, seat, heads) = (stream.local_addr().ok(), slot.seat(), Heads::default());
        let has_room = seat.is_none();
        let (router, two_lengths) = (self.router.clone(), heads.two_lengths());
        let service = service_fn(move |mut request: Request<Incoming>| {
            let extensions = request.extensions_mut();
            extensions.insert(ConnectInfo(peer));
            local.map(|local| extensions.insert(LocalAddress(local)));
            if let Some(seat) = &seat {
                seat.ask();
                extensions.insert(NoRoom);
            }
            two_lengths.is_next().then(|| extensions.insert(TwoLengths));
            router.clone().oneshot(request)
        });
        // HTTP/1 only: detecting the version from the first bytes would mean waiting for them without a
        // timeout.
        let mut builder = Builder::new();
        let bounds = &self.bounds;
        let head_time = if has_room { bounds.head_time } else { bounds.head_time_without_room };
        builder.timer(TokioTimer::new()).header_read_timeout(head_time).max_buf_size(bounds.head_bytes);
        builder.keep_alive(has_room);
        let state = Arc::clone(self);
        let refuse = move |code| state.refuse(code, peer.ip(), "bytes");
        let wire = Wire::new(WriteTimeout::new(stream, READ_TIME), heads, refuse);
        let connection = builder.serve_connection(TokioIo::new(wire), service).with_upgrades();
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => return ended,
            () = slot.evicted() => return Ok(()),
            _ = stopped.wait_for(|stop| *stop) => {}
        }
        connection.as_mut().graceful_shutdown();
        connection.await
    }
}

#[cfg(test)]
mod tests;
