//! Raw requests over real sockets: malformed, too large, too slow or too many.

use super::{Bounds, serve_within};
use crate::kit::body::{Body, Nothing};
use crate::kit::edge::security::Security;
use crate::kit::problem::Problem;
use axum::Router;
use axum::extract::Request;
use axum::routing::{get, post};
use domain::code::{Code, Language};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

/// Longer than anything here can take.
const LONG: Duration = Duration::from_secs(20);

/// A server with a few test routes, which stops when its sender is dropped.
async fn server(bounds: Bounds) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let (address, stop, served, _) = server_that_tells(bounds).await;
    (address, stop, served)
}

/// The same; each slow request adds a permit when it begins.
async fn server_that_tells(
    bounds: Bounds,
) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>, Arc<Semaphore>) {
    let begun = Arc::new(Semaphore::new(0));
    let tell = Arc::clone(&begun);
    let slow = async move || {
        tell.add_permits(1);
        tokio::time::sleep(Duration::from_millis(300)).await;
        "slow"
    };
    let router = Router::new()
        .route("/body", post(async |_: Body<Nothing>| "taken"))
        .route("/slow", get(slow))
        .route("/healthz", get(async |request: Request| if room(&request) { "room" } else { "none" }))
        .method_not_allowed_fallback(async || Problem::from(Code::MethodNotAllowed));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(async move {
        let stop = async { drop(stopped.await) };
        serve_within(bounds, Security::default(), listener, router, stop).await;
    });
    (address, stop, served, begun)
}

/// Whether a request's connection is within the limit.
fn room(request: &Request) -> bool {
    request.extensions().get::<crate::kit::edge::NoRoom>().is_none()
}

/// Reads until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that the server resets sends nothing more.
    drop(tokio::time::timeout(LONG, stream.read_to_end(&mut bytes)).await.unwrap());
    String::from_utf8(bytes).unwrap()
}

async fn sent(address: SocketAddr, request: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    drop(stream.write_all(request).await);
    stream
}

/// The first line of the response, and how many responses there were before the server closed the connection.
async fn answer(address: SocketAddr, request: &[u8]) -> (String, usize) {
    let mut stream = sent(address, request).await;
    let text = rest(&mut stream).await;
    (text.lines().next().unwrap_or_default().to_owned(), text.matches("HTTP/1.").count())
}

fn post_json(headers: &str, body: &str) -> Vec<u8> {
    format!("POST /body HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n{headers}\r\n{body}")
        .into_bytes()
}

