//! Previews of a run.

use crate::batch_tools::{BATCHES, at, balance, is, make, open, reason, salaries, verify};
use crate::world::world;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_preview_shows_what_would_happen_and_moves_nothing() {
    let world = world().await;
    open(&world, "PAY", "USD", "25.00").await;
    for place in 0..4 {
        open(&world, &format!("P-{place}"), "USD", "0").await;
    }
    let mut body = salaries(4, "10.00");
    body["relations"][3]["amount"] = json!("5.00");
    let preview = world.post(&format!("{BATCHES}/preview?page=1&pageSize=3"), body.clone()).await;
    let data = preview.data();
    assert_eq!(
        (&data["successCount"], &data["failedCount"], &data["successAmount"]),
        (&json!(3), &json!(1), &json!("25.00"))
    );
    assert_eq!((&data["balanceBefore"], &data["balanceAfter"]), (&json!("25.00"), &json!("0.00")));
    assert_eq!(
        (data["relations"].as_array().unwrap().len(), &data["pagination"]["totalPages"]),
        (3, &json!(2))
    );
    let second = &data["relations"][1];
    assert_eq!(
        (&second["balanceBefore"], &second["balanceAfter"], &second["ok"]),
        (&json!("15.00"), &json!("5.00"), &json!(true))
    );
    assert_eq!(
        (&data["relations"][2]["errorCode"], &data["relations"][2]["id"]),
        (&json!("INSUFFICIENT_BALANCE"), &Json::Null)
    );
    assert_eq!(world.get(BATCHES).await.data()["pagination"]["total"], 0);

    let id = make(&world, body.clone()).await;
    let stored = world.post(&at(id, "/preview?page=2&pageSize=3"), Json::Null).await;
    assert_eq!((&stored.data()["batchId"], &stored.data()["successCount"]), (&json!(id), &json!(3)));
    assert_eq!(stored.data()["relations"][0]["amount"], "5.00");
    body["mode"] = json!("atomic");
    let atomic = world.post(&format!("{BATCHES}/preview"), body.clone()).await;
    assert_eq!(
        (&atomic.data()["successCount"], &atomic.data()["balanceAfter"]),
        (&json!(0), &json!("25.00"))
    );
    assert_eq!(atomic.data()["relations"][0]["errorCode"], "ATOMIC_ABORTED");
    body["mode"] = json!("stop_on_failure");
    let stopped = world.post(&format!("{BATCHES}/preview"), body.clone()).await;
    assert_eq!(
        (&stopped.data()["successCount"], &stopped.data()["relations"][3]["errorCode"]),
        (&json!(2), &json!("STOPPED"))
    );
    body["relations"][0]["amount"] = json!("x");
    let wrong = world.post(&format!("{BATCHES}/preview"), body).await;
    assert_eq!((wrong.status, reason(&wrong)), is(422, "AMOUNT_LETTERS"));
    assert_eq!(balance(&world, "PAY").await, 2_500);
    verify(&world).await;
    world.stop().await;
}
