//! The report of a batch that is too large to be compared with its submission: a worker makes it, and its pages are
//! read without comparing anything again.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use domain::batch::BatchType;
use domain::change::ChangeKind;
use domain::principal::Principal;
use engine::{Engine, EngineOptions};
use ledger::{Clock, Door, DoorOptions};
use service::account_import::AccountImport;
use service::batch::change::{self, ChangePage, ChangeQuery};
use service::batch::import::BatchImport;
use service::{Service, account, batch};
use std::fmt::Write as _;
use std::io::Cursor;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::audit::Actor;
use store::change::PART;
use store::{Schema, Store};
use testkit::{Place, place};

/// One more than is compared with a submission.
const ROWS: usize = 5_001;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1_767_198_600_000_000
    }
}

struct World {
    store: Store,
    engine: Engine,
    service: Service,
    _place: Place,
}

fn actor() -> Actor {
    Actor::new(Principal::CommandLine, "tester", "test")
}

async fn world() -> World {
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let door = Door::open(store.clone(), Arc::new(Still), DoorOptions::default());
    let service = Service::new(store.clone(), door.clone(), Arc::new(Still));
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    let mut accounts = "number,holder,currency\nPAY,Payer,USD\n".to_owned();
    (0..ROWS).for_each(|k| writeln!(accounts, "P-{k},Payee {k},USD").unwrap());
    account::import(&service, &actor(), Cursor::new(accounts), AccountImport::default()).await.unwrap();
    World { store, engine, service, _place: place }
}

impl World {
    async fn submit(&self) {
        let mut file = "account,amount\n".to_owned();
        (0..ROWS).for_each(|k| writeln!(file, "P-{k},{}.00", k % 9 + 1).unwrap());
        let import =
            BatchImport { account: Some("PAY".into()), ..BatchImport::new(BatchType::OneToMany, "Payroll") };
        batch::import(&self.service, &actor(), &import, Cursor::new(file)).await.unwrap();
    }

    async fn page(&self, from: Option<(ChangeKind, i64)>, limit: i64) -> ChangePage {
        let batch = domain::id::BatchId(1).into();
        let query = ChangeQuery { batch, against: None, kind: None, from, limit };
        batch::changes(&self.service, &query).await.unwrap()
    }
}

#[tokio::test]
async fn a_worker_makes_the_report_of_a_large_batch_and_its_pages_are_complete() {
    let world = world().await;
    world.submit().await;
    let due = change::due(&world.service).await.unwrap();
    assert_eq!(due, [domain::id::BatchId(1)]);
    // What is compared on request is what the worker stores.
    let asked = world.page(None, 3).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let engine = world.engine.clone();
    let worker = tokio::spawn(async move { engine.work(async { drop(stopped.await) }).await });
    let begun = Instant::now();
    while !change::due(&world.service).await.unwrap().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(stop);
    worker.await.unwrap().unwrap();
    let mut tx = world.store.read().await.unwrap();
    let stored = store::change::report(&mut tx, domain::id::BatchId(1)).await.unwrap().unwrap();
    drop(tx);
    assert_eq!(stored.counts, asked.report.counts);
    let rows = i64::try_from(ROWS).unwrap();
    let counts: Vec<_> = stored.counts.iter().map(|one| (one.kind, one.found, one.listed)).collect();
    assert_eq!(counts, [(ChangeKind::FirstPayment, rows, rows), (ChangeKind::AccountOpened, rows, rows)]);
    let first = world.page(None, 3).await;
    let numbers = |page: &ChangePage| page.changes.iter().map(|one| one.account.clone()).collect::<Vec<_>>();
    assert_eq!(numbers(&first), numbers(&asked));
    // Pages that end inside parts and at their ends miss nothing.
    for limit in [1_000, i64::try_from(PART).unwrap() + 1] {
        let (mut seen, mut from) = (0, None);
        loop {
            let page = world.page(from, limit).await;
            seen += page.changes.len();
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        assert_eq!(seen, 2 * ROWS, "{limit} a page");
    }
}
