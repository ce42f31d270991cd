//! Every POST with a stored response, sent twice under one key: the repeat gets the stored response, even if
//! the state has changed since.

use crate::batch_tools::{BATCHES, at, ended, make, open, salaries};
use crate::browser::{Browser, add, first_admin};
use crate::world::{Answer, World, answer, world};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Fields that only the first response shows.
const SECRETS: [&str; 2] = ["secret", "invitationToken"];

/// Sends a request, runs `between`, sends it again and compares; returns the first response's data.
async fn twice(send: impl AsyncFn() -> Answer, between: impl Future<Output = ()>) -> Json {
    let mut first = send().await;
    let shown = first.data().clone();
    between.await;
    let again = send().await;
    for secret in SECRETS.iter().filter(|name| shown.get(**name).is_some()) {
        assert!(shown[*secret].is_string() && again.data()[*secret].is_null(), "{again:?}");
        first.json["data"][*secret] = Json::Null;
    }
    assert_eq!((again.data(), &again.json["message"]), (first.data(), &first.json["message"]));
    shown
}

async fn at_once(world: &World, path: &str, body: Json) -> Json {
    twice(async || world.post_once(path, path, body.clone()).await, async {}).await
}

async fn by_admin(admin: &Browser, path: &str, body: Json) -> Json {
    let send = async || {
        let request = admin.request(Method::POST, path).header("Idempotency-Key", path);
        answer(if body.is_null() { request } else { request.json(&body) }).await
    };
    twice(send, async {}).await
}

fn id(data: &Json) -> i64 {
    data["id"].as_i64().unwrap()
}

/// The kinds of stored responses.
async fn kinds(world: &World) -> BTreeSet<String> {
    let mut tx = world.store.read().await.unwrap();
    let rows = tx.fetch_text("SELECT outcome FROM answer".to_owned(), vec![]).await.unwrap();
    let kind =
        |text: String| serde_json::from_str::<Json>(&text).unwrap()["kind"].as_str().unwrap().to_owned();
    rows.iter().map(|row| kind(row.text(0).unwrap())).collect()
}

async fn directory(world: &World, admin: &Browser) {
    by_admin(admin, "/api/v2/currencies", json!({ "code": "POINTS", "scale": 0 })).await;
    at_once(world, "/api/v2/fx-rates", json!({ "source": "USD", "target": "JPY", "rate": "151.2" })).await;
    at_once(world, "/api/v2/holders", json!({ "name": "Ann", "uid": "U-7" })).await;
    let account = json!({ "number": "N-1", "currency": "USD", "holder": { "name": "Nia" } });
    at_once(world, "/api/v2/accounts", account).await;
    for verb in ["freeze", "unfreeze", "close"] {
        at_once(world, &format!("/api/v2/accounts/N-1/{verb}"), json!({ "reason": "test" })).await;
    }
    at_once(world, "/api/v1/batch-tasks", json!({ "task_type": "verify" })).await;
}

async fn people(admin: &Browser) {
    let user = json!({ "login": "li", "name": "Li", "role": "operator" });
    let added = by_admin(admin, "/api/v1/users", user).await;
    let user = format!("/api/v1/users/{}", added["user"]["id"].as_str().unwrap());
    by_admin(admin, &format!("{user}/password-reset"), Json::Null).await;
    by_admin(admin, &format!("{user}/end-sessions"), Json::Null).await;
    let made = by_admin(admin, "/api/v1/api-keys", json!({ "name": "k", "scopes": ["read"] })).await;
    let key = made["key"]["id"].as_str().unwrap();
    by_admin(admin, &format!("/api/v1/api-keys/{key}/rotate"), Json::Null).await;
    // Nobody listens there.
    let hook = json!({ "url": "http://127.0.0.1:9/hook", "events": ["batch.finished"] });
    let made = by_admin(admin, "/api/v2/webhooks", hook).await;
    let hook = format!("/api/v2/webhooks/{}", made["webhook"]["id"].as_str().unwrap());
    by_admin(admin, &format!("{hook}/rotate"), Json::Null).await;
    by_admin(admin, &format!("{hook}/test"), Json::Null).await;
}

