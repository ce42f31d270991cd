//! Batches that convert currencies at the stored rate.

use crate::batch_tools::{BATCHES, at, balance, ended, is, make, open, outcome, refused, run, verify};
use crate::world::{World, world};
use serde_json::{Value as Json, json};
use service::{fx, transfer};

async fn three_currencies() -> World {
    let world = world().await;
    open(&world, "PAY", "USD", "100.00").await;
    open(&world, "EU", "EUR", "50.00").await;
    open(&world, "JP", "JPY", "0").await;
    open(&world, "US", "USD", "0").await;
    for (source, target, rate) in [("USD", "EUR", "0.9"), ("USD", "JPY", "151.237"), ("EUR", "USD", "1.1")] {
        fx::set(&world.service, &world.actor, source, target, rate, "test").await.unwrap();
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
async fn a_converting_batch_pays_each_payee_in_the_payees_currency() {
    let world = three_currencies().await;
    let refused = world.post(BATCHES, abroad(false)).await;
    assert_eq!(outcome(&refused), is(422, "BATCH_ROWS_INVALID"));
    let codes: Vec<_> =
        refused.json["data"]["problems"].as_array().unwrap().iter().map(|p| p["code"].clone()).collect();
    assert_eq!(codes, ["CURRENCY_MISMATCH", "PAYEE_NO_DEFAULT"]);

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
    let exchange = transfer::show(&world.service, transfer).await.unwrap().exchange.unwrap();
    assert_eq!((exchange.rate.as_str(), exchange.target_amount), ("151.237", 151));
    verify(&world).await;
    world.stop().await;
}

async fn set_rate(world: &World, rate: &str) {
    fx::set(&world.service, &world.actor, "USD", "JPY", rate, "test").await.unwrap();
}

#[tokio::test]
async fn after_a_rate_change_a_batch_is_not_paid_before_it_is_repriced() {
    let world = three_currencies().await;
    run(&world, abroad(true)).await;
    let id = make(&world, abroad(true)).await;
    set_rate(&world, "200").await;
    for verb in ["/execute", "/resume"] {
        let refused = world.post(&at(id, verb), Json::Null).await;
        assert_eq!(outcome(&refused), is(409, "RATE_CHANGED"));
        let rates = json!([{ "source": "USD", "target": "JPY", "keptRate": "151.237", "storedRate": "200",
                             "tolerance": "0.020000", "isTooOld": false }]);
        assert_eq!(refused.json["data"]["rates"], rates);
    }
    let shown = world.get(&at(id, "")).await.data().clone();
    assert_eq!((&shown["rateMode"], shown["rates"].as_array().unwrap().len()), (&json!("kept"), 2));
    let repriced = world.post(&at(id, "/reprice"), Json::Null).await.data().clone();
    assert_eq!((&repriced["repricedFrom"], &repriced["state"]), (&Json::Null, &json!("pending")));
    assert_eq!((&repriced["id"], &repriced["rates"][1]["rate"]), (&json!(id), &json!("200")));
    world.post(&at(id, "/execute"), Json::Null).await.data();
    ended(&world, id).await;
    assert_eq!(balance(&world, "JP").await, 351);
    let events = world.get(&at(id, "/history")).await;
    let messages = events.json["data"].as_array().unwrap().iter().map(|event| event["message"].clone());
    assert!(messages.clone().any(|message| message == "The exchange rates were updated"), "{}", events.json);
    assert_eq!(outcome(&world.post(&at(id, "/reprice"), Json::Null).await), is(400, "BATCH_WRONG_STATE"));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn repricing_a_started_batch_moves_unpaid_items_to_a_draft_that_pays_them_once() {
    let world = three_currencies().await;
    let id = make(&world, abroad(true)).await;
    let freeze = async |verb: &str| {
        world.post(&format!("/api/v2/accounts/JP/{verb}"), json!({ "reason": "test" })).await.data();
    };
    freeze("freeze").await;
    world.post(&at(id, "/execute"), Json::Null).await.data();
    assert_eq!(ended(&world, id).await["failedCount"], 1);
    freeze("unfreeze").await;
    set_rate(&world, "200").await;
    let failed = world.get(&at(id, "/relations?status=failed")).await.json["data"][0]["id"].clone();
    let retries = [at(id, "/retry-failed"), at(id, &format!("/relations/{failed}/retry"))];
    for path in &retries {
        assert_eq!(outcome(&world.post(path, Json::Null).await), is(409, "RATE_CHANGED"), "{path}");
    }
    // Two requests under one key create one draft.
    let reprice = at(id, "/reprice");
    let draft = world.post_once("r-1", &reprice, Json::Null).await.data().clone();
    assert_eq!(world.post_once("r-1", &reprice, Json::Null).await.data()["id"], draft["id"]);
    assert_eq!((&draft["repricedFrom"], &draft["state"]), (&json!(id), &json!("draft")));
    assert_eq!((&draft["totalAmount"], &draft["totalCount"]), (&json!("1.00"), &json!(1)));
    let draft = draft["id"].as_i64().unwrap();
    world.post(&at(draft, "/submit"), Json::Null).await.data();
    assert_eq!(world.get(&at(id, "")).await.data()["skippedCount"], 1);
    assert_eq!(world.post(&retries[0], Json::Null).await.data()["count"], 0);
    world.post(&at(draft, "/execute"), Json::Null).await.data();
    ended(&world, draft).await;
    assert_eq!((balance(&world, "JP").await, balance(&world, "PAY").await), (200, 8_700));
    let events = world.get(&at(id, "/history")).await;
    let last = events.json["data"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["message"], "1 transfer was handed over to another batch");
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_batch_with_rate_mode_follow_is_paid_at_the_stored_rate() {
    let world = three_currencies().await;
    let mut body = abroad(true);
    body["rateMode"] = json!("follow");
    let id = make(&world, body.clone()).await;
    set_rate(&world, "200").await;
    assert_eq!(outcome(&world.post(&at(id, "/reprice"), Json::Null).await), is(409, "BATCH_KEEPS_NO_RATE"));
    world.post(&at(id, "/execute"), Json::Null).await.data();
    let batch = ended(&world, id).await;
    assert_eq!((&batch["rateMode"], &batch["rates"]), (&json!("follow"), &json!([])));
    assert_eq!(balance(&world, "JP").await, 200);
    body["convert"] = json!(false);
    assert_eq!(outcome(&world.post(BATCHES, body).await), is(422, "RATE_MODE_INVALID"));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn payers_of_a_converting_collection_pay_in_their_own_currency() {
    let world = three_currencies().await;
    let mut body = json!({ "name": "Home", "type": "many_to_one", "targetAccountId": "US", "convert": true,
        "relations": [{ "sourceAccountId": "EU", "amount": "10.00" }] });
    assert_eq!(refused(&world.post(BATCHES, body.clone()).await), is(422, "CURRENCY_MISMATCH"));
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
async fn nothing_is_converted_without_a_rate_or_to_less_than_one_unit() {
    let world = three_currencies().await;
    let body = json!({ "name": "x", "type": "one_to_many", "sourceAccountId": "EU", "convert": true,
        "relations": [{ "targetAccountId": "JP", "amount": "1.00" }] });
    assert_eq!(refused(&world.post(BATCHES, body).await), is(422, "RATE_NOT_FOUND"));
    let dust = json!({ "name": "x", "type": "one_to_many", "sourceAccountId": "PAY", "convert": true,
        "relations": [{ "targetAccountId": "EU", "amount": "0.02" }, { "targetAccountId": "JP", "amount": "0.01" }] });
    let batch = run(&world, dust).await;
    assert_eq!(batch["successCount"], 2);
    // 1.8 cents and 1.51 yen: amounts below the pair's minimum are rounded down.
    assert_eq!((balance(&world, "EU").await, balance(&world, "JP").await), (5_001, 1));
    fx::set(&world.service, &world.actor, "USD", "JPY", "0.1", "test").await.unwrap();
    let nothing = json!({ "name": "x", "type": "one_to_many", "sourceAccountId": "PAY", "convert": true,
        "relations": [{ "targetAccountId": "JP", "amount": "0.01" }] });
    assert_eq!(refused(&world.post(BATCHES, nothing).await), is(422, "EXCHANGE_TOO_SMALL"));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_refused_atomic_batch_leaves_no_conversion_behind() {
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
