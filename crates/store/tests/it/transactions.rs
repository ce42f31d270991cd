//! Transactions: all or nothing, each reading one snapshot, and none left open by a caller that disappears.

use crate::world::{World, run, world};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use store::{Store, StoreError};
use testkit::place::Engine;
use tokio::time::timeout;

async fn set(world: &World, name: &str, value: &str) {
    let mut tx = world.store.write().await.unwrap();
    store::setting::set(&mut tx, name, value).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    let world = world().await;
    let mut tx = world.store.write().await.unwrap();
    store::setting::set(&mut tx, "time_zone", "UTC").await.unwrap();
    drop(tx);
    assert_eq!(world.count("setting").await, 0);
    set(&world, "time_zone", "UTC").await;
    assert_eq!(world.count("setting").await, 1);
}

#[tokio::test]
async fn a_transaction_with_a_failed_statement_does_not_commit() {
    let world = world().await.with_sample().await;
    for wrong in [
        "INSERT INTO sample (id) VALUES (1)",
        "INSERT INTO sample (id, number) VALUES (2, 13)",
        "INSERT INTO none VALUES (1)",
        "UPDATE sample SET",
    ] {
        let mut tx = world.store.write().await.unwrap();
        run(&mut tx, "INSERT INTO sample (id) VALUES (1)").await.unwrap();
        run(&mut tx, wrong).await.unwrap_err();
        // Nothing more runs in it: some engines could not continue, so none does.
        let after = run(&mut tx, "INSERT INTO sample (id) VALUES (3)").await;
        assert!(matches!(after, Err(StoreError::Unavailable(_))), "{wrong}: {after:?}");
        let committed = tx.commit().await;
        assert!(matches!(committed, Err(StoreError::Unavailable(_))), "{wrong}: {committed:?}");
        assert_eq!(world.count("sample").await, 0, "{wrong}");
    }
}

#[tokio::test]
async fn a_refused_write_says_why() {
    let world = world().await.with_sample().await;
    world.write(&["INSERT INTO sample (id, tag) VALUES (1, 'a')"]).await.unwrap();
    let refused = async |text: &str| world.write(&[text]).await.unwrap_err();
    // The engines' messages differ, but each contains the table's or constraint's name.
    for (text, word) in [
        ("INSERT INTO sample (id) VALUES (1)", "sample"),
        ("INSERT INTO sample (id, tag) VALUES (2, 'a')", "tag"),
        ("UPDATE sample SET id = 1 WHERE id = 2", ""),
    ] {
        if word.is_empty() {
            world.write(&["INSERT INTO sample (id) VALUES (2)"]).await.unwrap();
        }
        match refused(text).await {
            StoreError::Duplicate(said) => assert!(said.contains(word), "{said}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in [
        "INSERT INTO sample (id, number) VALUES (3, 13)",
        "INSERT INTO setting (name) VALUES ('without a value')",
        "INSERT INTO sample (id, parent) VALUES (3, 99)",
        "INSERT INTO ledger_head (id, commit_number, policy_version) VALUES (2, 0, 0)",
        "INSERT INTO asset (id, code, scale, created_at) VALUES (1, 'X', 9, 0)",
    ] {
        let error = refused(text).await;
        assert!(matches!(error, StoreError::Constraint(_)), "{text}: {error:?}");
    }
    assert_eq!(world.count("sample").await, 2);
}

#[tokio::test]
async fn a_reader_sees_one_snapshot_from_its_first_statement() {
    let world = world().await;
    let mut reader = world.store.read().await.unwrap();
    assert_eq!(store::setting::get(&mut reader, "a").await.unwrap(), None);
    if world.place.engine == Engine::Memory {
        // One connection: a writer waits until the reader has finished.
        assert!(timeout(Duration::from_millis(50), world.store.write()).await.is_err());
    } else {
        set(&world, "a", "1").await;
        assert_eq!(store::setting::get(&mut reader, "a").await.unwrap(), None);
        // And it counts what it saw, even over a whole table.
        assert_eq!(
            crate::world::all(&mut reader, "SELECT COUNT(*) FROM setting", |row| row.i64(0)).await,
            [0]
        );
    }
    drop(reader);
    set(&world, "a", "2").await;
    let mut reader = world.store.read().await.unwrap();
    assert_eq!(store::setting::get(&mut reader, "a").await.unwrap().as_deref(), Some("2"));
}

#[tokio::test]
async fn a_reader_does_not_write() {
    let world = world().await;
    if world.place.engine != Engine::Memory {
        let mut reader = world.store.read().await.unwrap();
        assert!(store::setting::set(&mut reader, "a", "1").await.is_err());
    }
    if world.place.engine == Engine::File {
        let beside = Store::open_reader(std::path::Path::new(&world.place.text)).await.unwrap();
        assert!(matches!(beside.write().await, Err(StoreError::Busy(_))));
    }
    assert_eq!(world.count("setting").await, 0);
}

#[tokio::test]
async fn more_transactions_than_connections_take_turns() {
    let world = world().await;
    let tasks: Vec<_> = (0..50)
        .map(|place| {
            let store = world.store.clone();
            tokio::spawn(async move {
                let mut tx = if place % 2 == 0 { store.read().await } else { store.write().await }.unwrap();
                let version = store::head::policy_version(&mut tx).await.unwrap();
                if place % 2 == 1 {
                    store::head::raise_policy_version(&mut tx).await.unwrap();
                    tx.commit().await.unwrap();
                }
                version
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap() >= 1);
    }
    // No change was lost.
    assert_eq!(world.numbers("SELECT policy_version FROM ledger_head").await, [26]);
}

#[tokio::test]
async fn a_caller_that_disappears_midway_leaves_no_transaction() {
    let world = world().await.with_sample().await;
    // After every number of steps that a call can have taken.
    for steps in 0..40 {
        let mut call = Box::pin(async {
            let mut tx = world.store.write().await.unwrap();
            run(&mut tx, "INSERT INTO sample (id) VALUES (1)").await.unwrap();
            let ids: Vec<i64> = (2..200).collect();
            tx.insert(&IDS, vec![store::value::Column::I64(ids)]).await.unwrap();
            run(&mut tx, "SELECT COUNT(*) FROM sample").await.unwrap();
            drop(tx);
        });
        for _ in 0..steps {
            let done = pin!(&mut call).poll(&mut Context::from_waker(Waker::noop()));
            if matches!(done, Poll::Ready(())) {
                break;
            }
            tokio::time::sleep(Duration::from_micros(300)).await;
        }
        drop(call);
        let seen = timeout(Duration::from_secs(20), world.count("sample")).await;
        assert_eq!(seen.unwrap(), 0, "after {steps} steps");
        let mut tx = timeout(Duration::from_secs(20), world.store.write()).await.unwrap().unwrap();
        run(&mut tx, "INSERT INTO sample (id) VALUES (1)").await.unwrap();
    }
    if world.place.engine == Engine::Server {
        crate::world::assert_idle(&world).await;
    }
}

static IDS: store::bulk::Insert = store::bulk::Insert { table: "sample", columns: &["id"] };

#[tokio::test]
async fn a_wake_up_is_received() {
    let world = world().await;
    let mut wakes = world.store.clone().wakes();
    wakes.mark_unchanged();
    world.store.wake();
    timeout(Duration::from_secs(10), wakes.changed()).await.unwrap().unwrap();
}
