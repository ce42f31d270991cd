//! Items in flight: a pretend rail moves items through the store, as no rail exists yet. A batch whose open
//! items are all in flight gives its lease back, is run by nobody, and ends once they have an outcome.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use domain::batch::{BatchIntent, BatchState, BatchTally, BatchType};
use domain::code::Code;
use domain::id::BatchId;
use domain::item::ItemState;
use domain::work::Work;
use engine::{Engine, EngineOptions};
use ledger::{Clock, Door, DoorOptions};
use service::account_import::AccountImport;
use service::batch::import::BatchImport;
use service::batch::{self, BatchRequest};
use service::transfer::{self, TransferRequest};
use service::{Service, account};
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;
use store::audit::Actor;
use store::item::{Failure, ItemFilter};
use store::{Schema, Store};
use testkit::{Place, place};

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
    actor: Actor,
    batch: BatchId,
    _place: Place,
}

/// A batch of four items that is `processing`.
async fn world() -> World {
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(Still);
    let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: 2 });
    let service = Service::new(store.clone(), door.clone(), clock);
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    let actor = Actor::new(domain::principal::Principal::CommandLine, "tester", "test");
    let accounts = "number,holder,currency\nPAY,Employer,USD\nA1,A,USD\nA2,B,USD\nA3,C,USD\nA4,D,USD\n";
    account::import(&service, &actor, Cursor::new(accounts), AccountImport::default()).await.unwrap();
    let deposit = TransferRequest {
        to: Some("PAY".into()),
        amount: "500.00".to_owned().into(),
        ..TransferRequest::default()
    };
    transfer::create(&service, &actor, &deposit).await.unwrap();
    let rows = "account,amount\nA1,1.00\nA2,2.00\nA3,3.00\nA4,4.00\n";
    let import =
        BatchImport { account: Some("PAY".into()), ..BatchImport::new(BatchType::OneToMany, "rails") };
    let batch = batch::import(&service, &actor, &import, Cursor::new(rows)).await.unwrap().batch.unwrap().id;
    batch::execute(&service, &actor, batch.into()).await.unwrap();
    World { store, engine, service, actor, batch, _place: place }
}

