//! Several concurrent writers, which only a server has: which one waits for which, and what happens when a
//! wait times out.

use crate::world::{World, assert_idle, run, server};
use std::time::{Duration, Instant};
use store::bulk::{Insert, Lock, Lookup, Sql};
use store::counter::{self, Counter};
use store::value::Column;
use store::written_chunk::{Span, WrittenChunk};
use store::{Schema, Script, Store, StoreError, Tx, balance_owner};
use testkit::postgres::{execute, query_text};
use tokio::time::timeout;

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(20);

static IDS: Insert = Insert { table: "sample", columns: &["id"] };
static BY_ID: Lookup = Lookup { columns: "number", from: "sample", key: "id", and: "", lock: Lock::Write };
static SHARED: Lookup = Lookup { columns: "number", from: "sample", key: "id", and: "", lock: Lock::Shared };
static EXCLUSIVE: Sql = Sql::exclusive("SELECT number FROM sample WHERE id = $1");
static RAISE: Sql = Sql::new("UPDATE sample SET number = number + $2 WHERE id = $1");

/// Rows 1 to 9, each with the number 100.
async fn rows() -> World {
    let world = server().await.with_sample().await;
    world
        .write(&["INSERT INTO sample (id, number) SELECT n, 100 FROM generate_series(1, 9) n"])
        .await
        .unwrap();
    world
}

async fn lock(tx: &mut Tx, ids: Vec<i64>) -> Result<Vec<i64>, StoreError> {
    let rows = tx.lookup(&BY_ID, Column::I64(ids)).await?;
    rows.iter().map(|row| row.i64(0)).collect()
}

#[tokio::test]
async fn two_writers_of_one_row_take_turns() {
    let world = rows().await;
    let mut first = world.store.write().await.unwrap();
    assert_eq!(lock(&mut first, vec![1, 2]).await.unwrap(), [100, 100]);
    let mut second = world.store.write().await.unwrap();
    let mut waits = Box::pin(lock(&mut second, vec![2, 3]));
    assert!(timeout(SHORT, &mut waits).await.is_err());
    first.execute(&RAISE, vec![2.into(), 5.into()]).await.unwrap();
    first.commit().await.unwrap();
    // It reads what the first one committed.
    assert_eq!(timeout(LONG, waits).await.unwrap().unwrap(), [105, 100]);
    second.execute(&RAISE, vec![2.into(), 5.into()]).await.unwrap();
    second.commit().await.unwrap();
    assert_eq!(world.numbers("SELECT number FROM sample WHERE id = 2").await, [110]);
}

