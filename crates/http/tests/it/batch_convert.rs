//! Batches that exchange at the stored rate.

use crate::batch_tools::{BATCHES, at, balance, ended, is, make, open, outcome, run, verify};
use crate::world::{World, world};
use serde_json::{Value as Json, json};

async fn three_currencies() -> World {
    let world = world().await;
    open(&world, "PAY", "USD", "100.00").await;
    open(&world, "EU", "EUR", "50.00").await;
    open(&world, "JP", "JPY", "0").await;
    open(&world, "US", "USD", "0").await;
    for (source, target, rate) in [("USD", "EUR", "0.9"), ("USD", "JPY", "151.237"), ("EUR", "USD", "1.1")] {
        world.service.fx_set(&world.actor, source, target, rate, "test").await.unwrap();
    }
    world
}

fn abroad(convert: bool) -> Json {
    json!({ "name": "Abroad", "type": "one_to_many", "sourceAccountId": "PAY", "convert": convert, "relations": [
        { "targetAccountId": "EU", "amount": "10.00" },
        { "contactType": "uid", "targetIdentifier": "U-JP", "amount": "1.00" },
        { "targetAccountId": "US", "amount": "2.00" }] })
}

#[tokio::test]
async fn a_batch_that_converts_pays_each_in_his_currency() {
    let world = three_currencies().await;
    let refused = world.post(BATCHES, abroad(false)).await;
    assert_eq!(outcome(&refused), is(422, "BATCH_ROWS_INVALID"));
    let codes: Vec<_> =
        refused.json["data"]["problems"].as_array().unwrap().iter().map(|p| p["code"].clone()).collect();
    assert_eq!(codes, ["CURRENCY_MISMATCH", "PAYEE_NOT_FOUND"]);

    let preview = world.post(&format!("{BATCHES}/preview"), abroad(true)).await;
    let shown = preview.data()["relations"].as_array().unwrap().clone();
    let converted: Vec<_> =
        shown.iter().map(|r| format!("{} {}", r["convertedAmount"], r["convertedCurrency"])).collect();
    assert_eq!(converted, ["\"9.00\" \"EUR\"", "\"151\" \"JPY\"", "null null"]);
    assert_eq!(preview.data()["balanceAfter"], "87.00");

    let batch = run(&world, abroad(true)).await;
    assert_eq!((&batch["state"], &batch["successAmount"]), (&json!("completed"), &json!("13.00")));
    assert_eq!((balance(&world, "EU").await, balance(&world, "JP").await), (5_900, 151));
    assert_eq!((balance(&world, "US").await, balance(&world, "PAY").await), (200, 8_700));
    let transfer = batch["relations"][1]["transferId"].as_i64().unwrap();
    let exchange = world.service.transfer_show(transfer).await.unwrap().exchange.unwrap();
    assert_eq!((exchange.rate.as_str(), exchange.target_amount), ("151.237", 151));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_new_rate_holds_for_the_next_run() {
    let world = three_currencies().await;
    run(&world, abroad(true)).await;
    let id = make(&world, abroad(true)).await;
    world.service.fx_set(&world.actor, "USD", "JPY", "200", "test").await.unwrap();
    world.post(&at(id, "/execute"), Json::Null).await.data();
    ended(&world, id).await;
    assert_eq!(balance(&world, "JP").await, 351);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn many_who_pay_in_another_currency_pay_in_their_own() {
    let world = three_currencies().await;
    let mut body = json!({ "name": "Home", "type": "many_to_one", "targetAccountId": "US", "convert": true,
        "relations": [{ "sourceAccountId": "EU", "amount": "10.00" }] });
    assert_eq!(outcome(&world.post(BATCHES, body.clone()).await), is(422, "CURRENCY_MISMATCH"));
    body["currency"] = json!("EUR");
    let batch = run(&world, body).await;
    assert_eq!(
        (&batch["state"], &batch["currency"], &batch["totalAmount"]),
        (&json!("completed"), &json!("EUR"), &json!("10.00"))
    );
    assert_eq!((balance(&world, "EU").await, balance(&world, "US").await), (4_000, 1_100));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn without_a_rate_nothing_is_exchanged() {
    let world = three_currencies().await;
    let body = json!({ "name": "x", "type": "one_to_many", "sourceAccountId": "EU", "convert": true,
        "relations": [{ "targetAccountId": "JP", "amount": "1.00" }] });
    assert_eq!(outcome(&world.post(BATCHES, body).await), is(422, "RATE_NOT_FOUND"));
    let dust = json!({ "name": "x", "type": "one_to_many", "sourceAccountId": "PAY", "convert": true,
        "relations": [{ "targetAccountId": "EU", "amount": "0.02" }, { "targetAccountId": "JP", "amount": "0.01" }] });
    let batch = run(&world, dust).await;
    assert_eq!(batch["successCount"], 2);
    // 1.8 cents and 1.51 yen: less than the pair's minimum is rounded down.
    assert_eq!((balance(&world, "EU").await, balance(&world, "JP").await), (5_001, 1));
    world.service.fx_set(&world.actor, "USD", "JPY", "0.1", "test").await.unwrap();
    let nothing = json!({ "name": "x", "type": "one_to_many", "sourceAccountId": "PAY", "convert": true,
        "relations": [{ "targetAccountId": "JP", "amount": "0.01" }] });
    assert_eq!(outcome(&world.post(BATCHES, nothing).await), is(422, "EXCHANGE_TOO_SMALL"));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn an_atomic_batch_that_is_refused_leaves_no_exchange_behind() {
    let world = three_currencies().await;
    let mut body = abroad(true);
    body["mode"] = json!("atomic");
    body["relations"][2]["amount"] = json!("90.00");
    let batch = run(&world, body).await;
    assert_eq!((&batch["state"], &batch["failedCount"]), (&json!("failed"), &json!(3)));
    assert_eq!(batch["relations"][0]["errorCode"], "ATOMIC_ABORTED");
    assert_eq!(balance(&world, "PAY").await, 10_000);
    verify(&world).await;
    world.stop().await;
}
