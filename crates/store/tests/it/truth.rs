//! The mark of a ledger on a server, and the seal between two writers.

use crate::world::{World, run, world};
use std::path::Path;
use store::mark::{self, Mark, ServerKeeper};
use store::{Store, StoreError, head, setting};

pub async fn commit(store: &Store, name: &str) -> Result<(), StoreError> {
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

pub async fn marked(world: &World, folder: &Path) {
    let keeper = ServerKeeper::start(&world.store, folder).await.unwrap();
    commit(&world.store, "kept").await.unwrap();
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
