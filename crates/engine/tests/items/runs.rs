//! What chunks completed is recorded as runs of numbers: items are listed in the states that follow from them,
//! and whatever else changes items raises their batch's edition.

use crate::world::{ITEMS, World, actor, world};
use domain::account::AccountStatus;
use domain::batch::{BatchMode, BatchState};
use domain::item::ItemState;
use service::account;
use service::batch::rework::Rework;
use service::batch::{self, BatchRequest};
use store::batch::Batch;
use store::item::ItemFilter;

impl World {
    async fn set_status(&self, payees: &[i64], status: AccountStatus) {
        for payee in payees {
            let number = format!("A{payee}");
            let account = number.as_str().into();
            account::set_status(&self.service, &actor(), &account, status, "test").await.unwrap();
        }
    }

    /// The batch's runs, as places of its items.
    async fn runs(&self, batch: &Batch) -> Vec<(i64, i64)> {
        let mut tx = self.store.read().await.unwrap();
        let runs = store::item_run::first_within(&mut tx, batch.id, batch.range(), i64::MAX).await.unwrap();
        runs.into_iter()
            .map(|(first, last)| (first - batch.first_number, last - batch.first_number))
            .collect()
    }

    /// The places of the items in a state, from the list, after comparing it with the count.
    async fn places(&self, batch: &Batch, state: ItemState) -> Vec<i64> {
        let mut tx = self.store.read().await.unwrap();
        let (after, last) = (i64::MIN, i64::MAX);
        let filter = ItemFilter { batch: batch.id, after, last, states: vec![state], codes: vec![] };
        let items = store::item::list(&mut tx, &filter, 1_000, 0).await.unwrap();
        assert!(items.iter().all(|item| item.state == state), "{items:?}");
        let count = store::item::count(&mut tx, &filter).await.unwrap();
        let tally = store::batch::get(&mut tx, batch.id).await.unwrap().unwrap().tally;
        assert_eq!((count, tally.count_in(state)), (i64::try_from(items.len()).unwrap(), count), "{state:?}");
        items.iter().map(|item| item.number.0 - batch.first_number).collect()
    }

    async fn edition(&self, batch: &Batch) -> i64 {
        store::batch::edition(&mut self.store.read().await.unwrap(), batch.id).await.unwrap()
    }

    /// The names of violated invariants.
    async fn violations(&self) -> Vec<&'static str> {
        let found = upkeep::verify::run(&self.store).await.unwrap();
        found.violations().iter().map(|one| one.invariant).collect()
    }
}

fn all_but(missing: &[i64]) -> Vec<i64> {
    (0..ITEMS).filter(|place| !missing.contains(place)).collect()
}

#[tokio::test]
async fn failures_divide_the_runs_of_a_slice_and_a_retry_fills_the_gaps() {
    let world = world().await;
    let batch = world.batch(BatchMode::Continue).await;
    let bad = [0, 5, 6, 20, 36];
    world.set_status(&bad, AccountStatus::Frozen).await;
    let ended = world.engine.run(batch.id, |_| ()).await.unwrap();
    assert_eq!(ended.state, BatchState::PartiallyCompleted);
    assert_eq!(world.runs(&batch).await, [(1, 4), (7, 15), (16, 19), (21, 31), (32, 35)]);
    assert_eq!(world.places(&batch, ItemState::Failed).await, bad);
    assert_eq!(world.places(&batch, ItemState::Completed).await, all_but(&bad));
    assert_eq!(world.places(&batch, ItemState::Pending).await, [0; 0]);
    assert_eq!(world.violations().await, [""; 0]);
    // A part of them is retried, and one is skipped.
    world.set_status(&[5, 20], AccountStatus::Active).await;
    batch::skip_item(&world.service, &actor(), batch.id.into(), batch.first_number + 36, "").await.unwrap();
    batch::retry(&world.service, &actor(), batch.id.into(), Rework::AllFailed).await.unwrap();
    assert_eq!(world.places(&batch, ItemState::Pending).await, [0, 5, 6, 20]);
    assert_eq!(world.places(&batch, ItemState::Completed).await, all_but(&bad));
    world.engine.run(batch.id, |_| ()).await.unwrap();
    assert_eq!(world.runs(&batch).await, [(1, 4), (5, 5), (7, 15), (16, 19), (20, 20), (21, 31), (32, 35)]);
    assert_eq!(world.places(&batch, ItemState::Failed).await, [0, 6]);
    assert_eq!(world.places(&batch, ItemState::Skipped).await, [36]);
    assert_eq!(world.places(&batch, ItemState::Completed).await, all_but(&[0, 6, 36]));
    assert_eq!(world.violations().await, [""; 0]);
}

#[tokio::test]
async fn the_rows_of_completed_items_are_not_touched() {
    let world = world().await;
    let batch = world.batch(BatchMode::Atomic).await;
    let ended = world.engine.run(batch.id, |_| ()).await.unwrap();
    assert_eq!((ended.state, world.edition(&batch).await), (BatchState::Completed, 0));
    assert_eq!(world.runs(&batch).await, [(0, 36)]);
    let mut tx = world.store.read().await.unwrap();
    let text = "SELECT COUNT(*) FROM item WHERE state = 2".to_owned();
    assert_eq!(tx.fetch_text(text, vec![]).await.unwrap().first().unwrap().i64(0).unwrap(), ITEMS);
}