#[tokio::test]
async fn many_writers_lose_nothing() {
    let world = rows().await;
    let tasks: Vec<_> = (0..60)
        .map(|place| {
            let store = world.store.clone();
            tokio::spawn(async move {
                let mut tx = store.write().await.unwrap();
                let ids = vec![1 + place % 3, 4 + place % 2, 9];
                lock(&mut tx, ids.clone()).await.unwrap();
                for id in ids {
                    tx.execute(&RAISE, vec![id.into(), 1.into()]).await.unwrap();
                }
                tx.commit().await.unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let left = world.numbers("SELECT number FROM sample ORDER BY id").await;
    assert_eq!(left, [120, 120, 120, 130, 130, 100, 100, 100, 160]);
}

#[tokio::test]
async fn shared_locks_conflict_only_with_exclusive_ones() {
    let world = rows().await;
    let (mut first, mut second) = (world.store.write().await.unwrap(), world.store.write().await.unwrap());
    first.lookup(&SHARED, Column::I64(vec![1, 2])).await.unwrap();
    timeout(LONG, second.lookup(&SHARED, Column::I64(vec![1, 2]))).await.unwrap().unwrap();
    // A share-locked row may be written, but not locked exclusively.
    assert_eq!(timeout(LONG, lock(&mut second, vec![1])).await.unwrap().unwrap(), [100]);
    let mut alone = world.store.write().await.unwrap();
    let mut waits = Box::pin(alone.fetch(&EXCLUSIVE, vec![2.into()]));
    assert!(timeout(SHORT, &mut waits).await.is_err());
    drop(first);
    assert!(timeout(SHORT, &mut waits).await.is_err());
    second.commit().await.unwrap();
    assert_eq!(timeout(LONG, waits).await.unwrap().unwrap().len(), 1);
}

/// Else a chunk would be decided on balances that the new owner relies on nobody changing.
#[tokio::test]
async fn balances_change_owners_only_between_chunks() {
    let world = server().await;
    let (mut first, mut second) = (world.store.write().await.unwrap(), world.store.write().await.unwrap());
    first.ask(balance_owner::lock_later).await.unwrap();
    timeout(LONG, second.ask(balance_owner::lock_later)).await.unwrap().unwrap();
    let mut claiming = world.store.write().await.unwrap();
    let mut waits = Box::pin(balance_owner::set(&mut claiming, "node-1", 0));
    assert!(timeout(SHORT, &mut waits).await.is_err());
    drop(first);
    assert!(timeout(SHORT, &mut waits).await.is_err());
    second.commit().await.unwrap();
    assert!(timeout(LONG, waits).await.unwrap().unwrap());
    // And a chunk that begins meanwhile waits for the change, and sees it.
    let mut third = world.store.write().await.unwrap();
    let mut asks = Box::pin(third.ask(balance_owner::lock_later));
    assert!(timeout(SHORT, &mut asks).await.is_err());
    claiming.commit().await.unwrap();
    assert_eq!(timeout(LONG, asks).await.unwrap().unwrap().node, "node-1");
}

#[tokio::test]
async fn a_lock_wait_that_times_out_is_busy() {
    let world = rows().await;
    let mut first = world.store.write().await.unwrap();
    lock(&mut first, vec![1]).await.unwrap();
    let mut second = world.store.write().await.unwrap();
    let begun = Instant::now();
    let error = lock(&mut second, vec![1]).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy(_)) && error.is_retryable(), "{error:?}");
    assert!((4..8).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert!(second.commit().await.is_err());
    first.commit().await.unwrap();
}

#[tokio::test]
async fn after_rows_that_could_not_be_sent_every_answer_still_belongs_to_its_statement() {
    let world = rows().await;
    let mut first = world.store.write().await.unwrap();
    run(&mut first, "LOCK TABLE sample").await.unwrap();
    let mut second = world.store.write().await.unwrap();
    // So many that they are sent by COPY, which waits for the table before it gets them.
    let ids: Vec<i64> = (100..300).collect();
    let error = second.insert(&IDS, vec![Column::I64(ids)]).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy(_)), "{error:?}");
    assert!(second.commit().await.is_err());
    drop(first);
    for number in 0..20 {
        let mut tx = world.store.write().await.unwrap();
        let text = format!("SELECT CAST({number} AS BIGINT)");
        assert_eq!(crate::world::all(&mut tx, &text, |row| row.i64(0)).await, [number]);
        tx.commit().await.unwrap();
    }
    assert_eq!(world.count("sample").await, 9);
}

#[tokio::test]
async fn a_deadlock_aborts_one_of_two_transactions() {
    let world = rows().await;
    let mut tasks = Vec::new();
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    for ids in [[1, 2], [2, 1]] {
        let (store, barrier) = (world.store.clone(), barrier.clone());
        tasks.push(tokio::spawn(async move {
            let mut tx = store.write().await.unwrap();
            tx.execute(&RAISE, vec![ids[0].into(), 1.into()]).await.unwrap();
            barrier.wait().await;
            tx.execute(&RAISE, vec![ids[1].into(), 1.into()]).await?;
            tx.commit().await
        }));
    }
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(timeout(LONG, task).await.unwrap().unwrap());
    }
    outcomes.sort_by_key(Result::is_err);
    assert!(outcomes[0].is_ok(), "{outcomes:?}");
    assert!(
        matches!(&outcomes[1], Err(error @ StoreError::Conflict(_)) if error.is_retryable()),
        "{outcomes:?}"
    );
    assert_eq!(world.numbers("SELECT number FROM sample WHERE number <> 100").await, [101, 101]);
}

#[tokio::test]
async fn an_insert_waits_for_a_key_that_another_transaction_is_writing() {
    let world = rows().await;
    for is_kept in [false, true] {
        let key = 50;
        let mut first = world.store.write().await.unwrap();
        assert_eq!(first.insert_new(&IDS, vec![Column::I64(vec![key])]).await.unwrap(), 1);
        let mut second = world.store.write().await.unwrap();
        let mut waits = Box::pin(second.insert_new(&IDS, vec![Column::I64(vec![key, key + 1])]));
        assert!(timeout(SHORT, &mut waits).await.is_err());
        if is_kept {
            first.commit().await.unwrap();
        } else {
            drop(first);
        }
        let inserted = timeout(LONG, waits).await.unwrap().unwrap();
        assert_eq!(inserted, if is_kept { 1 } else { 2 });
    }
}

#[tokio::test]
async fn numbers_are_drawn_without_waiting_and_are_never_reused() {
    let world = server().await;
    let mut first = world.store.write().await.unwrap();
    let mut second = world.store.write().await.unwrap();
    let one = counter::take(&mut first, Counter::Number, 10).await.unwrap();
    let other = timeout(LONG, counter::take(&mut second, Counter::Number, 1)).await.unwrap().unwrap();
    assert_eq!(other, one + 10);
    drop((first, second));
    let mut third = world.store.write().await.unwrap();
    assert_eq!(counter::take(&mut third, Counter::Number, 1).await.unwrap(), one + 11);
}

