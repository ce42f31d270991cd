//! How batches end: resuming, skipping, cancelling for good, and what history and messages say about it.

use crate::batch_tools::{
    at, balance, ended, is, make, open, outcome, run, salaries, verify, world_with_payees,
};
use crate::world::{Answer, World, answer, world};
use domain::id::BatchId;
use reqwest::Method;
use serde_json::{Value as Json, json};
use service::{account, batch, transfer};

/// Runs a batch of four payments of 5.00 from an account with 10.00 that stops at its first failure: two are
/// paid, one fails, one is not attempted.
async fn stopped(world: &World) -> i64 {
    open(world, "PAY", "USD", "10.00").await;
    for place in 0..4 {
        open(world, &format!("P-{place}"), "USD", "0").await;
    }
    let mut body = salaries(4, "5.00");
    body["mode"] = json!("stop_on_failure");
    run(world, body).await["id"].as_i64().unwrap()
}

async fn history(world: &World, id: i64, language: &str) -> Vec<Json> {
    let request = world.request(Method::GET, &at(id, "/history")).header("Accept-Language", language);
    answer(request).await.data().as_array().unwrap().clone()
}

fn told(events: &[Json]) -> Vec<(&str, &str)> {
    events.iter().map(|e| (e["event"].as_str().unwrap(), e["message"].as_str().unwrap())).collect()
}