#[tokio::test]
async fn an_atomic_batch_that_is_refused_has_no_run() {
    let world = world().await;
    let batch = world.batch(BatchMode::Atomic).await;
    world.set_status(&[30], AccountStatus::Frozen).await;
    assert_eq!(world.engine.run(batch.id, |_| ()).await.unwrap().state, BatchState::Failed);
    assert_eq!(world.runs(&batch).await, []);
    assert_eq!(world.places(&batch, ItemState::Failed).await.len(), 37);
    assert_eq!(world.violations().await, [""; 0]);
}

#[tokio::test]
async fn every_verb_that_changes_items_raises_the_edition_and_no_other_does() {
    let world = world().await;
    let batch = world.batch(BatchMode::StopOnFailure).await;
    let (service, id, actor) = (&world.service, batch.id, actor());
    let item = |place: i64| batch.first_number + place;
    let mut before = 0;
    let mut check = async |what: &str, is_raised: bool| {
        let now = world.edition(&batch).await;
        assert_eq!(now > before, is_raised, "{what}: {before} -> {now}");
        before = now;
        assert_eq!(world.violations().await, [""; 0], "{what}");
    };
    check("execute", false).await;
    batch::pause(service, &actor, BatchRequest::of(id.into())).await.unwrap();
    check("pause", false).await;
    batch::skip_item(service, &actor, id.into(), item(3), "").await.unwrap();
    check("skip a pending item", true).await;
    batch::resume(service, &actor, id.into()).await.unwrap();
    check("resume a paused batch", false).await;
    world.set_status(&[20], AccountStatus::Frozen).await;
    world.engine.run(id, |_| ()).await.unwrap();
    check("a run that stops: its rest fails", true).await;
    batch::retry_item(service, &actor, id.into(), item(20)).await.unwrap();
    check("retry an item", true).await;
    world.engine.run(id, |_| ()).await.unwrap();
    check("a run whose only item fails", false).await;
    batch::resume(service, &actor, id.into()).await.unwrap();
    check("resume what was not tried", true).await;
    let request = BatchRequest::of(id.into());
    batch::cancel(service, &actor, &request, false).await.unwrap();
    check("interrupt", true).await;
    batch::retry(service, &actor, id.into(), Rework::AllFailed).await.unwrap();
    check("retry all", true).await;
    batch::cancel(service, &actor, &request, false).await.unwrap();
    check("interrupt again", true).await;
    batch::skip_failed(service, &actor, id.into(), "").await.unwrap();
    check("skip all", true).await;
    assert_eq!(world.runs(&batch).await, [(0, 2), (4, 16), (17, 19)]);
}

#[tokio::test]
async fn verify_finds_runs_that_were_deleted_added_or_overlap() {
    let (settled, counters, own) = ("item_settled_once", "batch_counters", "run_has_its_items");
    for (what, text, expected) in [
        ("deleted", "DELETE FROM item_run WHERE first_number = FIRST + 16", vec![counters, settled]),
        (
            "shortened",
            "UPDATE item_run SET last_number = FIRST + 3 WHERE first_number = FIRST",
            vec![counters, settled],
        ),
        (
            "added over an item that was not paid",
            "INSERT INTO item_run SELECT FIRST + 36, FIRST + 36, batch, 99 FROM item_run WHERE first_number = FIRST",
            vec![counters, settled, own],
        ),
        (
            "added over one that was",
            // It hides the longer run from the items behind it.
            "INSERT INTO item_run SELECT FIRST + 3, FIRST + 3, batch, chunk FROM item_run WHERE first_number = FIRST",
            vec![counters, settled, own],
        ),
        ("too long", "UPDATE item_run SET last_number = FIRST + 17 WHERE first_number = FIRST", vec![own]),
        ("of another batch", "UPDATE item_run SET batch = 99 WHERE first_number = FIRST", vec![own]),
        ("of another chunk", "UPDATE item_run SET chunk = 99 WHERE first_number = FIRST", vec![own]),
        (
            "beyond the items",
            "INSERT INTO item_run SELECT FIRST + 900, FIRST + 900, batch, 99 FROM item_run WHERE first_number = FIRST",
            vec![own],
        ),
    ] {
        let world = world().await;
        let batch = world.batch(BatchMode::Continue).await;
        world.set_status(&[36], AccountStatus::Frozen).await;
        world.engine.run(batch.id, |_| ()).await.unwrap();
        assert_eq!(world.runs(&batch).await, [(0, 15), (16, 31), (32, 35)]);
        batch::retry(&world.service, &actor(), batch.id.into(), Rework::AllFailed).await.unwrap();
        let unguarded: &[&str] = match world.place.engine {
            testkit::place::Engine::Server => &["ALTER TABLE item_run DISABLE TRIGGER USER"],
            _ => &[
                "DROP TRIGGER run_no_update",
                "DROP TRIGGER run_no_delete",
                "DROP TRIGGER run_settled",
                "DROP TRIGGER run_overlaps",
            ],
        };
        world.sql(unguarded).await;
        world.sql(&[&text.replace("FIRST", &batch.first_number.to_string())]).await;
        let mut found = world.violations().await;
        found.sort_unstable();
        assert_eq!(found, expected, "{what}");
    }
}
