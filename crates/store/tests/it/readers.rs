//! Readers never block writers: a read whose caller disappears is cancelled, lookups of single rows do not
//! wait for lists, and the write-ahead log is checkpointed alongside the writer.

use crate::world::{World, on, only, run, world};
use std::time::Duration;
use store::bulk::Insert;
use store::value::Column;
use testkit::place::Engine;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Far longer than anything here takes; a test that reaches it has failed.
const HANG: Duration = Duration::from_secs(60);

/// A query that practically never ends.
const fn endless(engine: Engine) -> &'static str {
    match engine {
        Engine::Server => "SELECT 1 FROM pg_sleep(100000)",
        Engine::File | Engine::Memory => {
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000)
             SELECT CAST(COUNT(*) AS INTEGER) FROM n"
        }
    }
}

/// Readers in the middle of such a query, more than there are connections.
async fn busy_readers(world: &World) -> Vec<JoinHandle<()>> {
    let readers: Vec<_> = (0..20)
        .map(|_| {
            let (store, text) = (world.store.clone(), endless(world.place.engine));
            tokio::spawn(async move {
                let mut tx = store.read().await.unwrap();
                drop(run(&mut tx, text).await);
            })
        })
        .collect();
    // All connections are busy once another reader has to wait.
    while timeout(Duration::from_millis(100), look(world, false)).await.is_ok() {}
    readers
}

async fn look(world: &World, is_point_read: bool) {
    let tx = if is_point_read { world.store.point_read().await } else { world.store.read().await };
    store::head::policy_version(&mut tx.unwrap()).await.unwrap();
}

/// In memory there is one connection: readers and writers take turns.
mod on_disk {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn while_all_readers_are_busy_lookups_and_writes_proceed() {
        let world = world().await.with_sample().await;
        let readers = busy_readers(&world).await;
        for id in 1..=20 {
            timeout(HANG, look(&world, true)).await.unwrap();
            let text = format!("INSERT INTO sample (id) VALUES ({id})");
            timeout(HANG, world.write(&[&text])).await.unwrap().unwrap();
        }
        assert!(readers.iter().all(|reader| !reader.is_finished()));
        // When a reader's caller disappears, its query ends.
        readers.iter().for_each(JoinHandle::abort);
        for _ in 0..20 {
            timeout(HANG, look(&world, false)).await.unwrap();
        }
        assert_eq!(world.count("sample").await, 20);
        if world.place.engine == Engine::Server {
            crate::world::assert_idle(&world).await;
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_cancelled_reader_connection_works_normally() {
        let world = world().await.with_sample().await;
        world.write(&["INSERT INTO sample (id) VALUES (1)"]).await.unwrap();
        // More often than there are readers, cancelled at any time: before it begins, in the middle, at its end.
        for round in 0..60_u64 {
            let mut tx = world.store.read().await.unwrap();
            let text = if round % 3 == 0 { "SELECT id FROM sample" } else { endless(world.place.engine) };
            drop(timeout(Duration::from_micros(round * 50), run(&mut tx, text)).await);
            drop(tx);
            assert_eq!(timeout(HANG, world.count("sample")).await.unwrap(), 1, "round {round}");
        }
    }
}

mod on_file {
    use super::*;

    static ROWS: Insert = Insert { table: "sample", columns: &["id", "word"] };

    #[tokio::test(flavor = "multi_thread")]
    async fn the_log_is_checkpointed_alongside_the_writer_and_restarts() {
        let world = on(only(Engine::File)).await.with_sample().await;
        let word = "x".repeat(3_000);
        let log = format!("{}-wal", world.place.text);
        let mut longest = 0;
        // 60,000 pages, 240 MB: seven times the log size at which it is checkpointed.
        for chunk in 0..120_i64 {
            let ids: Vec<i64> = (0..500).map(|row| chunk * 500 + row + 1).collect();
            let words = vec![word.clone(); ids.len()];
            let mut tx = world.store.write().await.unwrap();
            tx.insert(&ROWS, vec![Column::I64(ids), Column::Text(words)]).await.unwrap();
            tx.commit().await.unwrap();
            // Short-lived readers.
            assert_eq!(world.count("sample").await, (chunk + 1) * 500);
            longest = longest.max(std::fs::metadata(&log).unwrap().len());
        }
        assert!(longest < 4 * 8_192 * 4_096, "the log grew to {longest} bytes");
        let mut tx = world.store.read().await.unwrap();
        let check = "SELECT integrity_check FROM pragma_integrity_check";
        assert_eq!(crate::world::all(&mut tx, check, |row| row.text(0)).await, ["ok"]);
    }
}
