//! What people and other workers do to a run while it is running: pause, interrupt, take over, skip.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use domain::batch::{BatchMode, BatchState, BatchType};
use domain::code::Code;
use domain::item::ItemState;
use engine::{Engine, EngineOptions};
use formats::csv_reader::Delimiter;
use formats::payment::Options;
use ledger::{Clock, Door, DoorOptions};
use service::batch::import::BatchImport;
use service::batch::rework::Rework;
use service::transfer::NewTransfer;
use service::{Error, Service};
use std::io::Cursor;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use store::audit::Actor;
use store::batch::Batch;
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
    service: Service,
    actor: Actor,
    batch: String,
    _place: Place,
}

/// A batch of 200 items that is being executed in chunks of 10.
async fn world() -> World {
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(Still);
    let door = Door::open(store.clone(), clock.clone(), DoorOptions { chunk_items: 10 });
    let service = Service::new(store, door, clock);
    let actor = Actor::new(domain::principal::Principal::CommandLine, "tester", "test");
    let (mut accounts, mut rows) =
        ("number,holder,currency\nPAY,Employer,USD\n".to_owned(), "account,amount\n".to_owned());
    for k in 0..ITEMS {
        accounts += &format!("A{k},Payee {k},USD\n");
        rows += &format!("A{k},1.00\n");
    }
    service.account_import(&actor, Cursor::new(accounts), Delimiter::Comma).await.unwrap();
    let deposit =
        NewTransfer { to: Some("PAY".to_owned()), amount: "5000.00".to_owned(), ..NewTransfer::default() };
    service.transfer(&actor, &deposit).await.unwrap();
    let import = BatchImport {
        kind: BatchType::OneToMany,
        mode: BatchMode::Continue,
        account: Some("PAY".to_owned()),
        currency: None,
        name: "live".to_owned(),
        remarks: None,
        options: Options::default(),
        strict: true,
        submission: Default::default(),
        draft: false,
    };
    let imported = service.batch_import(&actor, &import, Cursor::new(rows)).await.unwrap();
    let batch = imported.batch.unwrap().id.to_string();
    service.batch_execute(&actor, &batch).await.unwrap();
    World { service, actor, batch, _place: place }
}

impl World {
    /// Runs the batch; after its first chunk the runner stands still until `meanwhile` is done.
    async fn run_while<F: Future<Output = ()>>(&self, meanwhile: F) -> Result<Batch, Error> {
        let (reached, at_edge) = sync_channel::<()>(1);
        let (go_on, may_go_on) = sync_channel::<()>(1);
        let (engine, actor, batch) = (
            Engine::new(self.service.clone(), EngineOptions::default()),
            self.actor.clone(),
            self.batch.clone(),
        );
        let mut first = true;
        let run = tokio::spawn(async move {
            let progress = move |_: &engine::Progress| {
                if std::mem::take(&mut first) {
                    reached.send(()).unwrap();
                    may_go_on.recv().unwrap();
                }
            };
            engine.run(&actor, &batch, progress).await
        });
        tokio::task::spawn_blocking(move || at_edge.recv().unwrap()).await.unwrap();
        meanwhile.await;
        go_on.send(()).unwrap();
        run.await.unwrap()
    }

