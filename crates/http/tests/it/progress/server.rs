//! Servers whose sockets a test can close, and several nodes on the same database.

use engine::{Engine, EngineOptions};
use http_api::{App, Options};
use ledger::{Clock, Door, DoorOptions};
use service::api_key::{self, NewApiKey};
use service::{Actor, Service};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use store::{Schema, Store};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1_773_144_000_000_000
    }
}

pub fn actor() -> Actor {
    Actor::new(domain::principal::Principal::CommandLine, "tester", "test")
}

/// A node: a ledger as one process has it open.
pub struct Node {
    store: Store,
    door: Door,
    service: Service,
}

impl Deref for Node {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

/// A node over a database.
pub async fn node(place: &str) -> Node {
    let store = Store::at(place, Schema::Migrate).await.unwrap();
    let mut tx = store.write().await.unwrap();
    store::setting::set(&mut tx, "duplicate_window", "0").await.unwrap();
    store::head::advance(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(Still);
    let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: 100 });
    let service = Service::new(store.clone(), door.clone(), clock);
    Node { store, door, service }
}

/// A key with every scope.
pub async fn key(service: &Service) -> String {
    let scopes = domain::access::Scope::ALL.iter().map(|scope| scope.name().to_owned()).collect();
    let new = NewApiKey { name: "watcher".to_owned(), scopes, ..NewApiKey::default() };
    api_key::add(service, &actor(), &new).await.unwrap().secret.unwrap()
}

/// A task that can be stopped.
pub struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub async fn stop(self) {
        drop(self.stop);
        self.task.await.unwrap();
    }
}

/// Starts a server; returns its app too, to close its sockets.
pub async fn serve(service: &Service) -> (App, String, Running) {
    let options = Options { per_address: 0, per_identity: 0, ..Options::default() };
    let app = App::new(service.clone(), options, b"test");
    let serving = app.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let grace = Duration::from_secs(20);
    let task = tokio::spawn(async move {
        http_api::serve(listener, serving, grace, async { drop(stopped.await) }).await;
    });
    (app, url, Running { stop, task })
}

/// Starts a worker.
pub fn work(node: &Node) -> Running {
    let Node { store, door, service } = node;
    let engine = Engine::new(store.clone(), door.clone(), service.clone(), EngineOptions::default());
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        engine.work(async { drop(stopped.await) }).await.unwrap();
    });
    Running { stop, task }
}
