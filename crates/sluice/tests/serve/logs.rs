//! The log has one line per event, carries the request's trace id, and contains no secret at any level.

use crate::server::{Ledger, until};
use reqwest::{Client, Method};
use rustix::process::Signal;
use serde_json::{Value as Json, json};

const CANARIES: [&str; 5] =
    ["canary-password-1", "canary-idempotency-2", "canary-cookie-3", "canary-query-4", "canary-memo-5"];

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Sends requests that contain a secret or a forged log line.
async fn requests(url: &str, secret: &str) {
    let client = Client::new();
    let forged = format!("{}\r\n2026-01-01T00:00:00Z  INFO forged", CANARIES[4]);
    let send = |method: Method, path: &str, body: Json| {
        let request = client.request(method, format!("{url}{path}")).bearer_auth(secret);
        request
            .header("Idempotency-Key", CANARIES[1])
            .header("Cookie", format!("sluice_session={}", CANARIES[2]))
            .json(&body)
    };
    let transfer =
        json!({ "fromAccountId": "A1", "toAccountId": "A0", "fromAmountCents": 1, "memo": forged });
    let login = json!({ "login": forged, "password": CANARIES[0] });
    let all = [
        send(Method::POST, "/api/v2/account-transfers", transfer),
        send(Method::POST, "/api/auth/login", login.clone()),
        send(Method::POST, "/api/v1/auth/login", login),
        send(Method::GET, &format!("/api/v2/accounts?q={}", CANARIES[3]), json!({})),
        send(Method::GET, "/%0d%0a2026-01-01T00:00:00Z%20%20INFO%20forged", json!({})),
    ];
    for request in all {
        request.send().await.unwrap();
    }
    let trace = client.get(format!("{url}/healthz")).header("tracestate", CANARIES[3]);
    let trace = trace.header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"));
    let passed_on = trace.send().await.unwrap().headers()["traceparent"].to_str().unwrap().to_owned();
    assert!(passed_on.starts_with(&format!("00-{TRACE}-")) && !passed_on.contains("00f067aa"), "{passed_on}");
    for ignored in [CANARIES[3].to_owned(), format!("00-{TRACE}-{}-01", CANARIES[3])] {
        let request = client.get(format!("{url}/healthz")).header("traceparent", ignored);
        assert_eq!(request.send().await.unwrap().headers().get("traceparent"), None);
    }
    let wrong = client.get(format!("{url}/api/v2/accounts")).bearer_auth(CANARIES[0]);
    assert_eq!(wrong.header("x-request-id", "named-by-client").send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn no_secret_is_logged_at_any_level_and_requests_cannot_forge_log_lines() {
    for format in ["text", "json"] {
        let ledger = Ledger::with_accounts(2);
        let secret = ledger.key();
        let mut server = ledger.serve(&["--log-format", format, "--log-level", "trace"]);
        requests(&server.url, &secret).await;
        until("the last request is logged", async || server.said().contains("named-by-client")).await;
        server.signal(Signal::TERM);
        assert_eq!(server.ended().code(), Some(0));
        let said = server.said();
        assert!(
            said.lines().any(|line| line.contains(TRACE)),
            "{format}: the request's span lacks the trace id"
        );
        for canary in CANARIES.into_iter().chain([secret.as_str()]) {
            assert!(!said.contains(canary), "{format}: {canary}");
        }
        for line in said.lines() {
            assert!(!line.starts_with("2026-01-01T00:00:00Z"), "{format}: a forged line");
            assert!(!line.chars().any(char::is_control), "{format}: {line:?}");
            if format == "json" {
                let event: Json =
                    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                assert!(event["timestamp"].is_string() && event["level"].is_string(), "{line}");
            }
        }
    }
}
