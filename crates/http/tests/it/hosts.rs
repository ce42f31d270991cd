//! Hosts and origins: a foreign name that resolves to this server (DNS rebinding) gets no access.

use crate::browser::first_admin;
use crate::raw::exchange;
use crate::world::{World, world, world_with};
use http_api::Options;

/// The status and error code of the response to a request head.
async fn told(world: &World, head: &str) -> String {
    let text = exchange(&world.url, &format!("{head}connection: close\r\n\r\n")).await;
    let status = text.split(' ').nth(1).unwrap().to_owned();
    let code = text.split("\"code\":\"").nth(1).and_then(|rest| rest.split('"').next());
    format!("{status} {}", code.unwrap_or("ok"))
}

#[tokio::test]
async fn a_foreign_host_is_misdirected_even_with_its_own_origin() {
    let world = world().await;
    let admin = first_admin(&world).await;
    let login = admin.login("root", crate::browser::PASSWORD).await;
    assert_eq!(login.status, 200);
    let address = world.url.strip_prefix("http://").unwrap().to_owned();
    let port = address.split(':').nth(1).unwrap();
    let post = |host: &str, origin: &str| {
        format!("POST /api/v1/auth/logout HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\n")
    };
    let get = |hosts: &str| format!("GET /api/v1/auth/me HTTP/1.1\r\n{hosts}");
    for (head, expected) in [
        (post("evil.test", "http://evil.test"), "421 HOST_UNKNOWN"),
        (post(&format!("evil.test:{port}"), &format!("http://evil.test:{port}")), "421 HOST_UNKNOWN"),
        (post(&address, &format!("http://{address}")), "401 AUTH_REQUIRED"),
        (post(&address, &format!("https://{address}")), "403 ORIGIN_FORBIDDEN"),
        (post("localhost", "http://localhost"), "401 AUTH_REQUIRED"),
        (get("host: evil.test\r\n"), "421 HOST_UNKNOWN"),
        (get("host: localhost\r\nhost: evil.test\r\n"), "400 HOST_INVALID"),
        (get("host: localhost\r\nhost: localhost\r\n"), "400 HOST_INVALID"),
        (get(""), "400 HOST_INVALID"),
        ("GET /healthz HTTP/1.1\r\n".to_owned(), "400 HOST_INVALID"),
        ("GET /healthz HTTP/1.0\r\n".to_owned(), "200 ok"),
        ("GET /healthz HTTP/1.1\r\nhost: evil.test\r\n".to_owned(), "200 ok"),
        ("GET /readyz HTTP/1.1\r\nhost: evil.test\r\n".to_owned(), "200 ok"),
        ("GET /metrics HTTP/1.1\r\nhost: evil.test\r\n".to_owned(), "200 ok"),
        (
            "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nhost: evil.test\r\n".to_owned(),
            "421 HOST_UNKNOWN",
        ),
        (
            "GET http://evil.test/api/v1/auth/me HTTP/1.1\r\nhost: localhost\r\n".to_owned(),
            "400 HOST_INVALID",
        ),
    ] {
        assert_eq!(told(&world, &head).await, expected, "{head}");
    }
    world.stop().await;
}

#[tokio::test]
async fn with_a_public_url_only_its_host_and_allowed_hosts_are_accepted() {
    let options = Options {
        public_url: Some("https://pay.test".to_owned()),
        allowed_hosts: vec!["pay.internal:8080".to_owned()],
        ..Options::default()
    };
    let world = world_with(options).await;
    let address = world.url.strip_prefix("http://").unwrap().to_owned();
    for (host, expected) in [
        ("pay.test", "401 AUTH_REQUIRED"),
        ("PAY.test:443", "401 AUTH_REQUIRED"),
        ("pay.internal:8080", "401 AUTH_REQUIRED"),
        (&address, "401 AUTH_REQUIRED"),
        ("pay.internal", "421 HOST_UNKNOWN"),
        ("localhost", "421 HOST_UNKNOWN"),
        ("evil.test", "421 HOST_UNKNOWN"),
    ] {
        let head = format!("GET /api/v1/auth/me HTTP/1.1\r\nhost: {host}\r\n");
        assert_eq!(told(&world, &head).await, expected, "{host}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_request_with_two_lengths_is_refused_and_nothing_after_it_is_read_as_a_request() {
    let world = world().await;
    let hidden = "0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let first = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    for lengths in [
        format!("content-length: {}\r\ntransfer-encoding: chunked\r\n", hidden.len()),
        format!("transfer-encoding: chunked\r\ncontent-length: {}\r\n", hidden.len()),
        "transfer-encoding: chunked\r\ncontent-length: 5\r\ncontent-length: 5\r\n".to_owned(),
    ] {
        for before in ["", first] {
            let head = format!("POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\n{lengths}\r\n");
            let text = exchange(&world.url, &format!("{before}{head}{hidden}")).await.to_ascii_lowercase();
            let answers = text.matches("http/1.1 ").count();
            assert_eq!(answers, 1 + usize::from(!before.is_empty()), "{text}");
            assert!(text.contains("http/1.1 400 ") && text.contains("request_malformed"), "{text}");
            assert!(text.contains("connection: close"), "{text}");
        }
    }
    world.stop().await;
}
