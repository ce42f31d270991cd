//! The edge against hostile clients: tricks with routes and methods, headers of every response, floods.
//! Requests that are not HTTP are tested next to the listener (`serve/tests.rs`).

use crate::world::{answer, world, world_that_counts, world_with};
use http_api::{Options, Render};
use reqwest::Method;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Headers that every response has.
const HEADERS: [&str; 8] = [
    "x-content-type-options: nosniff",
    "x-frame-options: deny",
    "referrer-policy: no-referrer",
    "cross-origin-opener-policy: same-origin",
    "cross-origin-resource-policy: same-origin",
    "content-security-policy: default-src 'self'",
    "frame-ancestors 'none'",
    "x-request-id: ",
];

/// The complete response to a request, with its head in lower case.
pub async fn exchange(url: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    format!("{}\r\n\r\n{body}", head.to_ascii_lowercase())
}

pub fn request(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n")
}

#[tokio::test]
async fn every_response_has_security_headers_and_none_allows_another_origin() {
    let world = world().await;
    let evil = "origin: https://evil.test\r\nsec-fetch-site: cross-site\r\n";
    for (method, path, headers, status) in [
        ("GET", "/healthz", "", "200"),
        ("GET", "/api/docs", "", "200"),
        ("GET", "/api/openapi.json", "", "200"),
        ("GET", "/nowhere", "", "404"),
        ("PUT", "/healthz", "", "405"),
        ("GET", "/healthz", "authorization: Bearer wrong\r\n", "401"),
        ("POST", "/healthz", evil, "403"),
        ("POST", "/healthz", "origin: null\r\n", "403"),
        ("GET", "/healthz", "origin: https://evil.test\r\n", "200"),
        ("OPTIONS", "/healthz", "origin: https://evil.test\r\naccess-control-request-method: GET\r\n", "405"),
    ] {
        let text = exchange(&world.url, &request(method, path, headers)).await;
        assert!(text.starts_with(&format!("http/1.1 {status} ")), "{method} {path}: {text}");
        for header in HEADERS {
            assert!(text.contains(header), "{method} {path}: no {header}");
        }
        assert!(!text.contains("access-control-allow"), "{method} {path}: {text}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_path_has_one_spelling_and_a_method_cannot_be_overridden() {
    let world = world().await;
    for path in [
        "//healthz",
        "/healthz/",
        "/healthz;x",
        "/HEALTHZ",
        "/%2e%2e%2fhealthz",
        "/x/../healthz",
        "/healthz%00",
    ] {
        let text = exchange(&world.url, &request("GET", path, "")).await;
        assert!(text.starts_with("http/1.1 404 "), "{path}: {text}");
    }
    let long = format!("/{}", "a".repeat(10_000));
    let text = exchange(&world.url, &request("GET", &long, "")).await;
    assert!(text.starts_with("http/1.1 404 ") && !text.contains("aaaa"), "{text}");
    let head = exchange(&world.url, &request("HEAD", "/metrics", "authorization: Bearer wrong\r\n")).await;
    assert!(head.starts_with("http/1.1 401 "), "HEAD must be guarded like GET: {head}");
    for method in ["TRACE", "PROPFIND", "MADEUP"] {
        let text = exchange(&world.url, &request(method, "/healthz", "")).await;
        assert!(text.starts_with("http/1.1 405 "), "{method}: {text}");
    }
    let overridden = request("POST", "/healthz", "x-http-method-override: GET\r\ncontent-length: 0\r\n");
    assert!(exchange(&world.url, &overridden).await.starts_with("http/1.1 405 "));
    world.stop().await;
}

#[tokio::test]
async fn no_response_reveals_what_the_server_is_made_of() {
    let world = world().await;
    for path in ["/nowhere", "/healthz", "/metrics?x='", "/api/docs/../../etc/passwd"] {
        for headers in ["", "authorization: Basic eA==\r\n", "authorization: Bearer ' OR 1=1 --\r\n"] {
            let text = exchange(&world.url, &request("GET", path, headers)).await.to_ascii_lowercase();
            for word in
                ["sqlite", "postgres", "select ", "panicked", "src/", ".rs:", "axum", "hyper", "server:"]
            {
                assert!(!text.contains(word), "{path}: {word} in {text}");
            }
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn a_client_may_set_a_plain_request_id_and_no_other() {
    let world = world().await;
    let named = exchange(&world.url, &request("GET", "/healthz", "x-request-id: order-4711\r\n")).await;
    assert!(named.contains("x-request-id: order-4711\r\n"), "{named}");
    let forged =
        exchange(&world.url, &request("GET", "/healthz", "x-request-id: a b=\"c\" level=ERROR\r\n")).await;
    assert!(!forged.contains("level=error"), "{forged}");
    world.stop().await;
}

#[tokio::test]
async fn the_api_viewer_loads_only_from_this_server_and_has_no_inline_script() {
    let world = world().await;
    let page =
        world.client.get(format!("{}/api/docs", world.url)).send().await.unwrap().text().await.unwrap();
    assert!(!page.contains("://") && !page.contains("<script>") && !page.contains("onload"), "{page}");
    for part in page.split(['"']).filter(|part| part.starts_with('/')) {
        let response = world.client.get(format!("{}{part}", world.url)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{part}");
        assert!(!response.bytes().await.unwrap().is_empty(), "{part}");
    }
    let document = world.get("/api/openapi.json").await;
    assert_eq!(document.status, 200);
    assert!(
        document.json["paths"]["/api/docs"].is_object() && document.json["paths"]["/metrics"].is_object()
    );
    world.stop().await;
}

#[tokio::test]
async fn metrics_need_a_listed_network_or_a_key_with_the_scope() {
    let elsewhere = Options { metrics_from: vec![], per_address: 0, per_identity: 0, ..Options::default() };
    let world = world_with(elsewhere).await;
    let anonymous = answer(world.client.get(format!("{}/metrics", world.url))).await;
    assert_eq!((anonymous.status, anonymous.code()), (401, "AUTH_REQUIRED"));
    assert_eq!(world.get("/metrics").await.status, 200, "a key with the scope");
    world.stop().await;
    let world = crate::world::world().await;
    let near = world.client.get(format!("{}/metrics", world.url));
    assert_eq!(answer(near).await.status, 200, "loopback is a listed network");
    let through = world.client.get(format!("{}/metrics", world.url)).header("x-forwarded-for", "203.0.113.9");
    assert_eq!(answer(through).await.status, 401, "a client behind an untrusted proxy is not loopback");
    world.stop().await;
}

#[tokio::test]
async fn a_flood_is_refused_with_retry_after_and_other_clients_are_served() {
    let options = Options { per_address: 50, per_identity: 0, ..Options::default() };
    let world = Arc::new(
        world_with(Options { trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()], ..options }).await,
    );
    let refused = Arc::new(AtomicU32::new(0));
    let flood: Vec<_> = (0..8)
        .map(|_| {
            let (world, refused) = (world.clone(), refused.clone());
            tokio::spawn(async move {
                for _ in 0..400 {
                    let request = world.client.get(format!("{}/readyz", world.url));
                    let response = request.header("x-forwarded-for", "203.0.113.5").send().await.unwrap();
                    if response.status() == 429 {
                        assert!(response.headers().contains_key("retry-after"));
                        refused.fetch_add(1, Ordering::Relaxed);
                    } else {
                        assert_eq!(response.status(), 200);
                    }
                }
            })
        })
        .collect();
    for _ in 0..20 {
        let health =
            world.client.get(format!("{}/healthz", world.url)).header("x-forwarded-for", "203.0.113.6");
        assert_eq!(health.send().await.unwrap().status(), 200);
    }
    for one in flood {
        one.await.unwrap();
    }
    assert!(refused.load(Ordering::Relaxed) > 1_000, "{refused:?}");
    let post = world.client.request(Method::POST, format!("{}/healthz", world.url));
    assert_eq!(post.header("x-forwarded-for", "203.0.113.7").send().await.unwrap().status(), 405);
    Arc::try_unwrap(world).unwrap_or_else(|_| unreachable!("the flood is over")).stop().await;
}

#[tokio::test]
async fn a_panic_in_one_request_is_answered_and_other_requests_continue() {
    let options = Options { per_address: 0, per_identity: 0, ..Options::default() };
    let panics = Render::by(|| ["no", "metrics"].iter().map(|text| text[7..].to_owned()).collect());
    let world = world_that_counts(options, panics).await;
    for _ in 0..3 {
        let answered = answer(world.client.get(format!("{}/metrics", world.url))).await;
        assert_eq!((answered.status, answered.code()), (500, "SERVER_FAULT"), "{}", answered.json);
        assert_eq!(world.get("/readyz").await.status, 200);
    }
    world.stop().await;
}

#[tokio::test]
async fn a_slow_body_gets_408_and_its_connection_is_closed() {
    let slow_after = Duration::from_millis(300);
    let world =
        world_with(Options { slow_after, per_address: 0, per_identity: 0, ..Options::default() }).await;
    let (mut from, mut to) =
        TcpStream::connect(world.url.strip_prefix("http://").unwrap()).await.unwrap().into_split();
    let headers = "content-type: application/json\r\ncontent-length: 60000\r\n";
    let head = format!("POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
    let dripping = tokio::spawn(async move {
        let mut sent = to.write_all(head.as_bytes()).await;
        while sent.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            sent = to.write_all(b" ").await;
        }
    });
    let mut bytes = Vec::new();
    // The server may reset a connection on which bytes keep arriving.
    drop(from.read_to_end(&mut bytes).await);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("HTTP/1.1 408 ") && text.contains("BODY_TOO_SLOW"), "{text}");
    assert!(text.contains("connection: close"), "{text}");
    dripping.await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn a_body_that_exceeds_the_request_timeout_gets_408() {
    let options = Options { request_timeout: Duration::from_millis(300), ..Options::default() };
    let world = world_with(options).await;
    let headers = "content-type: application/json\r\ncontent-length: 60000\r\n";
    let text = exchange(&world.url, &request("POST", "/api/v1/auth/login", headers)).await;
    assert!(text.starts_with("http/1.1 408 ") && text.contains("BODY_TOO_SLOW"), "{text}");
    world.stop().await;
}
