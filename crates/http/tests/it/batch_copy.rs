//! Drafts copied from an earlier batch.

use crate::batch_tools::{BATCHES, at, balance, ended, is, make, open, outcome, run, salaries, send, verify};
use crate::world::{World, world};
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::setting::{self, SettingsChange};
use service::transfer::{self, TransferRequest};

const IDS: [Option<&str>; 4] = [Some("HR-0"), Some("HR-1"), Some("HR-2"), Some("HR-3")];

/// Runs a batch of four payments of 5.00 with these external ids from an account with 10.00: two are paid,
/// two fail.
async fn half_paid(world: &World, ids: [Option<&str>; 4]) -> i64 {
    open(world, "PAY", "USD", "10.00").await;
    for place in 0..4 {
        open(world, &format!("P-{place}"), "USD", "0").await;
    }
    let shipped = SettingsChange {
        duplicate_window: Some(domain::similar::WINDOW_SHIPPED),
        ..SettingsChange::default()
    };
    setting::set(&world.service, &world.actor, &shipped).await.unwrap();
    let mut body = salaries(4, "5.00");
    for (id, relation) in ids.iter().zip(body["relations"].as_array_mut().unwrap()) {
        relation["externalId"] = json!(id);
    }
    let batch = run(world, body).await;
    assert_eq!((&batch["successCount"], &batch["failedCount"]), (&json!(2), &json!(2)));
    batch["id"].as_i64().unwrap()
}

async fn deposit(world: &World, amount: &str) {
    let deposit = TransferRequest {
        to: Some("PAY".into()),
        amount: amount.to_owned().into(),
        ..TransferRequest::default()
    };
    transfer::create(&world.service, &world.actor, &deposit).await.unwrap();
}

async fn copied(world: &World, batch: i64, body: Json) -> i64 {
    world.post(&at(batch, "/copy"), body).await.data()["id"].as_i64().unwrap()
}

async fn external_ids(world: &World, batch: i64) -> Vec<Json> {
    let relations = world.get(&at(batch, "/relations")).await.data().clone();
    let relations = relations.as_array().unwrap();
    relations.iter().map(|one| one["externalId"].clone()).collect()
}

#[tokio::test]
async fn a_failed_item_is_paid_by_one_copy_or_a_retry_and_never_twice() {
    let world = world().await;
    let batch = half_paid(&world, IDS).await;
    deposit(&world, "90.00").await;
    let failed = json!({ "items": "failed" });
    let named = json!({ "items": "failed", "name": "Second try" });
    let (draft, other) = (copied(&world, batch, named).await, copied(&world, batch, failed.clone()).await);
    let shown = world.get(&at(draft, "")).await.data().clone();
    assert_eq!(
        (&shown["name"], &shown["state"], &shown["totalCount"], &shown["totalAmount"]),
        (&json!("Second try"), &json!("draft"), &json!(2), &json!("10.00"))
    );
    assert_eq!(external_ids(&world, draft).await, [json!("HR-2"), json!("HR-3")]);
    let events = world.get(&at(batch, "/history")).await.data().clone();
    assert_eq!(events.as_array().unwrap().last().unwrap()["event"], "copied");

    // The copy is not refused as similar to its origin and takes over the external ids.
    world.post(&at(draft, "/submit"), Json::Null).await.data();
    let origin = world.get(&at(batch, "")).await.data().clone();
    assert_eq!((&origin["failedCount"], &origin["skippedCount"]), (&json!(0), &json!(2)));
    assert_eq!(outcome(&world.post(&at(other, "/submit"), Json::Null).await), is(409, "LINKED_ITEM_SETTLED"));
    assert_eq!(outcome(&world.post(&at(batch, "/copy"), failed).await), is(400, "BATCH_WRONG_STATE"));
    world.post(&at(draft, "/execute"), Json::Null).await.data();
    assert_eq!(ended(&world, draft).await["successCount"], 2);
    assert_eq!(balance(&world, "PAY").await, 8_000);
    let all = copied(&world, batch, json!({ "items": "all" })).await;
    assert_eq!(external_ids(&world, all).await, vec![Json::Null; 4]);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_changed_relation_of_a_copy_takes_over_its_external_id_all_the_same() {
    let world = world().await;
    let batch = half_paid(&world, IDS).await;
    deposit(&world, "90.00").await;
    let draft = copied(&world, batch, json!({ "items": "failed" })).await;
    let relations = world.get(&at(draft, "/relations")).await.data().clone();
    let change = async |place: usize, body: Json| {
        let path = at(draft, &format!("/relations/{}", relations[place]["id"]));
        send(&world, Method::PATCH, &path, body).await
    };
    change(0, json!({ "amount": "4.00", "memo": "corrected" })).await.data();
    assert_eq!(external_ids(&world, draft).await, [json!("HR-2"), json!("HR-3")]);
    // To another payee it is another payment, and the failed one still holds the id.
    assert_eq!(change(1, json!({ "targetAccountId": "P-0" })).await.code(), "EXTERNAL_ID_USED");
    world.post(&at(draft, "/submit"), Json::Null).await.data();
    world.post(&at(draft, "/execute"), Json::Null).await.data();
    assert_eq!(ended(&world, draft).await["successAmount"], "9.00");
    assert_eq!(world.get(&at(batch, "")).await.data()["skippedCount"], 2);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_copy_of_all_items_is_independent_and_compared_like_any_other_batch() {
    let world = world().await;
    let batch = half_paid(&world, [None; 4]).await;
    deposit(&world, "90.00").await;
    let draft = copied(&world, batch, json!({ "items": "all" })).await;
    let shown = world.get(&at(draft, "")).await.data().clone();
    let origin = world.get(&at(batch, "")).await.data().clone();
    assert_eq!((&shown["totalCount"], &shown["name"]), (&json!(4), &origin["name"]));
    assert_eq!(outcome(&world.post(&at(draft, "/submit"), Json::Null).await), is(409, "BATCH_SIMILAR"));
    let again = json!({ "again": "the same as last month" });
    world.post(&at(draft, "/submit"), again).await.data();
    world.post(&at(draft, "/execute"), Json::Null).await.data();
    assert_eq!(ended(&world, draft).await["successCount"], 4);
    let origin = world.get(&at(batch, "")).await.data().clone();
    assert_eq!(
        (&origin["failedCount"], &origin["skippedCount"]),
        (&json!(2), &json!(0)),
        "the origin is unchanged"
    );
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_refused_copy_has_a_code_and_creates_nothing() {
    let world = world().await;
    half_paid(&world, [None; 4]).await;
    let draft = make(&world, {
        let mut body = salaries(1, "1.00");
        body["draft"] = json!(true);
        body
    })
    .await;
    for (batch, body, expected) in [
        (draft, json!({ "items": "failed" }), is(400, "BATCH_WRONG_STATE")),
        (999, json!({ "items": "all" }), is(404, "BATCH_NOT_FOUND")),
        (draft, json!({ "items": "all", "name": " \u{200b}" }), is(422, "NAME_INVALID")),
        (draft, json!({ "items": "some" }), is(422, "BODY_INVALID")),
        (draft, json!({}), is(422, "BODY_INVALID")),
    ] {
        let answer = world.post(&at(batch, "/copy"), body.clone()).await;
        assert_eq!(outcome(&answer), expected, "{body}");
    }
    assert_eq!(world.get(BATCHES).await.data()["pagination"]["total"], 2, "no batch was created");
    world.stop().await;
}
