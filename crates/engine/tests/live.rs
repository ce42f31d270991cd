//! What users and other workers do to a batch while it is running: pause, interrupt, take over, skip.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use domain::account::AccountStatus;
use domain::batch::{BatchState, BatchType};
use domain::code::Code;
use domain::id::BatchId;
use domain::item::ItemState;
use domain::work::Work;
use engine::{Engine, EngineOptions, lease};
use ledger::{Clock, Door, DoorOptions};
use service::account_import::AccountImport;
use service::audit::{self, AuditQuery};
use service::batch::import::BatchImport;
use service::batch::list::OffsetPage;
use service::batch::rework::Rework;
use service::batch::{self, BatchRequest};
use service::transfer::{self, TransferRequest};
use service::{Error, Principal, Service, account};
use std::io::Cursor;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use store::audit::Actor;
use store::batch::Batch;
use store::item::Item;
use store::node::Node;
use store::{Schema, Store};
use testkit::{Place, place};

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1_767_198_600_000_000
    }
}

const ITEMS: i64 = 200;

struct World {
    store: Store,
    engine: Engine,
    service: Service,
    actor: Actor,
    batch: BatchId,
    _place: Place,
}

/// A batch of 200 items that is being executed in chunks of 10.
async fn world() -> World {
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(Still);
    let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: 10 });
    let service = Service::new(store.clone(), door.clone(), clock);
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    let actor = Actor::new(domain::principal::Principal::CommandLine, "tester", "test");
    let (mut accounts, mut rows) =
        ("number,holder,currency\nPAY,Employer,USD\n".to_owned(), "account,amount\n".to_owned());
    for k in 0..ITEMS {
        accounts += &format!("A{k},Payee {k},USD\n");
        rows += &format!("A{k},1.00\n");
    }
    account::import(&service, &actor, Cursor::new(accounts), AccountImport::default()).await.unwrap();
    let deposit = TransferRequest {
        to: Some("PAY".into()),
        amount: "5000.00".to_owned().into(),
        ..TransferRequest::default()
    };
    transfer::create(&service, &actor, &deposit).await.unwrap();
    let import =
        BatchImport { account: Some("PAY".into()), ..BatchImport::new(BatchType::OneToMany, "live") };
    let imported = batch::import(&service, &actor, &import, Cursor::new(rows)).await.unwrap();
    let batch = imported.batch.unwrap().id;
    batch::execute(&service, &actor, batch.into()).await.unwrap();
    World { store, engine, service, actor, batch, _place: place }
}

impl World {
    /// Runs the batch; after its first chunk the runner waits until `meanwhile` completes.
    async fn run_while<F: Future<Output = ()>>(&self, meanwhile: F) -> Result<Batch, Error> {
        let (reached, at_boundary) = sync_channel::<()>(1);
        let (resume, may_resume) = sync_channel::<()>(1);
        let (engine, batch) = (self.engine.clone(), self.batch);
        let mut first = true;
        let run = tokio::spawn(async move {
            let progress = move |_: &engine::Progress| {
                if std::mem::take(&mut first) {
                    // The tasks of this thread move to another one: slices are still at the door.
                    tokio::task::block_in_place(|| {
                        reached.send(()).unwrap();
                        may_resume.recv().unwrap();
                    });
                }
            };
            engine.run(batch, progress).await
        });
        tokio::task::spawn_blocking(move || at_boundary.recv().unwrap()).await.unwrap();
        meanwhile.await;
        resume.send(()).unwrap();
        run.await.unwrap()
    }