impl World {
    /// What a rail does to the item on a line (the first is on line 2): sends it, loses its answer, or refuses it.
    async fn rail(&self, line: i64, to: ItemState) {
        let mut tx = self.store.write().await.unwrap();
        let batch = store::batch::lock(&mut tx, self.batch).await.unwrap().unwrap();
        let item = store::item::by_line(&mut tx, self.batch, line).await.unwrap().unwrap();
        let code = (to == ItemState::Failed).then_some(Code::TargetFrozen);
        assert_eq!(
            store::item::set_states(&mut tx, self.batch, &[(item.number, code)], (to, 0)).await.unwrap(),
            1
        );
        let mut tally = batch.tally;
        let is_in_flight = |state| matches!(state, ItemState::Processing | ItemState::Unknown);
        let change = i64::from(is_in_flight(to)) - i64::from(is_in_flight(item.state));
        tally.flight_count += change;
        tally.flight_amount += change * item.amount;
        tally.unknown_count +=
            i64::from(to == ItemState::Unknown) - i64::from(item.state == ItemState::Unknown);
        if let Some(code) = code {
            tally.failed_count += 1;
            tally.failed_amount += item.amount;
            let failures = [Failure { item: item.number, code, amount: item.amount, chunk: 0 }];
            let mut script = store::Script::new();
            store::item::insert_failures_later(&mut script, self.batch, &failures, 0);
            let failed = std::iter::once((batch.asset, failures.as_slice()));
            store::failure_count::add_later(&mut script, failed, 0, 0);
            tx.run(script).await.unwrap();
        }
        store::batch::set_tally(&mut tx, self.batch, &tally).await.unwrap();
        store::head::advance(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn epoch(&self) -> i64 {
        let mut tx = self.store.read().await.unwrap();
        store::lease::get(&mut tx, Work::run(self.batch)).await.unwrap().map_or(0, |lease| lease.epoch)
    }

    /// State, intent, and the counts of waiting, flying, paid and failed items, after checking the ledger.
    async fn told(&self) -> (BatchState, BatchIntent, [i64; 4]) {
        assert_eq!(upkeep::verify::run(&self.store).await.unwrap().violations(), []);
        let batch = batch::named(&self.service, self.batch.into()).await.unwrap();
        let tally = batch.tally;
        for state in ItemState::ALL {
            let mut tx = self.store.read().await.unwrap();
            let (after, last) = (i64::MIN, i64::MAX);
            let filter = ItemFilter { batch: self.batch, after, last, states: vec![state], codes: vec![] };
            assert_eq!(
                store::item::count(&mut tx, &filter).await.unwrap(),
                tally.count_in(state),
                "{state:?}"
            );
        }
        let counts = [tally.waiting_count(), tally.flight_count, tally.success_count, tally.failed_count];
        (batch.state, batch.intent, counts)
    }

    /// Whether any node would run the batch.
    async fn is_waiting(&self) -> bool {
        let waiting = self.engine.waiting().await.unwrap() == [self.batch];
        assert_eq!(batch::processing(&self.service).await.unwrap().len(), usize::from(waiting));
        waiting
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_only_waits_for_a_rail_is_left_alone_until_its_last_item_has_an_outcome() {
    let world = world().await;
    world.rail(2, ItemState::Processing).await;
    world.rail(3, ItemState::Processing).await;
    world.rail(3, ItemState::Unknown).await;
    let (run, processing) = (BatchIntent::Run, BatchState::Processing);
    assert_eq!(world.told().await, (processing, run, [2, 2, 0, 0]));
    assert!(world.is_waiting().await);

    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let engine = world.engine.clone();
    let worker = tokio::spawn(async move { engine.work(async { drop(stopped.await) }).await });
    // Two reads, as in `is_waiting`, could see it before and after its end.
    while !world.engine.waiting().await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(world.told().await, (processing, run, [0, 2, 2, 0]));
    let epoch = world.epoch().await;
    world.store.wake();
    // Longer than a worker's poll interval.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(world.epoch().await, epoch, "no run began");

    world.rail(3, ItemState::Failed).await;
    assert!(!world.is_waiting().await);
    world.rail(2, ItemState::Failed).await;
    world.store.wake();
    while batch::named(&world.service, world.batch.into()).await.unwrap().state == processing {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(world.told().await, (BatchState::PartiallyCompleted, run, [0, 0, 2, 2]));
    drop(stop);
    worker.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interruption_fails_what_waits_and_leaves_what_is_in_flight_to_the_rail() {
    let world = world().await;
    world.rail(2, ItemState::Processing).await;
    let (run, processing) = (BatchIntent::Run, BatchState::Processing);
    let asked = batch::cancel(&world.service, &world.actor, &BatchRequest::of(world.batch.into()), false)
        .await
        .unwrap();
    assert_eq!((asked.state, asked.intent), (processing, BatchIntent::Interrupt));
    assert!(world.is_waiting().await);
    let left = world.engine.run(world.batch, |_| ()).await.unwrap();
    assert_eq!((left.state, left.intent), (processing, run));
    assert_eq!(world.told().await, (processing, run, [0, 1, 0, 3]));
    assert!(!world.is_waiting().await);
    world.rail(2, ItemState::Failed).await;
    assert!(world.is_waiting().await);
    world.engine.run(world.batch, |_| ()).await.unwrap();
    assert_eq!(world.told().await, (BatchState::Failed, run, [0, 0, 0, 4]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_called_off_for_good_skips_an_item_that_the_rail_refuses_later() {
    let world = world().await;
    world.rail(2, ItemState::Processing).await;
    batch::cancel(&world.service, &world.actor, &BatchRequest::of(world.batch.into()), true).await.unwrap();
    world.engine.run(world.batch, |_| ()).await.unwrap();
    assert_eq!(world.told().await, (BatchState::Processing, BatchIntent::Run, [0, 1, 0, 0]));
    assert!(!world.is_waiting().await);
    world.rail(2, ItemState::Failed).await;
    world.engine.run(world.batch, |_| ()).await.unwrap();
    assert_eq!(world.told().await, (BatchState::Cancelled, BatchIntent::Run, [0, 0, 0, 0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_with_items_in_flight_can_be_paused_and_resumed() {
    let world = world().await;
    world.rail(4, ItemState::Processing).await;
    let paused = batch::pause(&world.service, &world.actor, world.batch).await.unwrap();
    assert_eq!(paused.state, BatchState::Paused);
    let (_, waiting) = batch::resume(&world.service, &world.actor, world.batch.into()).await.unwrap();
    assert_eq!(waiting, 3);
    world.engine.run(world.batch, |_| ()).await.unwrap();
    assert_eq!(world.told().await, (BatchState::Processing, BatchIntent::Run, [0, 1, 3, 0]));
    let (_, waiting) = batch::resume(&world.service, &world.actor, world.batch.into()).await.unwrap();
    assert_eq!(waiting, 0, "nothing waits");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_and_the_tally_agree_on_which_batches_need_a_runner() {
    let world = world().await;
    let mut tx = world.store.write().await.unwrap();
    for paid in 0..=4 {
        for flight in 0..=4 - paid {
            for intent in [BatchIntent::Run, BatchIntent::Pause, BatchIntent::Interrupt] {
                let (total_count, success_count, flight_count) = (4, paid, flight);
                let tally = BatchTally { total_count, success_count, flight_count, ..BatchTally::default() };
                store::batch::set_tally(&mut tx, world.batch, &tally).await.unwrap();
                store::batch::set_intent(&mut tx, world.batch, intent, None).await.unwrap();
                let waiting = store::batch::waiting(&mut tx, "node").await.unwrap();
                assert_eq!(!waiting.is_empty(), tally.needs_runner(intent), "{tally:?} {intent:?}");
            }
        }
    }
}