    async fn verified(&self) {
        assert_eq!(self.service.verify().await.unwrap().violations(), []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_pause_stops_at_the_chunks_edge_and_execute_goes_on() {
    let world = world().await;
    let paused =
        world.run_while(async { drop(world.service.batch_pause(&world.actor, &world.batch).await.unwrap()) });
    let batch = paused.await.unwrap();
    assert_eq!(batch.state, BatchState::Paused);
    assert!(batch.tally.success_count >= 10 && batch.tally.success_count < ITEMS, "{:?}", batch.tally);
    world.verified().await;
    world.service.batch_execute(&world.actor, &world.batch).await.unwrap();
    let engine = Engine::new(world.service.clone(), EngineOptions::default());
    let batch = engine.run(&world.actor, &world.batch, |_| ()).await.unwrap();
    assert_eq!((batch.state, batch.tally.success_count), (BatchState::Completed, ITEMS));
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_interruption_fails_the_rest_and_resume_takes_only_that() {
    let world = world().await;
    let cancel = async {
        drop(
            world
                .service
                .batch_cancel(&world.actor, domain::access::Reach::All, &world.batch, "stop")
                .await
                .unwrap(),
        )
    };
    let batch = world.run_while(cancel).await.unwrap();
    assert_eq!(batch.state, BatchState::PartiallyCompleted);
    assert_eq!(batch.tally.success_count + batch.tally.failed_count, ITEMS);
    let (_, items) =
        world.service.batch_items(&world.batch, Some(ItemState::Failed), 0, 1_000).await.unwrap();
    assert!(items.iter().all(|item| item.code == Some(Code::Interrupted)));
    world.verified().await;
    let (_, count) = world.service.batch_retry(&world.actor, &world.batch, Rework::Untried).await.unwrap();
    assert_eq!(count, batch.tally.failed_count);
    let engine = Engine::new(world.service.clone(), EngineOptions::default());
    let batch = engine.run(&world.actor, &world.batch, |_| ()).await.unwrap();
    assert_eq!((batch.state, batch.tally.success_count), (BatchState::Completed, ITEMS));
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_runner_that_lost_its_lease_writes_nothing_more() {
    let world = world().await;
    let id = world.service.batch(&world.batch).await.unwrap().id;
    let take_over = async {
        // What a take-over does: the old node is given up for dead, and the lease has the next epoch.
        let mut tx = world.service.store().write().await.unwrap();
        let now = tx.clock().await.unwrap();
        store::node::leave(&mut tx, world.service.store().node()).await.unwrap();
        let name = "another".to_owned();
        let node = Node { name, stripe: 0, is_worker: true, expires_at: now + 3_600_000_000 };
        store::node::join(&mut tx, &node, now).await.unwrap();
        let seen = store::lease::get_alone(&mut tx, id).await.unwrap().unwrap().epoch;
        assert_eq!(store::lease::take(&mut tx, id, "another", seen).await.unwrap(), Some(seen + 1));
        tx.commit().await.unwrap();
    };
    let fenced = world.run_while(take_over).await;
    assert_eq!(fenced.unwrap_err().code(), Some(Code::Fenced));
    let batch = world.service.batch(&world.batch).await.unwrap();
    assert_eq!((batch.state, batch.tally.success_count), (BatchState::Processing, 10));
    world.verified().await;
    let engine = Engine::new(world.service.clone(), EngineOptions::default());
    let refused = engine.run(&world.actor, &world.batch, |_| ()).await;
    assert_eq!(refused.unwrap_err().code(), Some(Code::BatchRunning));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_item_that_is_skipped_under_the_runner_is_not_paid() {
    let world = world().await;
    // Line 13 is in the second slice, which the runner has read before the first was written.
    let item = world.service.batch_item_of_line(&world.batch, 13).await.unwrap();
    let skip = async {
        drop(world.service.batch_skip_item(&world.actor, &world.batch, item, "left").await.unwrap());
    };
    let batch = world.run_while(skip).await.unwrap();
    assert_eq!(batch.state, BatchState::Completed);
    assert_eq!((batch.tally.success_count, batch.tally.skipped_count), (ITEMS - 1, 1));
    world.verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_resumed_while_its_run_is_on_its_way_out_is_not_closed() {
    let world = world().await;
    let id = world.service.batch(&world.batch).await.unwrap().id;
    let epoch = world.service.lease_take(id).await.unwrap();
    world.service.batch_pause(&world.actor, &world.batch).await.unwrap();
    let (_, count) = world.service.batch_resume(&world.actor, &world.batch).await.unwrap();
    assert_eq!(count, ITEMS);
    // The run has heard of the pause and not of what came after it.
    let left = world.service.run_finish(&world.actor, id, epoch, None).await.unwrap();
    assert_eq!(left.state, BatchState::Processing);
    assert_eq!(world.service.batch_waiting().await.unwrap(), [id]);
    let engine = Engine::new(world.service.clone(), EngineOptions::default());
    let ended = engine.run(&world.actor, &world.batch, |_| ()).await.unwrap();
    assert_eq!((ended.state, ended.tally.success_count), (BatchState::Completed, ITEMS));
    assert!(world.service.verify().await.unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn resume_of_a_live_run_changes_nothing_and_after_an_interruption_takes_what_was_interrupted() {
    let world = world().await;
    let id = world.service.batch(&world.batch).await.unwrap().id;
    let epoch = world.service.lease_take(id).await.unwrap();
    let (live, count) = world.service.batch_resume(&world.actor, &world.batch).await.unwrap();
    assert_eq!((live.state, count), (BatchState::Processing, 0));
    world.service.lease_release(id, epoch).await.unwrap();
    let (_, count) = world.service.batch_resume(&world.actor, &world.batch).await.unwrap();
    assert_eq!(count, ITEMS);
    let reach = domain::access::Reach::All;
    let ended = world.service.batch_cancel(&world.actor, reach, &world.batch, "").await.unwrap();
    assert_eq!((ended.state, ended.tally.failed_count), (BatchState::Failed, ITEMS));
    let (again, count) = world.service.batch_resume(&world.actor, &world.batch).await.unwrap();
    assert_eq!((again.state, count, again.tally.pending_count()), (BatchState::Processing, ITEMS, ITEMS));
}
