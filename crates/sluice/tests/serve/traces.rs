//! What a trace collector receives: a span per request in the caller's trace, without secrets.

use crate::server::{Ledger, until};
use reqwest::Client;
use rustix::process::Signal;
use serde_json::json;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";
const CANARIES: [&str; 4] = ["canary-idempotency-1", "canary-cookie-2", "canary-query-3", "canary-memo-4"];

/// A collector on loopback; keeps the raw bytes of everything posted to it.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<u8>>>);

impl Collector {
    fn start() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (collector, url) = (Self::default(), format!("http://{}", listener.local_addr().unwrap()));
        let kept = collector.clone();
        std::thread::spawn(move || listener.incoming().for_each(|stream| kept.take(stream.unwrap())));
        (collector, url)
    }

    /// Answers each request on a connection with 200 once its body has arrived.
    fn take(&self, mut stream: TcpStream) {
        let (mut pending, mut buffer) = (Vec::new(), [0; 65_536]);
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            pending.extend_from_slice(&buffer[..length]);
            while let Some(end) = end_of_request(&pending) {
                self.0.lock().unwrap().extend(pending.drain(..end));
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
            }
        }
    }

    fn has(&self, bytes: &[u8]) -> bool {
        self.0.lock().unwrap().windows(bytes.len()).any(|window| window == bytes)
    }
}

fn end_of_request(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse::<usize>();
    Some(head + length.unwrap()).filter(|end| *end <= bytes.len())
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

async fn transfer(url: &str, secret: &str, traceparent: &str) -> String {
    let body =
        json!({ "fromAccountId": "A1", "toAccountId": "A0", "fromAmountCents": 1, "memo": CANARIES[3] });
    let response = Client::new()
        .post(format!("{url}/api/v2/account-transfers?q={}", CANARIES[2]))
        .bearer_auth(secret)
        .header("Idempotency-Key", CANARIES[0])
        .header("Cookie", format!("sluice_session={}", CANARIES[1]))
        .header("traceparent", traceparent)
        .json(&body)
        .send()
        .await
        .unwrap();
    response.headers()["traceparent"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_collector_receives_a_span_per_request_and_no_secret() {
    let (collector, endpoint) = Collector::start();
    let ledger = Ledger::with_accounts(2);
    let secret = ledger.key();
    ledger.file("sluice.toml", &format!("otlp_endpoint = \"{endpoint}\"\n"));
    let mut server = ledger.serve(&[]);
    let answered = transfer(&server.url, &secret, &format!("00-{TRACE}-{PARENT}-01")).await;
    // A caller that does not sample its trace is not sampled here either.
    let unsampled = TRACE.replace('4', "5");
    transfer(&server.url, &secret, &format!("00-{unsampled}-{PARENT}-00")).await;
    server.signal(Signal::TERM);
    assert_eq!(server.ended().code(), Some(0), "{}", server.said());

    let span = answered.split('-').nth(2).unwrap();
    for expected in [&b"createAccountTransfer"[..], b"sluice.operation", b"/v1/traces", b"POST"] {
        assert!(collector.has(expected), "{}", String::from_utf8_lossy(expected));
    }
    for id in [TRACE, PARENT, span] {
        assert!(collector.has(&bytes(id)), "{id}");
    }
    assert!(!collector.has(&bytes(&unsampled)));
    for canary in CANARIES.into_iter().chain([secret.as_str(), "account-transfers"]) {
        assert!(!collector.has(canary.as_bytes()), "{canary}");
    }
}

#[tokio::test]
async fn an_unreachable_collector_costs_no_request() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ledger = Ledger::with_accounts(2);
    let secret = ledger.key();
    ledger.file("sluice.toml", &format!("otlp_endpoint = \"http://{closed}\"\n"));
    let mut server = ledger.serve(&[]);
    transfer(&server.url, &secret, &format!("00-{TRACE}-{PARENT}-01")).await;
    server.signal(Signal::TERM);
    assert_eq!(server.ended().code(), Some(0), "{}", server.said());
    until("the failed export is logged", async || server.said().contains("export")).await;
}
