//! A ledger with a worker, and a clock that only moves when a test moves it.

use crate::still_clock::TestClock;
use domain::event::EventKind;
use domain::id::{BatchId, WebhookId};
use domain::principal::Principal;
use domain::webhook::address::WebhookNetworks;
use domain::webhook::delivery::DeliveryState;
use engine::{Engine, EngineOptions};
use ledger::{Clock, Door, DoorOptions};
use service::vault::{MasterKey, Vault};
use service::webhook::{self, Delivery, DeliveryQuery, MadeWebhook, NewWebhook};
use service::{Actor, Service};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Schema, Store, Tx, outbox, webhook_delivery};
use testkit::{Place, place};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const HOUR: Duration = Duration::from_secs(3_600);

pub struct World {
    pub store: Store,
    pub service: Service,
    pub clock: Arc<TestClock>,
    engine: Engine,
    worker: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    _place: Place,
}

pub fn actor() -> Actor {
    Actor::new(Principal::CommandLine, "tester", "test")
}

/// A ledger whose webhooks may reach loopback; no worker runs yet.
pub async fn world() -> World {
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let clock = Arc::new(TestClock::still());
    let door = Door::open(store.clone(), clock.clone(), DoorOptions::default());
    let key = MasterKey::from_hex(&"5a".repeat(32)).unwrap();
    let networks = WebhookNetworks::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let service = Service::new(store.clone(), door.clone(), clock.clone())
        .with_vault(Vault::new(key, None))
        .with_webhook_networks(networks);
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    World { store, service, clock, engine, worker: None, _place: place }
}

impl World {
    /// Starts a worker.
    pub fn work(&mut self) {
        let (stop, stopped) = oneshot::channel::<()>();
        let engine = self.engine.clone();
        let task = tokio::spawn(async move { engine.work(async { drop(stopped.await) }).await.unwrap() });
        self.worker = Some((stop, task));
    }

    /// Stops the worker and waits for it.
    pub async fn rest(&mut self) {
        if let Some((stop, task)) = self.worker.take() {
            drop(stop);
            task.await.unwrap();
        }
    }

    /// A webhook for the ends of batches.
    pub async fn webhook(&self, url: String) -> MadeWebhook {
        let events = vec![EventKind::BatchFinished.name().to_owned()];
        let new = NewWebhook { url, events, description: String::new() };
        webhook::add(&self.service, &actor(), &new).await.unwrap()
    }

    /// Commits events of batches, in this order, with their deliveries.
    pub async fn happen(&self, batches: impl IntoIterator<Item = Option<BatchId>>) {
        let mut tx = self.store.write().await.unwrap();
        for batch in batches {
            happen_in(&mut tx, batch, self.clock.now()).await;
        }
        tx.commit().await.unwrap();
        self.store.wake();
    }

    pub async fn deliveries(&self, webhook: WebhookId) -> Vec<Delivery> {
        let query = DeliveryQuery { webhook, state: None, before: i64::MAX, limit: 10_000 };
        let mut found = webhook::deliveries(&self.service, query).await.unwrap();
        found.reverse();
        found
    }

    /// Lets time pass, `step` at a time, until every delivery has ended.
    pub async fn until_ended(&self, webhook: WebhookId, step: Duration) {
        self.until(webhook, step, |all| all.iter().all(|one| one.state != DeliveryState::Waiting)).await;
    }

    /// Lets time pass until the deliveries are as wanted. It is patient for as long as something changes: how fast a
    /// server is, on a machine that does other things as well, is no part of any rule.
    pub async fn until(&self, webhook: WebhookId, step: Duration, is_wanted: impl Fn(&[Delivery]) -> bool) {
        let (mut before, mut since) = (Vec::new(), Instant::now());
        loop {
            let all = self.deliveries(webhook).await;
            if is_wanted(&all) {
                return;
            }
            if all != before {
                (before, since) = (all, Instant::now());
            }
            let waiting =
                || before.iter().filter(|one| one.state == DeliveryState::Waiting).collect::<Vec<_>>();
            assert!(since.elapsed() < Duration::from_secs(120), "nothing changes: {:?}", waiting());
            self.clock.pass(step);
            self.store.wake();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Writes an event, and spreads it as the duty of spreading does.
pub async fn happen_in(tx: &mut Tx, batch: Option<BatchId>, now: i64) -> i64 {
    let kind = EventKind::BatchFinished.number();
    let batch = batch.map_or_else(|| "NULL".to_owned(), |id| id.0.to_string());
    let text = format!(
        "INSERT INTO outbox (at, kind, batch, subject, subject_id, detail, audience)
         VALUES ({now}, {kind}, {batch}, 'batch', {batch}, '{{\"completed\":3}}', 'batch') RETURNING id"
    );
    let rows = tx.fetch_text(text, Vec::new()).await.unwrap();
    let id = rows.first().unwrap().i64(0).unwrap();
    let row = outbox::by_ids(tx, vec![id]).await.unwrap().remove(0);
    webhook_delivery::spread(tx, &row, now).await.unwrap();
    outbox::spread(tx, vec![id], now).await.unwrap();
    id
}
