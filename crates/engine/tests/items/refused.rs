//! An item that the database refuses fails alone, with the reason in the log, and the others are paid.

use crate::world::{ITEMS, World, world};
use domain::batch::{BatchMode, BatchState};
use domain::code::Code;
use domain::item::ItemState;
use service::batch::list::OffsetPage;
use service::{Error, batch};
use store::StoreError;
use store::batch::Batch;

impl World {
    /// Makes the database refuse a statement that meets a condition.
    async fn refuse(&self, statement: &str, condition: &str) {
        let table = statement.rsplit(' ').next().unwrap();
        let before = format!("CREATE TRIGGER refused_{table} BEFORE {statement}");
        if self.place.engine == testkit::place::Engine::Server {
            let body = "BEGIN RAISE EXCEPTION 'refused by the test'; END";
            let function = "CREATE OR REPLACE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS";
            self.sql(&[&format!("{function} $$ {body} $$")]).await;
            self.sql(&[&format!("{before} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refused()")])
                .await;
        } else {
            let body = "BEGIN SELECT RAISE(ABORT, 'refused by the test'); END";
            self.sql(&[&format!("{before} WHEN {condition} {body}")]).await;
        }
    }

    /// The states and codes of a batch's items.
    async fn items(&self, batch: &Batch) -> Vec<(i64, ItemState, Option<Code>)> {
        let page = OffsetPage { limit: 1_000, offset: 0 };
        let list = batch::item_list(&self.service, batch.id.into(), &[], None, page).await.unwrap();
        list.items.iter().map(|one| (one.item.number.0, one.item.state, one.item.code)).collect()
    }
}

/// Runs a batch whose `bad` items the database refuses, and checks the states of the batch and of all items.
async fn check(mode: BatchMode, on: &str, bad: &[i64], ends: BatchState, others: impl Fn(i64) -> ItemState) {
    let world = world().await;
    let batch = world.batch(mode).await;
    let numbers: Vec<i64> = bad.iter().map(|place| batch.first_number + place).collect();
    let is_bad = |number: &i64| match on {
        "INSERT ON transfer" => format!("NEW.number = {number}"),
        _ => format!("{number} BETWEEN NEW.first_number AND NEW.last_number"),
    };
    world.refuse(on, &numbers.iter().map(is_bad).collect::<Vec<_>>().join(" OR ")).await;
    let ended = world.engine.run(batch.id, |_| ()).await.unwrap();
    assert_eq!(ended.state, ends, "{mode:?} {on}");
    for (place, (number, state, code)) in (0..).zip(world.items(&batch).await) {
        if numbers.first() == Some(&number) || (numbers.contains(&number) && mode == BatchMode::Continue) {
            assert_eq!((state, code), (ItemState::Failed, Some(Code::ServerFault)), "{mode:?} {on} {place}");
        } else {
            assert_eq!(state, others(place), "{mode:?} {on} {place}: {code:?}");
        }
    }
    assert_eq!(upkeep::verify::run(&world.store).await.unwrap().violations(), [], "{mode:?} {on}");
}

#[tokio::test]
async fn an_item_refused_by_the_database_fails_alone_and_the_others_are_paid() {
    for on in ["INSERT ON transfer", "INSERT ON item_run"] {
        for bad in [vec![0], vec![11], vec![ITEMS - 1], vec![3, 4, 20]] {
            let ends = BatchState::PartiallyCompleted;
            check(BatchMode::Continue, on, &bad, ends, |_| ItemState::Completed).await;
        }
    }
}

#[tokio::test]
async fn a_stop_on_failure_batch_stops_at_a_refused_item() {
    let others = |place| if place < 11 { ItemState::Completed } else { ItemState::Failed };
    let on = "INSERT ON item_run";
    check(BatchMode::StopOnFailure, on, &[11], BatchState::PartiallyCompleted, others).await;
}

#[tokio::test]
async fn an_atomic_batch_with_a_refused_item_pays_nobody() {
    for on in ["INSERT ON transfer", "INSERT ON item_run"] {
        for bad in [vec![0], vec![11], vec![ITEMS - 1], vec![11, 30]] {
            check(BatchMode::Atomic, on, &bad, BatchState::Failed, |_| ItemState::Failed).await;
        }
    }
}

#[tokio::test]
async fn an_item_that_cannot_even_be_failed_ends_the_run_with_the_databases_error() {
    for mode in [BatchMode::Continue, BatchMode::Atomic] {
        let world = world().await;
        let batch = world.batch(mode).await;
        let is_bad = format!("NEW.number = {}", batch.first_number + 11);
        world.refuse("INSERT ON transfer", &is_bad).await;
        world.refuse("UPDATE OF state ON item", &is_bad).await;
        let ended = world.engine.run(batch.id, |_| ()).await;
        let Err(Error::Store(StoreError::Constraint(text))) = ended else { panic!("{mode:?}: {ended:?}") };
        assert!(text.contains("refused by the test"), "{mode:?}: {text}");
        let paid = world.items(&batch).await.iter().filter(|item| item.1 == ItemState::Completed).count();
        // The items before it, and those of slices that were at the door behind it.
        let expected = if mode == BatchMode::Atomic { 0..=0 } else { 11..=ITEMS.unsigned_abs() as usize - 1 };
        assert!(expected.contains(&paid), "{mode:?}: {paid}");
        assert_eq!(upkeep::verify::run(&world.store).await.unwrap().violations(), [], "{mode:?}");
    }
}
