//! The mark of a ledger on a server, and the seal between two writers.

use crate::truth::{commit, marked};
use crate::world::{World, server};
use store::mark::{Behind, ServerKeeper};
use store::{Schema, Store, StoreError, head, setting};

/// Simulates a standby that lacks the last commit.
async fn go_back(world: &World) {
    world.write(&["UPDATE ledger_head SET commit_number = commit_number - 1"]).await.unwrap();
}

#[tokio::test]
async fn a_server_that_lacks_what_a_node_knows_is_behind_until_the_loss_is_accepted() {
    let world = server().await;
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
    let world = server().await;
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
async fn a_write_that_began_before_the_seal_cannot_commit_after_it() {
    let world = server().await;
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
