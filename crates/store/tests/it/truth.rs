//! The mark of a ledger on a server, and the seal between two writers.

use crate::world::{World, run, server, world};
use std::path::Path;
use store::mark::{self, Behind, Mark, ServerKeeper};
use store::{Schema, Store, StoreError, head, setting};

async fn commit(store: &Store, name: &str) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    setting::set(&mut tx, name, "1").await?;
    run(
        &mut tx,
        "INSERT INTO audit (at, actor, origin, action, subject, result, detail)
         VALUES (CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT), 'a', 'b', 'c', 'd', 'ok', '{}')",
    )
    .await?;
    head::advance(&mut tx).await?;
    tx.commit().await
}

async fn marked(world: &World, folder: &Path) {
    let keeper = ServerKeeper::start(&world.store, folder).await.unwrap();
    commit(&world.store, "kept").await.unwrap();
    keeper.close().await.unwrap();
}

/// Simulates a standby that lacks the last commit.
async fn go_back(world: &World) {
    world.write(&["UPDATE ledger_head SET commit_number = commit_number - 1"]).await.unwrap();
}

#[tokio::test]
async fn a_server_that_lacks_what_a_node_knows_is_behind_until_the_loss_is_accepted() {
    let Some(world) = server().await else { return };
    let folder = tempfile::tempdir().unwrap();
    marked(&world, folder.path()).await;
    marked(&world, folder.path()).await;
    assert_eq!(ServerKeeper::compare(&world.store, folder.path()).await.unwrap(), None);
    go_back(&world).await;
    let behind = Some(Behind::Commits { known: 2, found: 1 });
    assert_eq!(ServerKeeper::compare(&world.store, folder.path()).await.unwrap(), behind);
    let refused = ServerKeeper::start(&world.store, folder.path()).await;
    assert!(matches!(refused, Err(StoreError::Behind(_))), "{refused:?}");
    // Another node has continued: the number is reached again, by another commit.
    let other = Store::at(&world.place.text, Schema::Expect).await.unwrap();
    commit(&other, "x").await.unwrap();
    world.write(&["ALTER TABLE audit DISABLE TRIGGER USER", "UPDATE audit SET at = at + 1"]).await.unwrap();
    let differs = Some(Behind::Differs { known: 2 });
    assert_eq!(ServerKeeper::compare(&world.store, folder.path()).await.unwrap(), differs);
    ServerKeeper::renew(&world.store, folder.path()).await.unwrap();
    marked(&world, folder.path()).await;
}

#[tokio::test]
async fn a_server_rolled_back_under_a_running_node_accepts_no_commit_from_it() {
    let Some(world) = server().await else { return };
    let folder = tempfile::tempdir().unwrap();
    marked(&world, folder.path()).await;
    let keeper = ServerKeeper::start(&world.store, folder.path()).await.unwrap();
    go_back(&world).await;
    for _ in 0..3 {
        let refused = commit(&world.store, "late").await;
        assert!(matches!(refused, Err(StoreError::Behind(_))), "{refused:?}");
    }
    assert!(world.numbers("SELECT 1 FROM setting WHERE name = 'late'").await.is_empty());
    // Accepted on this machine: the process resumes on its own.
    ServerKeeper::renew(&world.store, folder.path()).await.unwrap();
    let begun = std::time::Instant::now();
    while commit(&world.store, "late").await.is_err() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "it did not resume");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    keeper.close().await.unwrap();
}

#[tokio::test]
async fn after_a_loss_every_counter_is_far_above_what_the_mark_knew() {
    let world = world().await;
    let count = async |value: i64| {
        let set = format!("UPDATE counter SET value = {value} WHERE name NOT LIKE 'batch_%'");
        let day = format!("UPDATE counter SET value = {value} WHERE name = 'batch_day_number'");
        world.write(&[&set, &day, &format!("UPDATE ledger_head SET commit_number = {value}")]).await.unwrap();
    };
    count(5_000).await;
    let known = mark::state(&mut world.store.read().await.unwrap(), None).await.unwrap().mark(false);
    let others = Mark { ledger: "another".to_owned(), ..known.clone() };
    for (mark, highest) in [(Some(&known), 5_000), (Some(&others), 7), (None, 7)] {
        count(7).await;
        let mut tx = world.store.write().await.unwrap();
        let leap = mark::leap(&mut tx, mark).await.unwrap();
        tx.commit().await.unwrap();
        let above = highest + mark::LEAP;
        assert_eq!((leap.commit_number, leap.numbers_above), (7, above));
        let counters = "SELECT value FROM counter WHERE name NOT LIKE 'batch_%' ORDER BY name";
        assert_eq!(world.numbers(counters).await, vec![above; 5]);
        assert_eq!(world.numbers("SELECT commit_number FROM ledger_head").await, [above]);
        // Accepting twice on one day does not reissue numbers.
        let day = "SELECT value FROM counter WHERE name = 'batch_day_number'";
        assert_eq!(world.numbers(day).await, [7 + mark::LEAP_OF_DAY]);
    }
}

#[tokio::test]
async fn a_write_that_began_before_the_seal_cannot_commit_after_it() {
    let Some(world) = server().await else { return };
    let mut late = world.store.write().await.unwrap();
    setting::set(&mut late, "late", "1").await.unwrap();
    let mut sealing = world.store.write().await.unwrap();
    setting::set(&mut sealing, setting::MOVED_TO, "elsewhere").await.unwrap();
    head::seal(&mut sealing).await.unwrap();
    head::advance(&mut sealing).await.unwrap();
    let waits = tokio::spawn(async move { head::advance(&mut late).await });
    sealing.commit().await.unwrap();
    let refused = waits.await.unwrap();
    assert!(matches!(&refused, Err(StoreError::Moved(place)) if place == "elsewhere"), "{refused:?}");
}