#[tokio::test]
async fn a_caller_that_disappears_while_waiting_leaves_no_transaction() {
    let world = rows().await;
    let mut first = world.store.write().await.unwrap();
    lock(&mut first, vec![1]).await.unwrap();
    let mut gone = world.store.write().await.unwrap();
    lock(&mut gone, vec![2]).await.unwrap();
    assert!(timeout(SHORT, lock(&mut gone, vec![1])).await.is_err());
    drop(gone);
    // Its locks are released when its wait ends, by timeout at the latest.
    let begun = Instant::now();
    loop {
        let mut next = world.store.write().await.unwrap();
        match lock(&mut next, vec![2]).await {
            Err(StoreError::Busy(_)) if begun.elapsed() < LONG => {}
            taken => break assert_eq!(taken.unwrap(), [100]),
        }
    }
    let asleep = world.store.read().await.unwrap();
    let sleeps = async move {
        let mut asleep = asleep;
        asleep.fetch_text("SELECT 1 FROM pg_sleep(1)".to_owned(), vec![]).await
    };
    assert!(timeout(SHORT, sleeps).await.is_err());
    drop(first);
    assert_idle(&world).await;
}

#[tokio::test]
async fn an_abandoned_call_that_failed_does_not_commit() {
    let world = rows().await;
    let mut tx = world.store.write().await.unwrap();
    run(&mut tx, "INSERT INTO sample (id) VALUES (20)").await.unwrap();
    let wrong = "INSERT INTO sample (id, number) SELECT 21, 13 FROM pg_sleep(0.5)";
    assert!(timeout(SHORT, run(&mut tx, wrong)).await.is_err());
    assert!(tx.commit().await.is_err());
    assert_eq!(world.count("sample").await, 9);
}

#[tokio::test]
async fn a_session_terminated_by_the_server_is_away_and_the_next_one_works() {
    let world = rows().await;
    let mut tx = world.store.write().await.unwrap();
    run(&mut tx, "INSERT INTO sample (id) VALUES (20)").await.unwrap();
    let end = format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE application_name = 'sluice {}' AND state LIKE 'idle in%'",
        world.store.node()
    );
    assert_eq!(query_text(&world.place.text, &end).len(), 1);
    let error = run(&mut tx, "INSERT INTO sample (id) VALUES (21)").await.unwrap_err();
    assert!(matches!(error, StoreError::Away(_)) && error.is_retryable(), "{error:?}");
    assert!(matches!(tx.commit().await, Err(StoreError::Away(_))));
    let mut tx = world.store.write().await.unwrap();
    run(&mut tx, "INSERT INTO sample (id) VALUES (20)").await.unwrap();
    assert_eq!(query_text(&world.place.text, &end).len(), 1);
    // Here the response alone does not show the outcome.
    let error = tx.commit().await.unwrap_err();
    assert!(matches!(error, StoreError::InDoubt(_) | StoreError::Away(_)), "{error:?}");
    assert_eq!(world.count("sample").await, 9);
    world.write(&["INSERT INTO sample (id) VALUES (20)"]).await.unwrap();
}

#[tokio::test]
async fn all_sessions_of_another_node_are_terminated() {
    let world = rows().await;
    let other = Store::at(&world.place.text, Schema::Expect).await.unwrap();
    assert_ne!(other.node(), world.store.node());
    let mut frozen = other.write().await.unwrap();
    lock(&mut frozen, vec![1]).await.unwrap();
    assert!(world.store.end_sessions(other.node()).await.unwrap() >= 1);
    let mut tx = world.store.write().await.unwrap();
    assert_eq!(lock(&mut tx, vec![1]).await.unwrap(), [100]);
    assert!(matches!(lock(&mut frozen, vec![2]).await, Err(StoreError::Away(_))));
    assert_eq!(world.store.end_sessions("nobody").await.unwrap(), 0);
    // The node is not banned: it can open new sessions.
    other.write().await.unwrap();
}

#[tokio::test]
async fn nodes_wake_each_other() {
    let world = server().await;
    let other = Store::at(&world.place.text, Schema::Expect).await.unwrap();
    let mut wakes = other.wakes();
    // The first wake-up shows that it is listening.
    timeout(LONG, wakes.changed()).await.unwrap().unwrap();
    for _ in 0..3 {
        wakes.mark_unchanged();
        world.store.wake();
        timeout(LONG, wakes.changed()).await.unwrap().unwrap();
    }
    // A terminated listening connection is re-established.
    execute(
        &world.place.text,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'
           AND datname = current_database()",
    );
    timeout(LONG, wakes.changed()).await.unwrap().unwrap();
}

#[tokio::test]
async fn settling_a_chunk_waits_for_its_transaction() {
    let world = server().await;
    assert!(!store::chunk::settle(&world.store, 7).await.unwrap());
    for (number, is_kept) in [(7, false), (8, true)] {
        let mut tx = world.store.write().await.unwrap();
        let mut script = Script::new();
        let chunk = WrittenChunk { number, postings: 1, span: Span::NONE, digest: String::new() };
        store::written_chunk::insert_later(&mut script, &chunk);
        tx.run(script).await.unwrap();
        let store = world.store.clone();
        let mut settles = tokio::spawn(async move { store::chunk::settle(&store, number).await });
        assert!(timeout(SHORT, &mut settles).await.is_err());
        if is_kept {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
        }
        assert_eq!(timeout(LONG, settles).await.unwrap().unwrap().unwrap(), is_kept);
    }
    assert_eq!(world.numbers("SELECT number FROM chunk").await, [8]);
}
