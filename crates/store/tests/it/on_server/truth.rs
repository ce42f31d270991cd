//! The mark of a ledger on a server, and the seal between two writers.

use crate::truth::{commit, marked};
use crate::world::{World, run, server, tester};
use store::audit::{Actor, Audit};
use store::mark::{Behind, ServerKeeper};
use store::{Schema, Store, StoreError, head, setting};

/// Simulates a standby that lacks the last commit.
async fn go_back(world: &World) {
    world
        .write(&[
            "ALTER TABLE commit_link DISABLE TRIGGER USER",
            "ALTER TABLE image DISABLE TRIGGER USER",
            "ALTER TABLE audit DISABLE TRIGGER USER",
            "DELETE FROM commit_link WHERE commit_number = (SELECT commit_number FROM ledger_head)",
            "DELETE FROM image WHERE commit_number = (SELECT commit_number FROM ledger_head)",
            "DELETE FROM audit WHERE id > (SELECT COALESCE(MAX(last_audit), 0) FROM commit_link)",
            "UPDATE ledger_head SET commit_number = commit_number - 1, chain =
               COALESCE((SELECT chain FROM commit_link ORDER BY commit_number DESC LIMIT 1), ledger_id)",
            "ALTER TABLE commit_link ENABLE TRIGGER USER",
            "ALTER TABLE image ENABLE TRIGGER USER",
            "ALTER TABLE audit ENABLE TRIGGER USER",
        ])
        .await
        .unwrap();
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

fn audit() -> Audit {
    Audit {
        actor: Actor { author: tester(), origin: "test".to_owned() },
        action: "transfer.create",
        subject: "transfer",
        subject_id: None,
        result: "ok",
        detail: "{}".to_owned(),
        digest: None,
    }
}

/// Another node went on from where the ledger was cut, so the numbers are there again.
#[tokio::test]
async fn a_commit_of_this_process_that_another_one_replaced_is_lost_though_no_mark_has_it() {
    let world = server().await;
    let folder = tempfile::tempdir().unwrap();
    marked(&world, folder.path()).await;
    let keeper = ServerKeeper::start(&world.store, folder.path()).await.unwrap();
    // While the table is locked the mark cannot be kept up to date.
    let other = Store::at(&world.place.text, Schema::Expect).await.unwrap();
    let mut lock = other.write().await.unwrap();
    run(&mut lock, "LOCK TABLE batch IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let mut tx = world.store.write().await.unwrap();
    let mut script = store::Script::new();
    let advanced = head::advance_later(&mut script, vec![audit()], 1_234_567);
    let advanced = tx.run(script).await.unwrap().take(advanced).unwrap();
    advanced.allowed(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    run(&mut lock, "ALTER TABLE audit DISABLE TRIGGER USER").await.unwrap();
    run(&mut lock, "UPDATE audit SET at = at + 1 WHERE at = 1234567").await.unwrap();
    lock.commit().await.unwrap();
    let begun = std::time::Instant::now();
    loop {
        match world.store.write().await {
            Err(StoreError::Behind(Behind::Differs { known: 2 } | Behind::Unaccepted)) => break,
            refused => assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{refused:?}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let noted = ServerKeeper::compare(&world.store, folder.path()).await.unwrap();
    assert_eq!(noted, Some(Behind::Unaccepted));
    ServerKeeper::renew(&world.store, folder.path()).await.unwrap();
    while commit(&world.store, "late").await.is_err() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(60), "it did not resume");
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
