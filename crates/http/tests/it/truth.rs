//! A ledger that has been moved refuses every write, and a stored response that cannot be read has a code.

use crate::money::{TRANSFERS, pay, two};
use serde_json::json;
use store::{Store, StoreError, head, setting};

async fn seal(store: &Store) {
    let mut tx = store.write().await.unwrap();
    setting::set(&mut tx, setting::MOVED_TO, "elsewhere").await.unwrap();
    head::seal(&mut tx).await.unwrap();
    head::advance(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_write_to_a_moved_ledger_is_refused_with_ledger_moved() {
    let (world, a, b) = two().await;
    seal(&world.store).await;
    let batch = json!({ "type": "one_to_many", "name": "x", "currency": "USD", "sourceAccountId": a.id,
                        "relations": [{ "targetAccountId": b.id, "amount": "1.00" }] });
    for (path, body) in [
        ("/api/v2/holders", json!({ "name": "x" })),
        ("/api/v2/accounts", json!({ "number": "N-1", "holder": { "name": "x" }, "currency": "USD" })),
        ("/api/batch-transfers", batch),
        ("/api/v2/fx-rates", json!({ "source": "USD", "target": "CNY", "rate": "7.1" })),
        (TRANSFERS, pay(&a, &b, 100)),
    ] {
        for key in [None, Some("k-1")] {
            let refused = match key {
                Some(key) => world.post_once(key, path, body.clone()).await,
                None => world.post(path, body.clone()).await,
            };
            assert_eq!((refused.status, refused.code()), (409, "LEDGER_MOVED"), "{path}: {refused:?}");
        }
    }
    assert_eq!(world.balance(&a).await, 1_000_000);
    let mut tx = world.store.write().await.unwrap();
    assert!(matches!(head::advance(&mut tx).await, Err(StoreError::Moved(place)) if place == "elsewhere"));
    drop(tx);
    let mut tx = world.store.write().await.unwrap();
    head::unseal(&mut tx).await.unwrap();
    setting::delete(&mut tx, setting::MOVED_TO).await.unwrap();
    head::raise_policy_version(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    world.post("/api/v2/holders", json!({ "name": "x" })).await.data();
    world.post(TRANSFERS, pay(&a, &b, 100)).await.data();
    world.end().await;
}

#[tokio::test]
async fn a_stored_response_that_lacks_a_field_is_a_conflict_and_not_a_server_fault() {
    let (world, _, _) = two().await;
    let body = json!({ "name": "Ann" });
    world.post_once("k-1", "/api/v2/holders", body.clone()).await.data();
    let mut tx = world.store.write().await.unwrap();
    // Simulates a response stored by another program version; triggers normally forbid changing stored
    // responses.
    let rule = if world.store.is_file() {
        "SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'answer'"
    } else {
        "SELECT 'ALTER TABLE answer DISABLE TRIGGER USER'"
    };
    let rules = tx.fetch_text(rule.to_owned(), vec![]).await.unwrap();
    for row in rules.iter() {
        tx.fetch_text(row.text(0).unwrap(), vec![]).await.unwrap();
    }
    let text = "UPDATE answer SET outcome = replace(outcome, '\"created_at\"', '\"made_at\"')".to_owned();
    tx.fetch_text(text, vec![]).await.unwrap();
    head::advance(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    for _ in 0..2 {
        let again = world.post_once("k-1", "/api/v2/holders", body.clone()).await;
        assert_eq!((again.status, again.code()), (409, "ANSWER_UNREADABLE"), "{again:?}");
    }
    world.end().await;
}
