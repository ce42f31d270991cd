//! A draft that stays open while other batches draw thousands of ids, followed from its first row to its last
//! posting.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use domain::batch::{BatchMode, BatchState, BatchType};
use domain::principal::Principal;
use domain::script::Digits;
use engine::{Engine, EngineOptions};
use ledger::{Clock, Door, DoorOptions};
use service::account_import::AccountImport;
use service::batch::create::CreateBatch;
use service::batch::import::BatchImport;
use service::batch::rows::{Amounts, NewRow};
use service::batch::submit::Submission;
use service::batch::{self, BatchRequest};
use service::payee::{Field, Given};
use service::transfer::{self, TransferRequest};
use service::{Service, account};
use std::io::Cursor;
use std::sync::Arc;
use store::audit::Actor;
use store::{Schema, Store};
use testkit::place;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1_767_198_600_000_000
    }
}

/// Enough ids between two edits that the draft's items fall into separate id ranges.
const OTHERS: usize = 2_500;

fn actor() -> Actor {
    Actor::new(Principal::CommandLine, "tester", "test")
}

fn given(number: &str) -> Given {
    Given::account(None, Field::Account, number.to_owned(), Digits::Refuse)
}

fn row(number: &str) -> NewRow {
    NewRow { given: vec![given(number)], amount: Some("1.00".to_owned()), ..NewRow::default() }
}

struct World {
    store: Store,
    engine: Engine,
    service: Service,
    _place: testkit::Place,
}

async fn world() -> World {
    let place = place();
    let store = Store::at(&place.text, Schema::Migrate).await.unwrap();
    let door = Door::open(store.clone(), Arc::new(Still), DoorOptions { chunk_items: 1_000 });
    let service = Service::new(store.clone(), door.clone(), Arc::new(Still));
    let engine = Engine::new(store.clone(), door, service.clone(), EngineOptions::default());
    let mut accounts = "number,holder,uid,currency\nPAY,Employer,E,USD\n".to_owned();
    (0..OTHERS).for_each(|k| accounts += &format!("A{k},Payee {k},U{k},USD\n"));
    account::import(&service, &actor(), Cursor::new(accounts), AccountImport::default()).await.unwrap();
    let rich = TransferRequest {
        to: Some("PAY".into()),
        amount: "9000.00".to_owned().into(),
        ..TransferRequest::default()
    };
    assert_eq!(transfer::create(&service, &actor(), &rich).await.unwrap().outcome.code, None);
    World { store, engine, service, _place: place }
}

fn new_draft(rows: Vec<NewRow>) -> CreateBatch {
    CreateBatch {
        submission: Submission::default(),
        name: "left open".to_owned(),
        kind: BatchType::OneToMany,
        mode: BatchMode::Continue,
        source: Some(given("PAY")),
        target: None,
        currency: None,
        amounts: Amounts::Custom,
        rows,
        remarks: None,
        convert: false,
        rate_mode: None,
        allow_repeat: false,
        draft: true,
    }
}

async fn other_batch(service: &Service, from: usize) {
    let mut rows = "account,amount,reference\n".to_owned();
    (from..OTHERS).for_each(|k| rows += &format!("A{k},0.01,{from}\n"));
    let import =
        BatchImport { account: Some("PAY".into()), ..BatchImport::new(BatchType::OneToMany, "others") };
    batch::import(service, &actor(), &import, Cursor::new(rows)).await.unwrap();
}

#[tokio::test]
async fn a_draft_that_was_left_open_is_edited_and_paid_like_any_other() {
    let World { store, engine, service, _place } = world().await;
    let made = batch::create(&service, &actor(), &new_draft(vec![row("A0"), row("A1")])).await.unwrap();
    let id = made.batch.batch.id;
    let ask = || BatchRequest::of(id.into());
    let mut added = Vec::new();
    for (from, number) in [(0, "A2"), (1, "A3"), (2, "A4")] {
        other_batch(&service, from).await;
        let rows = [row(number)];
        added.extend(
            batch::add_items(&service, &actor(), &ask(), &Amounts::Custom, &rows).await.unwrap().items,
        );
    }
    batch::delete_item(&service, &actor(), &ask(), added[1]).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let runs = store::item_extent::within(&mut tx, id, (0, i64::MAX)).await.unwrap();
    assert_eq!(runs.len(), 4, "{runs:?}");
    drop(tx);
    batch::submit(&service, &actor(), id, &Submission::default()).await.unwrap();
    batch::execute(&service, &actor(), id.into()).await.unwrap();
    let ended = engine.run(id, |_| ()).await.unwrap();
    assert_eq!((ended.state, ended.tally.success_count), (BatchState::Completed, 4));
    for (account, expected) in [("A0", 100), ("A1", 100), ("A2", 100), ("A3", 0), ("A4", 100), ("A5", 0)] {
        assert_eq!(account::show(&service, &account.into()).await.unwrap().0.balance, expected, "{account}");
    }
    assert_eq!(upkeep::verify::run(&store).await.unwrap().violations(), []);
}

#[tokio::test]
async fn verify_reports_a_draft_whose_id_ranges_miss_an_item() {
    let world = world().await;
    let (store, service) = (&world.store, &world.service);
    let made = batch::create(service, &actor(), &new_draft(vec![row("A0"), row("A1")])).await.unwrap();
    assert_eq!(upkeep::verify::run(store).await.unwrap().violations(), []);
    let mut tx = store.write().await.unwrap();
    let text = "UPDATE item_extent SET last_number = first_number".to_owned();
    tx.fetch_text(text, vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let found = upkeep::verify::run(store).await.unwrap().violations();
    let named: Vec<_> = found.iter().map(|one| (one.invariant, one.first_key.clone())).collect();
    let draft = &made.batch.batch;
    let items = format!("batch {}: items {} to {}", draft.id, draft.first_number, draft.last_number);
    assert_eq!(named, [("item_in_run", format!("batch {}", draft.id)), ("item_page", items)]);
}