fn deposit(number: &str, amount: &str) -> service::transfer::TransferRequest {
    service::transfer::TransferRequest {
        to: Some(number.into()),
        amount: amount.to_owned().into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn resuming_over_http_and_through_the_service_is_the_same() {
    let mut seen = Vec::new();
    for by_http in [true, false] {
        let world = world().await;
        let id = stopped(&world).await;
        transfer::create(&world.service, &world.actor, &deposit("PAY", "90.00")).await.unwrap();
        let count = if by_http {
            world.post(&at(id, "/resume"), Json::Null).await.data()["count"].as_i64().unwrap()
        } else {
            // What `sluice batch resume` calls.
            batch::resume(&world.service, &world.actor, BatchId(id).into()).await.unwrap().1
        };
        let batch = ended(&world, id).await;
        let chinese = history(&world, id, "zh").await;
        let resumed = chinese.iter().find(|event| event["event"] == "resumed").unwrap().clone();
        seen.push((count, batch["successCount"].clone(), batch["state"].clone(), resumed["message"].clone()));
        let refused = world.post(&at(id, "/resume"), Json::Null).await;
        assert_eq!(outcome(&refused), is(400, "BATCH_NOT_RESUMABLE"));
        verify(&world).await;
        world.stop().await;
    }
    let expected = (1, json!(3), json!("partially_completed"), json!("恢复1个未完成的转账"));
    assert_eq!(seen, [expected.clone(), expected]);
}

#[tokio::test]
async fn skipping_the_last_failed_transfer_completes_the_batch() {
    let world = world().await;
    let id = stopped(&world).await;
    let failed = world.get(&at(id, "/relations?status=failed")).await.data().clone();
    for (place, state) in [(0, "partially_completed"), (1, "completed")] {
        let relation = failed[place]["id"].as_i64().unwrap();
        let body = json!({ "note": "left" });
        let skipped = world.post(&at(id, &format!("/relations/{relation}/skip")), body).await;
        assert_eq!(skipped.data()["state"], state);
    }
    let batch = world.get(&at(id, "")).await.data().clone();
    assert_eq!((&batch["status"], &batch["failedCount"]), (&json!("completed"), &json!(0)));
    let events = history(&world, id, "en").await;
    let last: Vec<_> = told(&events).into_iter().rev().take(3).collect();
    assert_eq!(
        last,
        [
            ("completed", "The batch transfer completed"),
            ("skipped", "A transfer was skipped"),
            ("skipped", "A transfer was skipped"),
        ]
    );
    let skipped = world.get(&at(id, "/relations?status=skipped")).await;
    assert_eq!(skipped.json["pagination"]["total"], 2);
    let again = world.post(&at(id, &format!("/relations/{}/retry", failed[0]["id"])), Json::Null).await;
    assert_eq!(outcome(&again), is(400, "ITEM_WRONG_STATE"));
    assert_eq!(again.json["error"]["details"], format!("relation {} is skipped", failed[0]["id"]));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn all_failed_transfers_are_skipped_at_once() {
    let world = world().await;
    let id = stopped(&world).await;
    let body = json!({ "reason": "paid by hand" });
    let skipped = world.post_once("k", &at(id, "/skip-failed"), body.clone()).await;
    assert_eq!((&skipped.data()["count"], &skipped.data()["state"]), (&json!(2), &json!("completed")));
    assert_eq!(world.post_once("k", &at(id, "/skip-failed"), body).await.data(), skipped.data());
    let none = world.post(&at(id, "/skip-failed"), Json::Null).await;
    assert_eq!(
        (&none.data()["count"], &none.json["message"]),
        (&json!(0), &json!("There is no failed transfer to skip"))
    );
    let events = history(&world, id, "zh-CN").await;
    let event = events.iter().find(|event| event["event"] == "skipped").unwrap();
    assert_eq!(event["message"], "跳过2个失败的转账");
    assert_eq!(event["details"], json!({ "items": 2, "note": "paid by hand" }));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_batch_cancelled_for_good_is_not_paid_by_a_retry() {
    let world = world().await;
    let id = stopped(&world).await;
    let body = json!({ "note": "the wrong file", "forGood": true });
    let off = world.post(&at(id, "/cancel"), body).await;
    assert_eq!(off.data()["state"], "completed");
    assert_eq!(
        off.json["message"],
        "The batch transfer was cancelled permanently; unpaid transfers were skipped"
    );
    transfer::create(&world.service, &world.actor, &deposit("PAY", "90.00")).await.unwrap();
    for verb in ["/retry-failed", "/resume", "/execute", "/skip-failed"] {
        let refused = world.post(&at(id, verb), Json::Null).await;
        assert_eq!(refused.status, 400, "{verb} {}", refused.json);
    }
    let details = world.post(&at(id, "/retry-failed"), Json::Null).await.json["error"]["details"].clone();
    assert_eq!(details, "batch-20260310-001 was cancelled permanently");
    let again = world.post(&at(id, "/cancel"), json!({ "forGood": true })).await;
    assert_eq!(outcome(&again), is(400, "BATCH_CANNOT_CANCEL"));
    let batch = world.get(&at(id, "")).await.data().clone();
    assert!(batch["calledOffAt"].is_string(), "{batch}");
    assert_eq!((&batch["skippedCount"], &batch["successCount"]), (&json!(2), &json!(2)));
    assert_eq!(balance(&world, "PAY").await, 9_000);
    verify(&world).await;
    world.stop().await;
}

/// Executes a batch and pauses it before it ends, with as many attempts as needed.
async fn paused(world: &World) -> i64 {
    for _ in 0..50 {
        let id = make(world, salaries(600, "0.01")).await;
        world.post(&at(id, "/execute"), Json::Null).await.data();
        let pause = world.post(&at(id, "/pause"), json!({ "note": "lunch" })).await;
        if pause.status == 200 && ended(world, id).await["state"] == "paused" {
            return id;
        }
    }
    panic!("no run was paused");
}

#[tokio::test]
async fn a_pause_is_recorded_as_requested_and_as_done_and_a_paused_batch_is_not_executed() {
    let world = world_with_payees(600).await;
    let id = paused(&world).await;
    let events = history(&world, id, "en").await;
    let told: Vec<_> = told(&events).into_iter().skip(3).collect();
    assert_eq!(told, [("pause_asked", "A pause was requested"), ("paused", "The batch transfer is paused")]);
    assert_eq!(events[3]["details"]["note"], "lunch");
    for event in &events {
        assert!(event["details"].is_object() || event["details"].is_null(), "{event}");
    }
    let number = world.get(&at(id, "")).await.data()["batchNumber"].as_str().unwrap().to_owned();
    let refused = world.post(&at(id, "/execute"), Json::Null).await;
    assert_eq!(outcome(&refused), is(400, "BATCH_WRONG_STATE"));
    assert_eq!(refused.json["error"]["details"], format!("{number} is paused"));
    let waiting = world.get(&at(id, "")).await.data()["pendingCount"].clone();
    let resumed: Answer = world.post(&at(id, "/resume"), Json::Null).await;
    assert_eq!(resumed.data()["count"], waiting);
    let batch = ended(&world, id).await;
    assert_eq!(batch["state"], "completed");
    let events = history(&world, id, "zh").await;
    let message = &events.iter().find(|event| event["event"] == "resumed").unwrap()["message"];
    assert_eq!(*message, format!("恢复{waiting}个未完成的转账"));
    // The worker ends the run.
    assert_eq!(events.last().unwrap()["operator"], "system");
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_retry_while_the_batch_is_paused_does_not_claim_to_have_started() {
    let world = world_with_payees(600).await;
    account::set_status(
        &world.service,
        &world.actor,
        &"P-0".into(),
        domain::account::AccountStatus::Frozen,
        "test",
    )
    .await
    .unwrap();
    let id = loop {
        let id = paused_with_frozen(&world).await;
        if world.get(&at(id, "")).await.data()["failedCount"] == 1 {
            break id;
        }
    };
    let retried = world.post(&at(id, "/retry-failed"), Json::Null).await;
    assert_eq!((&retried.data()["count"], &retried.data()["state"]), (&json!(1), &json!("paused")));
    assert_eq!(
        retried.json["message"],
        "The failed transfers are pending again; they will be retried when the paused batch is resumed"
    );
    world.stop().await;
}

/// A paused batch whose first payee was frozen after the batch was created.
async fn paused_with_frozen(world: &World) -> i64 {
    use domain::account::AccountStatus::{Active, Frozen};
    let set = async |status| {
        account::set_status(&world.service, &world.actor, &"P-0".into(), status, "test").await.unwrap();
    };
    for _ in 0..50 {
        set(Active).await;
        let id = make(world, salaries(600, "0.01")).await;
        set(Frozen).await;
        world.post(&at(id, "/execute"), Json::Null).await.data();
        while world.get(&at(id, "/progress")).await.data()["failedCount"] == 0 {
            if ended_already(world, id).await {
                break;
            }
        }
        let pause = world.post(&at(id, "/pause"), Json::Null).await;
        if pause.status == 200 && ended(world, id).await["state"] == "paused" {
            return id;
        }
    }
    panic!("no run was paused");
}

async fn ended_already(world: &World, id: i64) -> bool {
    !world.get(&at(id, "/progress")).await.data()["completedAt"].is_null()
}

#[tokio::test]
async fn a_relations_history_lists_each_attempt_and_who_retried_it() {
    let world = world().await;
    let id = stopped(&world).await;
    let failed = world.get(&at(id, "/relations?status=failed")).await.data().clone();
    let relation = failed[0]["id"].as_i64().unwrap();
    world.post(&at(id, &format!("/relations/{relation}/retry")), Json::Null).await.data();
    ended(&world, id).await;
    transfer::create(&world.service, &world.actor, &deposit("PAY", "90.00")).await.unwrap();
    world.post(&at(id, "/retry-failed"), Json::Null).await.data();
    ended(&world, id).await;
    let told = world.get(&at(id, &format!("/relations/{relation}/history"))).await;
    let data = told.data();
    assert_eq!((&data["relationId"], &data["state"]), (&json!(relation), &json!("completed")));
    let attempts: Vec<_> = data["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["status"].as_str().unwrap(), one["errorCode"].clone(), one["retriedBy"].clone()))
        .collect();
    let poor = json!("INSUFFICIENT_BALANCE");
    assert_eq!(
        attempts,
        [
            ("failed", poor.clone(), Json::Null),
            ("failed", poor, json!("key:all")),
            ("completed", Json::Null, json!("key:all")),
        ]
    );
    assert_eq!(data["attempts"][2]["amount"], "5.00");
    assert!(data["attempts"][0]["at"].is_string());
    let missing = world.get(&at(id, "/relations/999999/history")).await;
    assert_eq!(outcome(&missing), is(404, "ITEM_NOT_FOUND"));
    world.stop().await;
}

#[tokio::test]
async fn every_status_in_a_response_works_as_a_filter() {
    let world = world().await;
    let id = stopped(&world).await;
    let failed = world.get(&at(id, "/relations?status=failed")).await.data().clone();
    world.post(&at(id, &format!("/relations/{}/skip", failed[0]["id"])), Json::Null).await.data();
    for (name, words) in [
        ("status", &["pending", "processing", "completed", "failed", "skipped"][..]),
        ("state", &["pending", "processing", "completed", "failed", "unknown", "skipped"]),
    ] {
        let mut total = 0;
        for word in words {
            let list = world.get(&at(id, &format!("/relations?{name}={word}"))).await;
            let relations = list.data().as_array().unwrap();
            assert!(relations.iter().all(|relation| relation[name] == *word), "{word}: {}", list.json);
            total += relations.len();
        }
        assert_eq!(total, 4, "{name}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_reversed_range_and_a_value_date_out_of_range_are_refused() {
    let world = world_with_payees(1).await;
    for list in [
        "/api/batch-transfers?createdFrom=2026-02-01T00:00:00Z&createdTo=2026-01-01T00:00:00Z",
        "/api/v2/account-transfers?from=2026-02-01&to=2026-01-01",
        "/api/v2/accounts/PAY/transactions?from=2026-02-01&to=2026-01-01",
        "/api/v2/audit?from=2026-02-01&to=2026-01-01",
    ] {
        assert_eq!(outcome(&world.get(list).await), is(422, "RANGE_REVERSED"), "{list}");
    }
    for (date, code) in [
        ("1969-12-31", "DATE_OUT_OF_RANGE"),
        ("2027-03-11", "DATE_OUT_OF_RANGE"),
        ("2027-03-10", "ok"),
        ("1970-01-01", "ok"),
        ("2027-3-1", "DATE_INVALID"),
    ] {
        let body = json!({ "fromAccountId": "PAY", "toAccountId": "P-0", "fromAmountCents": 1,
                           "transferDate": date });
        let sent = world.post("/api/v2/account-transfers", body).await;
        assert_eq!(sent.code(), code, "{date}: {}", sent.json);
    }
    world.stop().await;
}