async fn drafts(world: &World) {
    let mut body = salaries(2, "1.00");
    body["draft"] = json!(true);
    let draft = id(&at_once(world, BATCHES, body).await);
    let relation = json!({ "relations": [{ "targetAccountId": "P-2", "amount": "2.00" }] });
    at_once(world, &at(draft, "/relations"), relation).await;
    let submit = at(draft, "/submit");
    let send = async || world.post_once(&submit, &submit, Json::Null).await;
    let cancel = async { assert_eq!(world.post(&at(draft, "/cancel"), Json::Null).await.code(), "ok") };
    let submitted = twice(send, cancel).await;
    assert_eq!(submitted["state"], "pending");
    at_once(world, &at(draft, "/copy"), json!({ "items": "all" })).await;
    let abroad = json!({ "name": "Abroad", "type": "one_to_many", "sourceAccountId": "PAY", "convert": true,
                         "relations": [{ "targetAccountId": "JP", "amount": "1.00" }] });
    let abroad = make(world, abroad).await;
    at_once(world, &at(abroad, "/reprice"), Json::Null).await;
    at_once(world, &at(abroad, "/cancel"), json!({ "note": "no" })).await;
}

/// `PAY` has 10.00: of four payments two are made, one fails and one is not attempted.
async fn runs(world: &World) {
    let mut body = salaries(4, "5.00");
    body["mode"] = json!("stop_on_failure");
    let batch = make(world, body).await;
    let execute = at(batch, "/execute");
    let send = async || world.post_once(&execute, &execute, Json::Null).await;
    let started = twice(send, async { drop(ended(world, batch).await) }).await;
    assert_eq!(started["state"], "processing");
    let relations = world.get(&at(batch, "/relations?status=failed")).await.data().clone();
    let relation =
        |place: usize, verb: &str| at(batch, &format!("/relations/{}/{verb}", relations[place]["id"]));
    for (path, count) in [
        (at(batch, "/resume"), json!(1)),
        (relation(0, "retry"), Json::Null),
        (at(batch, "/retry-failed"), json!(2)),
        (relation(1, "skip"), Json::Null),
        (at(batch, "/skip-failed"), json!(1)),
    ] {
        let send = async || world.post_once(&path, &path, Json::Null).await;
        let first = twice(send, async { drop(ended(world, batch).await) }).await;
        assert_eq!(first["count"], count, "{path}");
    }
}

#[tokio::test]
async fn a_repeated_request_gets_its_first_response_from_every_verb() {
    let world = world().await;
    let admin = first_admin(&world).await;
    add(&admin, "anna", "operator").await;
    for (number, currency, money) in [("PAY", "USD", "10.00"), ("JP", "JPY", "0")] {
        open(&world, number, currency, money).await;
    }
    for place in 0..4 {
        open(&world, &format!("P-{place}"), "USD", "0").await;
    }
    directory(&world, &admin).await;
    people(&admin).await;
    drafts(&world).await;
    runs(&world).await;
    let missing = async || world.post_once("refused", &at(999, "/execute"), Json::Null).await;
    let (first, again) = (missing().await, missing().await);
    assert_eq!((first.status, first.code()), (404, "BATCH_NOT_FOUND"));
    assert_eq!((again.status, &again.json), (first.status, &first.json));
    let expected = [
        "account.1",
        "api_key_made.1",
        "asset.1",
        "batch.1",
        "batch_added.1",
        "batch_counted.1",
        "batch_described.1",
        "batch_prepared.1",
        "batch_repriced.1",
        "count.1",
        "fx_rate.1",
        "holder.1",
        "refused.1",
        "task.1",
        "user_added.1",
        "webhook.1",
        "webhook_made.1",
    ];
    assert_eq!(kinds(&world).await, expected.map(str::to_owned).into());
    world.stop().await;
}
