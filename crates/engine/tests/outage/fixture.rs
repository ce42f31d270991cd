//! A ledger on PostgreSQL: a well-funded source, payees, and a batch that is ready to run.

use domain::batch::BatchType;
use engine::{Engine, EngineOptions};
use ledger::{Clock, Door, DoorOptions, Outcome};
use service::account_import::AccountImport;
use service::batch::import::BatchImport;
use service::batch::submit::Submission;
use service::policy::{self, PolicyChange};
use service::transfer::{self, TransferRequest};
use service::{Error, Service, account, batch};
use std::io::Cursor;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::audit::Actor;
use store::batch::Batch;
use store::{Schema, Store};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long any recovery may take.
pub const WELL_AGAIN: Duration = Duration::from_secs(10);
const ITEMS: usize = 20_000;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1_767_198_600_000_000
    }
}

/// The acting principal.
pub fn actor() -> Actor {
    Actor::new(domain::principal::Principal::CommandLine, "tester", "test")
}

/// A ledger as one process has it open.
pub struct Ledger {
    pub store: Store,
    door: Door,
    service: Service,
}

impl Deref for Ledger {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

/// A ledger over a database, with chunks of 100 items.
pub async fn service(url: &str) -> Ledger {
    let store = Store::connect(url, Schema::Migrate).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(Still);
    let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: 100 });
    let service = Service::new(store.clone(), door.clone(), clock);
    Ledger { store, door, service }
}

/// Opens `PAY` with a high balance, and the payees `A0…`.
pub async fn people(service: &Service) {
    let none = || Some("none".to_owned());
    let change = PolicyChange {
        max: none(),
        day: none(),
        month: none(),
        batch_max: none(),
        ..PolicyChange::default()
    };
    policy::set(service, &actor(), "USD", None, &change).await.unwrap();
    let mut accounts = "number,holder,uid,currency\nPAY,Employer,E,USD\n".to_owned();
    (0..ITEMS).for_each(|k| accounts += &format!("A{k},Payee {k},U{k},USD\n"));
    account::import(service, &actor(), Cursor::new(accounts), AccountImport::default()).await.unwrap();
    let rich = TransferRequest {
        to: Some("PAY".into()),
        amount: "9000000.00".to_owned().into(),
        ..Default::default()
    };
    assert_eq!(transfer::create(service, &actor(), &rich).await.unwrap().outcome.code, None);
}

/// A batch of 1.00 to each payee, ready to run.
pub async fn batch(service: &Service) -> Batch {
    let mut rows = "account,amount\n".to_owned();
    (0..ITEMS).for_each(|k| rows += &format!("A{k},1.00\n"));
    let import = BatchImport {
        account: Some("PAY".into()),
        submission: Submission { again: Some("a test".to_owned()), ..Submission::default() },
        ..BatchImport::new(BatchType::OneToMany, "outage")
    };
    let batch = batch::import(service, &actor(), &import, Cursor::new(rows)).await.unwrap().batch.unwrap();
    batch::execute(service, &actor(), batch.id.into()).await.unwrap()
}

/// Pays 0.01 from `PAY` to one of the payees.
pub async fn pay(service: &Service, to: usize, operation: Option<String>) -> Result<Outcome, Error> {
    let new = TransferRequest {
        from: Some("PAY".into()),
        to: Some(format!("A{to}").into()),
        amount: "0.01".to_owned().into(),
        operation,
        ..TransferRequest::default()
    };
    Ok(transfer::create(service, &actor(), &new).await?.outcome)
}

/// A background worker, like that of `sluice work`.
pub struct Worker {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), Error>>,
}

impl Worker {
    pub fn start(ledger: &Ledger) -> Self {
        let options = EngineOptions {
            retry_for: Duration::from_secs(3_600),
            runs_max: 4,
            mailer: None,
            ..EngineOptions::default()
        };
        let engine = Engine::new(ledger.store.clone(), ledger.door.clone(), ledger.service.clone(), options);
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move { engine.work(async { drop(stopped.await) }).await });
        Self { stop, task }
    }

    pub async fn stop(self) {
        drop(self.stop);
        self.task.await.unwrap().unwrap();
    }
}

/// Polls until the answer is yes; panics if that takes too long.
pub async fn soon(what: &str, ask: impl AsyncFn() -> bool) -> Duration {
    let begun = Instant::now();
    while !ask().await {
        assert!(begun.elapsed() < WELL_AGAIN, "{what} took longer than {WELL_AGAIN:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    begun.elapsed()
}

/// How many items of a batch are settled, read over a direct connection; none while the server is
/// unreachable.
pub async fn settled(url: &str, batch: &Batch) -> Option<i64> {
    let (url, id) = (url.to_owned(), batch.id.0);
    let read = move || {
        let sql = format!("SELECT success_count FROM batch WHERE id = {id}");
        let rows = testkit::postgres::try_query(&url, &sql).ok()?;
        rows.first()?.first()?.as_ref()?.parse().ok()
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

/// Waits until the batch has ended.
pub async fn end_of(service: &Service, batch: &Batch) {
    let has_ended =
        async || batch::named(service, batch.id.into()).await.is_ok_and(|batch| batch.state.has_ended());
    // Waits for the run however long it takes, then at most ten seconds for its end.
    while !has_ended().await
        && batch::named(service, batch.id.into()).await.is_ok_and(|b| b.tally.open_count() > 0)
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    soon("the batch's end", has_ended).await;
}

/// Checks that every payee of the batch was paid once and that every invariant holds.
pub async fn all_paid(ledger: &Ledger, batch: &Batch) {
    let batch = batch::named(ledger, batch.id.into()).await.unwrap();
    let count = i64::try_from(ITEMS).unwrap();
    assert_eq!((batch.state.name(), batch.tally.success_count), ("completed", count));
    assert_eq!(upkeep::verify::run(&ledger.store).await.unwrap().violations(), []);
}