#[tokio::test]
async fn a_malformed_request_is_refused_and_the_connection_closed() {
    let (address, _stop, _) = server(Bounds::default()).await;
    let many = (0..1_000).map(|k| format!("x-{k}: 1\r\n")).collect::<String>();
    let large = format!("x-large: {}\r\n", "a".repeat(100 * 1024));
    let cases: [(&str, Vec<u8>, &str); 10] = [
        ("fine", post_json("connection: close\r\ncontent-length: 2\r\n", "{}"), "200"),
        (
            "chunked",
            post_json("connection: close\r\ntransfer-encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"),
            "200",
        ),
        ("two lengths", post_json("content-length: 2\r\ncontent-length: 3\r\n", "{}"), "400"),
        ("an invalid length", post_json("content-length: -2\r\n", "{}"), "400"),
        ("another coding", post_json("transfer-encoding: gzip\r\n", "{}"), "400"),
        ("a bare line feed in a value", post_json("x-a: b\rc: d\r\ncontent-length: 2\r\n", "{}"), "400"),
        ("many headers", post_json(&many, ""), "431"),
        ("a large header", post_json(&large, ""), "431"),
        ("another version", b"GET /slow HTTP/9.9\r\n\r\n".to_vec(), "400"),
        ("not a request at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), "400"),
    ];
    for (name, request, status) in cases {
        let (line, count) = answer(address, &request).await;
        assert_eq!(line.split(' ').nth(1), Some(status), "{name}: {line}");
        assert_eq!(count, 1, "{name}");
    }
}

#[tokio::test]
async fn bytes_that_never_become_a_request_are_answered_with_our_envelope_and_headers() {
    let bounds = Bounds { language: Language::Chinese, ..Bounds::default() };
    let (address, _stop, _) = server(bounds).await;
    let large = format!("x-large: {}\r\n", "a".repeat(100 * 1024));
    for (request, code) in [
        (b"GET /slow HTTP/9.9\r\n\r\n".to_vec(), Code::RequestMalformed),
        (post_json("content-length: -2\r\n", "{}"), Code::RequestMalformed),
        (post_json(&large, ""), Code::HeadTooLarge),
    ] {
        let mut stream = sent(address, &request).await;
        let text = rest(&mut stream).await;
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {} ", code.http())), "{text}");
        for header in
            ["connection: close", "x-request-id: ", "x-content-type-options: nosniff", "application/json"]
        {
            assert!(head.contains(header), "{header}: {head}");
        }
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!((&body["success"], &body["error"]["code"]), (&false.into(), &code.name().into()));
        assert_eq!(body["message"], code.message(Language::Chinese));
    }
}

#[tokio::test]
async fn no_second_request_can_be_smuggled_behind_two_lengths() {
    let (address, _stop, _) = server(Bounds::default()).await;
    let hidden = "0\r\n\r\nGET /slow HTTP/1.1\r\nhost: a\r\n\r\n";
    for headers in [
        format!("content-length: {}\r\ntransfer-encoding: chunked\r\n", hidden.len()),
        format!("transfer-encoding: chunked\r\ncontent-length: {}\r\n", hidden.len()),
    ] {
        let mut stream = sent(address, &post_json(&headers, hidden)).await;
        let text = rest(&mut stream).await;
        // One response, then the server closes the connection: the following bytes are not taken for a request.
        assert_eq!(text.matches("HTTP/1.1").count(), 1, "{text}");
        assert!(text.to_ascii_lowercase().contains("connection: close"), "{text}");
    }
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_malformed_and_a_longer_one_is_not_a_second_request() {
    let (address, _stop, _) = server(Bounds::default()).await;
    // The sender disconnects: there is nobody to answer, and the server keeps running.
    let mut short = sent(address, &post_json("content-length: 50\r\n", "{}")).await;
    short.shutdown().await.unwrap();
    let text = rest(&mut short).await;
    assert!(text.is_empty() || text.contains(" 400 "), "{text}");
    let mut stream = sent(address, &post_json("content-length: 2\r\n", "{}garbage\r\n\r\n")).await;
    let text = rest(&mut stream).await;
    let statuses: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("HTTP/1.1"))
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert!(matches!(statuses.as_slice(), ["200"] | ["200", "400"]), "{text}");
}

#[tokio::test]
async fn unsupported_methods_get_405_and_an_http_1_0_client_is_answered() {
    let (address, _stop, _) = server(Bounds::default()).await;
    for method in ["TRACE", "PROPFIND", "FOO", "DELETE"] {
        let request = format!("{method} /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let (line, _) = answer(address, request.as_bytes()).await;
        assert!(line.contains(" 405 "), "{method}: {line}");
    }
    let (line, count) = answer(address, b"GET /slow HTTP/1.0\r\n\r\n").await;
    assert!(line.starts_with("HTTP/1.") && line.contains(" 200 ") && count == 1, "{line}");
}

#[tokio::test]
async fn only_json_is_accepted() {
    let (address, _stop, _) = server(Bounds::default()).await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let request = format!(
            "POST /body HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: 2\r\n\r\n{{}}"
        );
        let (line, _) = answer(address, request.as_bytes()).await;
        assert!(line.contains(" 415 "), "{kind}: {line}");
    }
}

#[tokio::test]
async fn a_client_that_sends_too_slowly_or_nothing_is_disconnected_and_others_are_not() {
    let bounds = Bounds { head_time: Duration::from_millis(300), ..Bounds::default() };
    let (address, _stop, _) = server(bounds).await;
    let begun = Instant::now();
    let mut waiting = Vec::new();
    for part in ["", "G", "GET /slow HTTP/1.1\r\nhost: a\r\nx-", "POST /body HTTP/1.1\r\n"] {
        let mut stream = sent(address, part.as_bytes()).await;
        waiting.push(tokio::spawn(async move { rest(&mut stream).await }));
    }
    let (line, _) = answer(address, b"GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(line.contains(" 200 "), "{line}");
    for one in waiting {
        assert!(!one.await.unwrap().contains(" 200 "));
    }
    assert!(begun.elapsed() < LONG);
}

#[tokio::test]
async fn beyond_the_connection_limit_each_connection_gets_one_probe_answered() {
    let bounds = Bounds { connections: 2, ..Bounds::default() };
    let (address, _stop, _) = server(bounds).await;
    let probe = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
    let (mut first, mut second) = (sent(address, probe).await, sent(address, probe).await);
    for stream in [&mut first, &mut second] {
        let mut bytes = [0_u8; 512];
        let count = stream.read(&mut bytes).await.unwrap();
        assert!(String::from_utf8_lossy(&bytes[..count]).ends_with("room"));
    }
    // Both are still open, and so is a third that sends nothing: its timeout is short.
    let mut silent = sent(address, b"").await;
    let mut third = sent(address, probe).await;
    let text = rest(&mut third).await;
    assert!(text.contains(" 200 ") && text.contains("connection: close") && text.ends_with("none"), "{text}");
    assert_eq!(rest(&mut silent).await, "");
    drop(first);
    // The slot is free once the server has noticed that the first connection is closed.
    loop {
        let mut next = sent(address, probe).await;
        next.shutdown().await.unwrap();
        if rest(&mut next).await.ends_with("room") {
            break;
        }
    }
}

#[tokio::test]
async fn an_excess_connection_of_an_address_is_refused_with_429() {
    let bounds = Bounds { per_address: 2, ..Bounds::default() };
    let (address, _stop, _) = server(bounds).await;
    let (_first, _second) = (sent(address, b"").await, sent(address, b"").await);
    let mut third = TcpStream::connect(address).await.unwrap();
    let text = rest(&mut third).await;
    assert!(text.starts_with("HTTP/1.1 429 ") && text.contains("RATE_LIMITED"), "{text}");
    let unbounded = vec!["127.0.0.0/8".parse().unwrap()];
    let (address, _stop, _) = server(Bounds { per_address: 2, unbounded, ..Bounds::default() }).await;
    let (_first, _second) = (sent(address, b"").await, sent(address, b"").await);
    let (line, _) = answer(address, b"GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(line.contains(" 200 "), "{line}");
}

#[tokio::test]
async fn a_stop_lets_requests_finish_and_closes_idle_connections() {
    let (address, stop, served, begun) = server_that_tells(Bounds::default()).await;
    let mut idle = sent(address, b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut first = [0_u8; 12];
    idle.read_exact(&mut first).await.unwrap();
    let mut busy = sent(address, b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
    begun.acquire().await.unwrap().forget();
    begun.acquire().await.unwrap().forget();
    drop(stop);
    assert!(rest(&mut idle).await.ends_with("slow"));
    assert!(rest(&mut busy).await.ends_with("slow"));
    tokio::time::timeout(LONG, served).await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
