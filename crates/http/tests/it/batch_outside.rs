//! Batches of type deposit and withdrawal: one payment into the ledger, or out of it.

use crate::batch_tools::{BATCHES, at, balance, is, make, open, outcome, reason, run, send, verify};
use crate::world::{World, world};
use reqwest::Method;
use serde_json::{Value as Json, json};

async fn banked() -> World {
    let world = world().await;
    open(&world, "BANK", "USD", "100.00").await;
    open(&world, "OTHER", "USD", "0").await;
    world
}

fn deposit(amount: &str) -> Json {
    json!({ "name": "From the bank", "type": "deposit", "currency": "USD",
        "relations": [{ "targetAccountId": "BANK", "amount": amount, "memo": "statement 7" }] })
}

fn withdrawal(amount: &str) -> Json {
    json!({ "name": "To the bank", "type": "withdrawal", "currency": "USD",
        "relations": [{ "sourceAccountId": "BANK", "amount": amount }] })
}

#[tokio::test]
async fn money_comes_in_and_goes_out_as_a_batch_of_one() {
    let world = banked().await;
    let batch = run(&world, deposit("20.00")).await;
    assert_eq!((&batch["state"], &batch["type"]), (&json!("completed"), &json!("deposit")));
    assert_eq!((&batch["sourceAccountId"], &batch["targetAccountId"]), (&Json::Null, &Json::Null));
    assert_eq!(balance(&world, "BANK").await, 12_000);
    let relation = &batch["relations"][0];
    assert_eq!((&relation["targetAccount"], &relation["fee"]), (&json!("BANK"), &json!("0.00")));
    let path = format!("/api/v2/account-transfers/xfer_{}", relation["transferId"]);
    let transfer = world.get(&path).await;
    assert_eq!(
        (&transfer.data()["kind"], &transfer.data()["memo"]),
        (&json!("deposit"), &json!("statement 7"))
    );
    assert_eq!(transfer.data()["createdBy"], "key:all");

    let batch = run(&world, withdrawal("50.00")).await;
    assert_eq!(batch["state"], "completed");
    assert_eq!((balance(&world, "BANK").await, balance(&world, "OTHER").await), (7_000, 0));
    let admin = world.get("/api/v1/admin/transfer/batches/2").await;
    assert_eq!(admin.data()["recipients"][0]["address"], "BANK");
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn limits_hold_for_what_goes_out_and_not_for_what_comes_in() {
    let world = banked().await;
    assert_eq!(reason(&world.post(BATCHES, withdrawal("10000.01")).await), "AMOUNT_ABOVE_MAXIMUM");
    assert_eq!(run(&world, deposit("250000.00")).await["state"], "completed");
    let short = run(
        &world,
        json!({ "name": "Too much", "type": "withdrawal", "currency": "USD",
        "relations": [{ "sourceAccountId": "OTHER", "amount": "1.00" }] }),
    )
    .await;
    assert_eq!(short["relations"][0]["errorCode"], "INSUFFICIENT_BALANCE");
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn its_shape_is_one_relation_whose_other_side_is_outside() {
    let world = banked().await;
    let with = |mut body: Json, more: Json| {
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let two = json!({ "relations": [
        { "targetAccountId": "BANK", "amount": "1.00" }, { "targetAccountId": "OTHER", "amount": "1.00" }] });
    for (more, status, code) in [
        (two.clone(), 422, "OUTSIDE_BATCH_SHAPE"),
        (json!({ "relations": [] }), 422, "OUTSIDE_BATCH_SHAPE"),
        (json!({ "sourceAccountId": "BANK" }), 422, "OUTSIDE_BATCH_SHAPE"),
        (json!({ "convert": true }), 422, "OUTSIDE_BATCH_SHAPE"),
        (json!({ "currency": null }), 422, "CURRENCY_UNKNOWN"),
        (json!({ "currency": "XYZ" }), 422, "CURRENCY_UNKNOWN"),
        (
            json!({ "relations": [{ "sourceAccountId": "BANK", "amount": "1.00" }] }),
            422,
            "BATCH_ROWS_INVALID",
        ),
        (
            json!({ "relations": [{ "sourceAccountId": "OTHER", "targetAccountId": "BANK", "amount": "1.00" }] }),
            422,
            "BATCH_ROWS_INVALID",
        ),
    ] {
        let refused = world.post(BATCHES, with(deposit("1.00"), more.clone())).await;
        assert_eq!(outcome(&refused), is(status, code), "{more}");
    }
    let id = make(&world, with(deposit("1.00"), json!({ "draft": true }))).await;
    let added = world
        .post(
            &at(id, "/relations"),
            json!({ "relations": [{ "targetAccountId": "OTHER", "amount": "1.00" }] }),
        )
        .await;
    assert_eq!(outcome(&added), is(422, "OUTSIDE_BATCH_SHAPE"));
    assert_eq!(outcome(&send(&world, Method::PATCH, &at(id, ""), two).await), is(422, "OUTSIDE_BATCH_SHAPE"));
    let preview = world.post(&at(id, "/preview"), Json::Null).await;
    assert_eq!(
        (&preview.data()["successAmount"], &preview.data()["balanceBefore"]),
        (&json!("1.00"), &Json::Null)
    );
    let new = world.post(&format!("{BATCHES}/preview"), withdrawal("100.01")).await;
    assert_eq!(new.data()["relations"][0]["errorCode"], "INSUFFICIENT_BALANCE");
    // One relation may be replaced by another.
    let other = json!({ "relations": [{ "targetAccountId": "OTHER", "amount": "2.00" }] });
    send(&world, Method::PATCH, &at(id, ""), other).await.data();
    world.post(&at(id, "/submit"), Json::Null).await.data();
    world.post(&at(id, "/execute"), Json::Null).await.data();
    crate::batch_tools::ended(&world, id).await;
    assert_eq!(balance(&world, "OTHER").await, 200);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_draft_that_has_more_than_one_relation_is_not_submitted() {
    let world = banked().await;
    let mut body = deposit("1.00");
    body["draft"] = json!(true);
    let id = make(&world, body).await;
    // No edit leads here; the submission checks it all the same.
    let mut tx = world.store.write().await.unwrap();
    tx.fetch_text(format!("UPDATE batch SET total_count = 2 WHERE id = {id}"), vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let refused = world.post(&at(id, "/submit"), Json::Null).await;
    assert_eq!(outcome(&refused), is(422, "OUTSIDE_BATCH_SHAPE"));
    world.stop().await;
}
