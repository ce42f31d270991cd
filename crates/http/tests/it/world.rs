//! A server on loopback with an empty ledger, and a client.

use domain::upload::FileLimits;
use domain::webhook::address::WebhookNetworks;
use engine::{Engine, EngineOptions};
use files::{Files, FilesAt};
use http_api::{App, Options, Render};
use ledger::{Clock, Door, DoorOptions};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value as Json;
use service::api_key::{self, NewApiKey};
use service::audit::{self, AuditFilter, AuditQuery, AuditRow};
use service::vault::{MasterKey, Vault};
use service::{Actor, Service};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::{Schema, Store};
use tempfile::TempDir;
use testkit::place::{Place, place};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// 2026-03-10T12:00:00Z.
const START: i64 = 1_773_144_000_000_000;

/// A clock that only moves when a test moves it.
#[derive(Debug)]
pub struct TestClock {
    now: AtomicI64,
    counted: AtomicI64,
}

impl Clock for TestClock {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn counted(&self) -> i64 {
        self.counted.load(Ordering::SeqCst)
    }
}

impl TestClock {
    /// Advances both clocks.
    pub fn pass(&self, time: Duration) {
        let micros = i64::try_from(time.as_micros()).unwrap();
        self.now.fetch_add(micros, Ordering::SeqCst);
        self.counted.fetch_add(micros, Ordering::SeqCst);
    }

    /// Sets the wall clock back; the monotonic clock is unchanged.
    pub fn set_back(&self, time: Duration) {
        self.now.fetch_sub(i64::try_from(time.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

/// A running server.
pub struct World {
    pub store: Store,
    pub service: Service,
    pub clock: Arc<TestClock>,
    /// For example `http://127.0.0.1:40123`.
    pub url: String,
    /// A key with every scope.
    pub key: String,
    pub client: Client,
    pub actor: Actor,
    stop: Vec<oneshot::Sender<()>>,
    tasks: Vec<JoinHandle<()>>,
    _files: TempDir,
    _place: Place,
}

/// A server without rate limits.
pub async fn world() -> World {
    world_with(Options { per_address: 0, per_identity: 0, ..Options::default() }).await
}

/// A server with these options.
pub async fn world_with(options: Options) -> World {
    world_that_counts(options, Render::default()).await
}

/// A server with these options that renders its metrics with `metrics`.
pub async fn world_that_counts(options: Options, metrics: Render) -> World {
    testkit::use_ring();
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    // Tests make the same payments repeatedly; the tests of similar batches set the window themselves.
    let mut tx = store.write().await.unwrap();
    store::setting::set(&mut tx, "duplicate_window", "0").await.unwrap();
    store::head::advance(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let clock = Arc::new(TestClock { now: AtomicI64::new(START), counted: AtomicI64::new(0) });
    let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: 100 });
    let key = MasterKey::from_hex(&"5a".repeat(32)).unwrap();
    let loopback = WebhookNetworks::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let service = Service::new(store.clone(), door.clone(), clock.clone())
        .with_vault(Vault::new(key, None))
        .with_webhook_networks(loopback);
    let folder = tempfile::tempdir().unwrap();
    let at = FilesAt::Directory(folder.path().join("files"));
    let service = service.with_files(Files::open(&at).await.unwrap(), FileLimits::SHIPPED);
    let actor = Actor::new(domain::principal::Principal::CommandLine, "tester", "test");
    let scopes = domain::access::Scope::ALL.iter().map(|scope| scope.name().to_owned()).collect();
    let new = NewApiKey { name: "all".to_owned(), scopes, ..NewApiKey::default() };
    let key = api_key::add(&service, &actor, &new).await.unwrap().secret.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = App::new(service.clone(), options, b"test").with_metrics(metrics);
    let (stop_http, http_stopped) = oneshot::channel::<()>();
    let (stop_work, work_stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(async move {
        http_api::serve(listener, app, Duration::from_secs(5), async { drop(http_stopped.await) }).await;
    });
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    let worked = tokio::spawn(async move {
        engine.work(async { drop(work_stopped.await) }).await.unwrap();
    });
    let client = Client::builder().cookie_store(true).build().unwrap();
    let (stop, tasks) = (vec![stop_http, stop_work], vec![served, worked]);
    World { store, service, clock, url, key, client, actor, stop, tasks, _files: folder, _place: place }
}

/// A status and a body.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub json: Json,
}

impl Answer {
    /// The error code, or `ok`.
    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or("ok")
    }

    /// The data of an answer, which must be a success.
    pub fn data(&self) -> &Json {
        assert_eq!((self.status, self.code()), (200, "ok"), "{}", self.json);
        assert_eq!(self.json["success"], true, "{}", self.json);
        &self.json["data"]
    }
}

impl World {
    /// The audit rows that match, oldest first.
    pub async fn audit(&self, filter: AuditFilter) -> Vec<AuditRow> {
        let query = AuditQuery { filter, limit: 1_000, ..AuditQuery::default() };
        let mut rows = audit::list(&self.service, &query).await.unwrap().rows;
        rows.reverse();
        rows
    }

    /// A request with the key of every scope.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key)
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// A POST of JSON; `null` means no body, as document 000 sends it.
    pub async fn post(&self, path: &str, json: Json) -> Answer {
        let request = self.request(Method::POST, path);
        answer(if json.is_null() { request } else { request.json(&json) }).await
    }

    /// A POST with an idempotency key.
    pub async fn post_once(&self, key: &str, path: &str, json: Json) -> Answer {
        let request = self.request(Method::POST, path).header("Idempotency-Key", key);
        answer(if json.is_null() { request } else { request.json(&json) }).await
    }

    /// Stops the server and its worker, and waits for them.
    pub async fn stop(mut self) {
        self.stop.clear();
        for task in self.tasks.drain(..) {
            task.await.unwrap();
        }
    }
}

/// Sends a request.
pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or(Json::String(text));
    Answer { status, json }
}