    async fn verified(&self) {
        assert_eq!(upkeep::verify::run(&self.store).await.unwrap().violations(), []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_pause_stops_at_a_chunk_boundary_and_resume_continues() {
    let world = world().await;
    let paused = world
        .run_while(async { drop(batch::pause(&world.service, &world.actor, world.batch).await.unwrap()) });
    let batch = paused.await.unwrap();
    assert_eq!(batch.state, BatchState::Paused);
    assert!(batch.tally.success_count >= 10 && batch.tally.success_count < ITEMS, "{:?}", batch.tally);
    world.verified().await;
    let refused = batch::execute(&world.service, &world.actor, world.batch.into()).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::BatchState));
    batch::resume(&world.service, &world.actor, world.batch.into()).await.unwrap();
    let batch = world.engine.run(world.batch, |_| ()).await.unwrap();
    assert_eq!((batch.state, batch.tally.success_count), (BatchState::Completed, ITEMS));
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_interruption_fails_the_remaining_items_and_resume_retries_only_those() {
    let world = world().await;
    let cancel = async {
        drop(
            batch::cancel(
                &world.service,
                &world.actor,
                &BatchRequest::of(world.batch.into()).noted("stop"),
                false,
            )
            .await
            .unwrap(),
        )
    };
    let batch = world.run_while(cancel).await.unwrap();
    assert_eq!(batch.state, BatchState::PartiallyCompleted);
    assert_eq!(batch.tally.success_count + batch.tally.failed_count, ITEMS);
    let items = items_of(&world.service, world.batch, &[ItemState::Failed]).await;
    assert!(items.iter().all(|item| item.code == Some(Code::Interrupted)));
    world.verified().await;
    let (_, count) =
        batch::retry(&world.service, &world.actor, world.batch.into(), Rework::Untried).await.unwrap();
    assert_eq!(count, batch.tally.failed_count);
    let batch = world.engine.run(world.batch, |_| ()).await.unwrap();
    assert_eq!((batch.state, batch.tally.success_count), (BatchState::Completed, ITEMS));
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_runner_that_lost_its_lease_writes_nothing_more() {
    let world = world().await;
    let id = world.batch;
    let take_over = async {
        // What a takeover does: the old node is evicted, and the lease gets the next epoch.
        let mut tx = world.store.write().await.unwrap();
        let now = tx.clock().await.unwrap();
        store::node::leave(&mut tx, world.store.node()).await.unwrap();
        let name = "another".to_owned();
        let node = Node { name, stripe: 0, is_worker: true, expires_at: now + 3_600_000_000 };
        store::node::join(&mut tx, &node, now).await.unwrap();
        let seen = store::lease::get_exclusive(&mut tx, Work::run(id)).await.unwrap().unwrap().epoch;
        assert_eq!(
            store::lease::take(&mut tx, Work::run(id), "another", seen).await.unwrap(),
            Some(seen + 1)
        );
        tx.commit().await.unwrap();
    };
    let fenced = world.run_while(take_over).await;
    assert_eq!(fenced.unwrap_err().code(), Some(Code::Fenced));
    let batch = batch::named(&world.service, world.batch.into()).await.unwrap();
    assert_eq!(batch.state, BatchState::Processing);
    // The slices that were at the door when the lease was taken may be paid, no others.
    assert!((10..=30).contains(&batch.tally.success_count), "{:?}", batch.tally);
    world.verified().await;
    let refused = world.engine.run(world.batch, |_| ()).await;
    assert_eq!(refused.unwrap_err().code(), Some(Code::BatchRunning));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_item_skipped_during_the_run_is_not_paid() {
    let world = world().await;
    // Line 33 is in the fourth slice: three are at the door, and this one is read ahead.
    let item = batch::item_of_line(&world.service, world.batch.into(), 33).await.unwrap();
    let skip = async {
        drop(batch::skip_item(&world.service, &world.actor, world.batch.into(), item, "left").await.unwrap());
    };
    let batch = world.run_while(skip).await.unwrap();
    assert_eq!(batch.state, BatchState::Completed);
    assert_eq!((batch.tally.success_count, batch.tally.skipped_count), (ITEMS - 1, 1));
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_item_retried_during_the_run_is_paid_once_by_the_next_and_nothing_twice() {
    let world = world().await;
    let set = async |status| {
        let payee = "A3".into();
        account::set_status(&world.service, &world.actor, &payee, status, "test").await.unwrap();
    };
    // Line 5 is in the first slice.
    set(AccountStatus::Frozen).await;
    let item = batch::item_of_line(&world.service, world.batch.into(), 5).await.unwrap();
    let retry = async {
        set(AccountStatus::Active).await;
        drop(batch::retry_item(&world.service, &world.actor, world.batch.into(), item).await.unwrap());
    };
    // The run is past this item, and continues with the slices that it had handed over or reads again.
    let batch = world.run_while(retry).await.unwrap();
    assert_eq!((batch.state, batch.tally.success_count), (BatchState::Processing, ITEMS - 1));
    world.verified().await;
    let batch = world.engine.run(world.batch, |_| ()).await.unwrap();
    assert_eq!((batch.state, batch.tally.success_count), (BatchState::Completed, ITEMS));
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_resumed_while_its_run_is_ending_is_not_closed() {
    let world = world().await;
    let id = world.batch;
    let epoch = lease::take(&world.store, Work::run(id)).await.unwrap();
    batch::pause(&world.service, &world.actor, world.batch).await.unwrap();
    let (_, count) = batch::resume(&world.service, &world.actor, world.batch.into()).await.unwrap();
    assert_eq!(count, ITEMS);
    // The run has seen the pause but not the resume after it.
    let left = world.engine.end_run(id, epoch, None).await.unwrap();
    assert_eq!(left.state, BatchState::Processing);
    assert_eq!(world.engine.waiting().await.unwrap(), [id]);
    let ended = world.engine.run(world.batch, |_| ()).await.unwrap();
    assert_eq!((ended.state, ended.tally.success_count), (BatchState::Completed, ITEMS));
    assert!(upkeep::verify::run(&world.store).await.unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn resuming_a_live_run_changes_nothing_and_after_an_interruption_retries_the_interrupted_items() {
    let world = world().await;
    let id = world.batch;
    let epoch = lease::take(&world.store, Work::run(id)).await.unwrap();
    let (live, count) = batch::resume(&world.service, &world.actor, world.batch.into()).await.unwrap();
    assert_eq!((live.state, count), (BatchState::Processing, 0));
    lease::release(&world.store, Work::run(id), epoch).await.unwrap();
    let (_, count) = batch::resume(&world.service, &world.actor, world.batch.into()).await.unwrap();
    assert_eq!(count, ITEMS);
    let ended = batch::cancel(&world.service, &world.actor, &BatchRequest::of(world.batch.into()), false)
        .await
        .unwrap();
    assert_eq!((ended.state, ended.tally.failed_count), (BatchState::Failed, ITEMS));
    let (again, count) = batch::resume(&world.service, &world.actor, world.batch.into()).await.unwrap();
    assert_eq!((again.state, count, again.tally.waiting_count()), (BatchState::Processing, ITEMS, ITEMS));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_batch_called_off_for_good_leaves_nothing_that_a_retry_can_pay() {
    let world = world().await;
    let ask = BatchRequest::of(world.batch.into()).noted("the wrong file");
    let stopped = world
        .run_while(async { drop(batch::cancel(&world.service, &world.actor, &ask, true).await.unwrap()) });
    let batch = stopped.await.unwrap();
    let tally = batch.tally;
    assert_eq!((batch.state, tally.failed_count, tally.waiting_count()), (BatchState::Completed, 0, 0));
    assert_eq!(tally.success_count + tally.skipped_count, ITEMS);
    assert!(tally.skipped_count > 0, "{tally:?}");
    for refused in [
        batch::retry(&world.service, &world.actor, world.batch.into(), Rework::AllFailed).await,
        batch::resume(&world.service, &world.actor, world.batch.into()).await,
    ] {
        assert_eq!(refused.unwrap_err().code(), Some(Code::BatchState));
    }
    world.verified().await;
}

#[tokio::test]
async fn an_interrupted_batch_can_be_called_off_for_good_and_is_cancelled_if_nothing_was_paid() {
    let world = world().await;
    let ask = BatchRequest::of(world.batch.into());
    let interrupted = batch::cancel(&world.service, &world.actor, &ask, false).await.unwrap();
    assert_eq!((interrupted.state, interrupted.tally.failed_count), (BatchState::Failed, ITEMS));
    let off = batch::cancel(&world.service, &world.actor, &ask, true).await.unwrap();
    assert_eq!(
        (off.state, off.tally.skipped_count, off.tally.failed_count),
        (BatchState::Cancelled, ITEMS, 0)
    );
    assert_eq!(off.completed_at, interrupted.completed_at);
    let again = batch::cancel(&world.service, &world.actor, &ask, true).await.unwrap_err();
    assert_eq!(again.code(), Some(Code::BatchCancelled));
    world.verified().await;
}

#[tokio::test]
async fn a_paused_batch_ends_when_its_last_pending_item_is_skipped() {
    let world = world().await;
    batch::pause(&world.service, &world.actor, world.batch).await.unwrap();
    let items = items_of(&world.service, world.batch, &[]).await;
    let (last, others) = items.split_last().unwrap();
    for item in others {
        let skip =
            batch::skip_item(&world.service, &world.actor, world.batch.into(), item.number.0, "x").await;
        assert_eq!(skip.unwrap().state, BatchState::Paused);
    }
    let ended =
        batch::skip_item(&world.service, &world.actor, world.batch.into(), last.number.0, "x").await.unwrap();
    assert_eq!(ended.state, BatchState::Failed, "it had begun and was not called off for good");
    assert!(ended.completed_at.is_some());
    world.verified().await;
}

#[tokio::test]
async fn a_run_is_recorded_under_the_system_and_the_start_event_names_the_user() {
    let world = world().await;
    world.engine.run(world.batch, |_| ()).await.unwrap();
    let page = OffsetPage { limit: 1_000, offset: 0 };
    let (_, events, _) = batch::history(&world.service, world.batch.into(), page).await.unwrap();
    let events: Vec<_> = events.into_iter().map(|(_, event)| event).collect();
    let told: Vec<_> = events.iter().map(|e| (e.event.as_str(), e.actor.name.as_str())).collect();
    let expected =
        [("created", "tester"), ("submitted", "tester"), ("started", "tester"), ("completed", "system")];
    assert_eq!(told, expected);
    let query = AuditQuery { limit: 1_000, ..AuditQuery::default() };
    let rows = audit::list(&world.service, &query).await.unwrap().rows;
    let node = world.store.node();
    let of_run: Vec<_> =
        rows.iter().filter(|row| matches!(row.action.as_str(), "batch.chunk" | "batch.end")).collect();
    assert!(of_run.len() > 1, "{rows:?}");
    for row in of_run {
        assert_eq!((row.actor.principal, row.origin.as_str()), (Principal::System, node), "{row:?}");
    }
}

/// The items of a batch, in file order; only those in the states, if any are given.
async fn items_of(service: &Service, batch: BatchId, states: &[ItemState]) -> Vec<Item> {
    let page = OffsetPage { limit: 1_000, offset: 0 };
    let list = batch::item_list(service, batch.into(), states, None, page).await.unwrap();
    list.items.into_iter().map(|one| one.item).collect()
}
