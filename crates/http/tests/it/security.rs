//! Security events: each kind of refusal logs one, and a flood of refusals logs only a few.

use crate::browser::{Browser, PASSWORD, add, behind_proxy, first_admin};
use crate::raw::{exchange, request};
use crate::world::{World, world_with};
use reqwest::{Client, Method};
use serde_json::{Value as Json, json};
use service::api_key::{self, NewApiKey};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// A capture of the log.
#[derive(Debug, Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Said {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Said {
    /// Captures the log of this thread, on which the whole test runs.
    fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let said = Self::default();
        let subscriber =
            tracing_subscriber::fmt().json().flatten_event(true).with_writer(said.clone()).finish();
        let guard = tracing::subscriber::set_default(subscriber);
        (said, guard)
    }

    /// The security events since the last call.
    fn events(&self) -> Vec<Json> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        let all = text.lines().map(|line| serde_json::from_str(line).unwrap());
        all.filter(|event: &Json| event["target"] == "security").collect()
    }
}

/// A key that may only read.
async fn reading_key(world: &World) -> String {
    let new =
        NewApiKey { name: "reader".to_owned(), scopes: vec!["read".to_owned()], ..NewApiKey::default() };
    api_key::add(&world.service, &world.actor, &new).await.unwrap().secret.unwrap()
}

/// Sends a request and expects exactly one event.
async fn leaves(said: &Said, sent: impl Future, code: &str, caller: &Json, by: &str) -> Json {
    said.events();
    sent.await;
    let events = said.events();
    let [event] = events.as_slice() else { panic!("{code}: {events:?}") };
    assert_eq!(
        (&event["code"], &event["caller"], &event["by"]),
        (&json!(code), caller, &json!(by)),
        "{event}"
    );
    event.clone()
}

#[tokio::test]
async fn each_kind_of_refusal_logs_one_event_with_caller_operation_and_address() {
    let (said, _listening) = Said::listen();
    let world = world_with(behind_proxy()).await;
    let admin = first_admin(&world).await;
    let id = add(&admin, "li", "operator").await;
    let li = Browser::signed_in(&world, "li", PASSWORD).await;
    let (key, nobody) = (reading_key(&world).await, Browser::at(&world, "203.0.113.9"));
    let (li_is, key_is) = (json!(id.replace('_', ":")), json!("key:2"));
    let keyed = |method: Method, path: &str| nobody.request(method, path).bearer_auth(&key);
    let body = |text: &'static str| keyed(Method::POST, "/api/batch-transfers/preview").body(text);

    let event = leaves(&said, nobody.get("/api/v2/accounts"), "AUTH_REQUIRED", &Json::Null, "none").await;
    assert_eq!((&event["address"], &event["status"]), (&json!("203.0.113.9"), &json!(401)), "{event}");
    assert_eq!((&event["operation"], &event["method"]), (&json!("listAccounts"), &json!("GET")), "{event}");
    assert!(event["request"].is_string() && event["path"] == "\"/api/v2/accounts\"", "{event}");
    let refused = nobody.request(Method::GET, "/api/v2/accounts").bearer_auth("sluice_no_such_key");
    leaves(&said, refused.send(), "AUTH_REQUIRED", &Json::Null, "key").await;
    leaves(&said, nobody.login("li", "a wrong password"), "AUTH_LOGIN_FAILED", &Json::Null, "none").await;
    leaves(&said, li.get("/api/v1/users"), "FORBIDDEN", &li_is, "session").await;
    let added = json!({ "login": "eve", "name": "Eve", "role": "admin" });
    leaves(&said, keyed(Method::POST, "/api/v1/users").json(&added).send(), "FORBIDDEN", &key_is, "key")
        .await;
    let evil = li.request(Method::POST, "/api/v1/auth/logout").header("origin", "http://evil.test");
    leaves(&said, evil.send(), "ORIGIN_FORBIDDEN", &Json::Null, "session").await;
    leaves(&said, nobody.get("/nowhere"), "ROUTE_NOT_FOUND", &Json::Null, "none").await;
    leaves(&said, li.get("/api/batch-transfers/999"), "BATCH_NOT_FOUND", &li_is, "session").await;
    let malformed = body("{").header("content-type", "application/json");
    leaves(&said, malformed.send(), "BODY_MALFORMED", &key_is, "key").await;
    let host = "GET /api/v2/accounts HTTP/1.1\r\nhost: evil.test\r\nconnection: close\r\n\r\n";
    leaves(&said, exchange(&world.url, host), "HOST_UNKNOWN", &Json::Null, "none").await;
    leaves(&said, exchange(&world.url, "GET / HTTP/9.9\r\n\r\n"), "REQUEST_MALFORMED", &Json::Null, "none")
        .await;
    leaves(&said, refused_socket(&world), "AUTH_REQUIRED", &Json::Null, "key").await;
    assert_eq!(li.get("/api/v1/auth/me").await.status, 200);
    assert!(said.events().is_empty(), "a request that succeeds must not log a security event");
    world.stop().await;
}

/// Connects to the live progress with an invalid key.
async fn refused_socket(world: &World) {
    let client = Client::new();
    let url = format!("{}/socket.io/?EIO=4&transport=polling", world.url);
    let opened = client.get(&url).send().await.unwrap().text().await.unwrap();
    let opened: Json = serde_json::from_str(&opened[1..]).unwrap();
    let url = format!("{url}&sid={}", opened["sid"].as_str().unwrap());
    client.post(&url).body("40{\"token\":\"sluice_no_such_key\"}").send().await.unwrap();
    let mut told = String::new();
    // Pings may arrive in between.
    while !told.contains("AUTH_REQUIRED") {
        told = client.get(&url).send().await.unwrap().text().await.unwrap();
        assert!(["2", "44"].iter().any(|kind| told.starts_with(kind)), "{told}");
    }
}

#[tokio::test]
async fn a_flood_of_refusals_logs_only_a_few_lines() {
    let (said, _listening) = Said::listen();
    let world = world_with(behind_proxy()).await;
    said.events();
    let client = Client::new();
    for n in 0..3_000 {
        let request = client.get(format!("{}/api/v2/accounts?x={n}", world.url)).bearer_auth("sluice_none");
        assert_eq!(request.header("x-forwarded-for", "203.0.113.66").send().await.unwrap().status(), 401);
    }
    let other =
        client.get(format!("{}/api/v2/accounts", world.url)).header("x-forwarded-for", "203.0.113.67");
    other.send().await.unwrap();
    let events = said.events();
    let of = |address: &str| events.iter().filter(|event| event["address"] == address).count();
    // Five per minute; the flood may extend into the following minutes.
    assert!((5..=15).contains(&of("203.0.113.66")), "{}", of("203.0.113.66"));
    assert_eq!(of("203.0.113.67"), 1, "events of other addresses are still logged");
    let forged = request("GET", "/%0aforged", "authorization: Bearer x\r\n");
    exchange(&world.url, &forged).await;
    assert!(said.events().iter().all(|event| !event["path"].as_str().unwrap_or_default().contains('\n')));
    world.stop().await;
}
