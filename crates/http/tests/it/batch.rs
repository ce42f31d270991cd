//! Batches over HTTP: document 000's flows.

use crate::batch_tools::{
    BATCHES, at, balance, ended, is, make, open, outcome, run, salaries, send, verify, world_with_payees,
};
use crate::world::world;
use reqwest::Method;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_batch_is_created_executed_and_read() {
    let world = world_with_payees(3).await;
    let created = world.post(BATCHES, salaries(3, "10.00")).await;
    let batch = created.data();
    assert_eq!(created.json["message"], "The batch transfer was created");
    assert_eq!((&batch["status"], &batch["state"]), (&json!("pending"), &json!("pending")));
    assert_eq!((&batch["totalAmount"], &batch["totalCount"]), (&json!("30.00"), &json!(3)));
    assert_eq!((&batch["source"], &batch["type"]), (&json!("batch"), &json!("one_to_many")));
    assert_eq!(
        (&batch["batchNumber"], &batch["createdBy"]),
        (&json!("batch-20260310-001"), &json!("key:all"))
    );
    assert_eq!((&batch["sourceAccount"], &batch["targetAccount"]), (&json!("PAY"), &Json::Null));
    assert_eq!(batch["createdAt"], "2026-03-10T12:00:00Z");
    let id = batch["id"].as_i64().unwrap();

    let started = world.post(&at(id, "/execute"), json!({ "auto2FA": true, "verificationCode": "1" })).await;
    assert_eq!(started.data()["batchId"], id);
    assert_eq!(started.json["message"], "The batch transfer has started");
    let batch = ended(&world, id).await;
    assert_eq!((&batch["status"], &batch["successCount"]), (&json!("completed"), &json!(3)));
    assert_eq!((&batch["successAmount"], &batch["pendingCount"]), (&json!("30.00"), &json!(0)));
    assert_eq!(batch["completedAt"], "2026-03-10T12:00:00Z");
    let first = &batch["relations"][0];
    assert_eq!((&first["status"], &first["amount"]), (&json!("completed"), &json!("10.00")));
    assert_eq!((&first["sourceAccount"], &first["targetAccount"]), (&json!("PAY"), &json!("P-0")));
    assert_eq!(first["transferId"], first["id"]);
    assert_eq!((balance(&world, "PAY").await, balance(&world, "P-2").await), (497_000, 1_000));

    let by_number = world.get(&format!("{BATCHES}/batch-20260310-001/history")).await;
    let events: Vec<_> = by_number.data().as_array().unwrap().iter().map(|e| e["event"].clone()).collect();
    assert_eq!(events, ["created", "submitted", "started", "completed"]);
    let statuses: Vec<_> = by_number.data().as_array().unwrap().iter().map(|e| e["status"].clone()).collect();
    assert_eq!(statuses, ["pending", "pending", "processing", "completed"]);
    assert_eq!(by_number.json["pagination"]["total"], 4);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn in_a_collection_a_payers_shortage_fails_only_that_payers_item() {
    let world = world().await;
    open(&world, "POT", "USD", "0").await;
    open(&world, "RICH", "USD", "100.00").await;
    open(&world, "POOR", "USD", "1.00").await;
    let body = json!({ "name": "Collection", "type": "many_to_one", "targetAccountId": "POT", "relations": [
        { "sourceAccountId": "RICH", "amount": "60.00" }, { "sourceAccountId": "POOR", "amount": "2.00" }] });
    let batch = run(&world, body).await;
    assert_eq!((&batch["state"], &batch["status"]), (&json!("partially_completed"), &json!("failed")));
    let failed = &batch["relations"][1];
    assert_eq!((&failed["errorCode"], &failed["transferId"]), (&json!("INSUFFICIENT_BALANCE"), &Json::Null));
    assert_eq!(failed["errorMessage"], "The available balance does not cover the amount");
    assert_eq!((balance(&world, "POT").await, balance(&world, "POOR").await), (6_000, 100));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn failed_transfers_are_retried_one_by_one_and_all_together() {
    let world = world().await;
    open(&world, "PAY", "USD", "10.00").await;
    for place in 0..4 {
        open(&world, &format!("P-{place}"), "USD", "0").await;
    }
    let batch = run(&world, salaries(4, "5.00")).await;
    let id = batch["id"].as_i64().unwrap();
    assert_eq!((&batch["successCount"], &batch["failedCount"]), (&json!(2), &json!(2)));
    let failed = world.get(&at(id, "/relations?status=failed")).await;
    let relations = failed.data().as_array().unwrap().clone();
    assert_eq!((relations.len(), &failed.json["pagination"]["total"]), (2, &json!(2)));
    let relation = relations[0]["id"].as_i64().unwrap();

    open(&world, "MORE", "USD", "100.00").await;
    let more = json!({ "name": "Top up", "type": "one_to_many", "sourceAccountId": "MORE",
        "relations": [{ "targetAccountId": "PAY", "amount": "5.00" }] });
    run(&world, more.clone()).await;
    let retried = world.post(&at(id, &format!("/relations/{relation}/retry")), Json::Null).await;
    assert_eq!(retried.data()["relationId"], relation);
    assert_eq!(ended(&world, id).await["successCount"], 3);
    let again = world.post(&at(id, &format!("/relations/{relation}/retry")), Json::Null).await;
    assert_eq!(outcome(&again), is(400, "ITEM_WRONG_STATE"));

    run(&world, more).await;
    let all = world.post(&at(id, "/retry-failed"), json!({ "auto2FA": false })).await;
    assert_eq!(all.data()["count"], 1);
    assert_eq!(ended(&world, id).await["state"], "completed");
    let none = world.post(&at(id, "/retry-failed"), Json::Null).await;
    assert_eq!(
        (&none.data()["count"], &none.json["message"]),
        (&json!(0), &json!("There is no failed transfer to retry"))
    );
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_failed_transfer_can_be_skipped_and_a_settled_one_cannot() {
    let world = world().await;
    open(&world, "PAY", "USD", "5.00").await;
    open(&world, "P-0", "USD", "0").await;
    open(&world, "P-1", "USD", "0").await;
    let batch = run(&world, salaries(2, "5.00")).await;
    let id = batch["id"].as_i64().unwrap();
    let relation = |place: usize| batch["relations"][place]["id"].as_i64().unwrap();
    let settled = world.post(&at(id, &format!("/relations/{}/skip", relation(0))), Json::Null).await;
    assert_eq!(outcome(&settled), is(400, "ITEM_WRONG_STATE"));
    let body = json!({ "reason": "left the company" });
    let skipped = world.post(&at(id, &format!("/relations/{}/skip", relation(1))), body).await;
    assert_eq!(skipped.data()["relationId"], relation(1));
    let shown = world.get(&at(id, "/relations?state=skipped")).await;
    assert_eq!(
        (&shown.data()[0]["state"], &shown.data()[0]["status"]),
        (&json!("skipped"), &json!("skipped"))
    );
    let missing = world.post(&at(id, "/relations/999999/skip"), Json::Null).await;
    assert_eq!(outcome(&missing), is(404, "ITEM_NOT_FOUND"));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn an_interrupted_batch_can_be_resumed_and_pays_every_item_once() {
    let world = world_with_payees(0).await;
    for place in 0..600 {
        open(&world, &format!("P-{place}"), "USD", "0").await;
    }
    // A run may end before it sees the interruption; then try again.
    for _ in 0..20 {
        let id = make(&world, salaries(600, "0.01")).await;
        let before = balance(&world, "PAY").await;
        world.post(&at(id, "/execute"), Json::Null).await.data();
        let cancelled = world.post(&at(id, "/cancel"), json!({ "reason": "The wrong month" })).await;
        let batch = ended(&world, id).await;
        let (paid, failed) =
            (batch["successCount"].as_i64().unwrap(), batch["failedCount"].as_i64().unwrap());
        assert_eq!(paid + failed, 600);
        if failed == 0 {
            continue;
        }
        let message = cancelled.json["message"].as_str().unwrap();
        let known = ["The batch transfer is being interrupted", "The batch transfer was interrupted"];
        assert!(known.contains(&message), "{message}");
        assert!(batch["interruptedAt"].is_string(), "{batch}");
        let chinese = world.request(Method::GET, &at(id, "/relations?status=failed&pageSize=1"));
        let chinese = crate::world::answer(chinese.header("Accept-Language", "zh-CN")).await;
        let relation = &chinese.data()[0];
        assert_eq!(
            (&relation["errorCode"], &relation["errorMessage"]),
            (&json!("INTERRUPTED"), &json!("用户手动中断"))
        );

        let resumed = world.post(&at(id, "/resume"), json!({ "auto2FA": false })).await;
        assert_eq!(resumed.data()["count"], failed);
        let batch = ended(&world, id).await;
        assert_eq!((&batch["state"], &batch["successCount"]), (&json!("completed"), &json!(600)));
        assert_eq!(before - balance(&world, "PAY").await, 600);
        let nothing = world.post(&at(id, "/resume"), Json::Null).await;
        assert_eq!(outcome(&nothing), is(400, "BATCH_NOT_RESUMABLE"));
        verify(&world).await;
        world.stop().await;
        return;
    }
    panic!("no run was interrupted");
}

#[tokio::test]
async fn a_paused_batch_resumes_where_it_stopped() {
    let world = world_with_payees(0).await;
    for place in 0..600 {
        open(&world, &format!("P-{place}"), "USD", "0").await;
    }
    for _ in 0..20 {
        let id = make(&world, salaries(600, "0.01")).await;
        world.post(&at(id, "/execute"), Json::Null).await.data();
        let paused = world.post(&at(id, "/pause"), Json::Null).await;
        let batch = ended(&world, id).await;
        if batch["state"] == "completed" {
            continue;
        }
        paused.data();
        assert_eq!((&batch["state"], &batch["status"]), (&json!("paused"), &json!("processing")));
        let waiting = &batch["pendingCount"];
        assert_eq!(world.post(&at(id, "/resume"), Json::Null).await.data()["count"], *waiting);
        let batch = ended(&world, id).await;
        assert_eq!((&batch["state"], &batch["successCount"]), (&json!("completed"), &json!(600)));
        verify(&world).await;
        world.stop().await;
        return;
    }
    panic!("no run was paused");
}

#[tokio::test]
async fn no_verb_pays_a_draft_or_a_cancelled_batch() {
    let world = world_with_payees(2).await;
    let mut body = salaries(2, "1.00");
    let cancelled = make(&world, body.clone()).await;
    let answer = world.post(&at(cancelled, "/cancel"), Json::Null).await;
    assert_eq!(answer.data()["state"], "cancelled");
    assert_eq!(answer.json["message"], "The batch transfer was cancelled");
    body["draft"] = json!(true);
    let draft = make(&world, body).await;
    for id in [cancelled, draft] {
        let relation = world.get(&at(id, "")).await.data()["relations"][0]["id"].clone();
        for verb in [
            "/retry-failed".to_owned(),
            "/resume".to_owned(),
            "/execute".to_owned(),
            "/pause".to_owned(),
            format!("/relations/{relation}/retry"),
            format!("/relations/{relation}/skip"),
        ] {
            let answer = world.post(&at(id, &verb), Json::Null).await;
            assert_eq!(outcome(&answer), is(400, "BATCH_WRONG_STATE"), "{verb}");
        }
    }
    let again = world.post(&at(cancelled, "/cancel"), Json::Null).await;
    assert_eq!(outcome(&again), is(400, "BATCH_CANCELLED"));
    assert_eq!(again.json["error"]["details"], "batch-20260310-001 is cancelled");
    assert_eq!(balance(&world, "PAY").await, 500_000);
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn resuming_a_pending_batch_executes_it() {
    let world = world_with_payees(2).await;
    let id = make(&world, salaries(2, "1.00")).await;
    assert_eq!(world.post(&at(id, "/resume"), Json::Null).await.data()["count"], 2);
    assert_eq!(ended(&world, id).await["state"], "completed");
    world.stop().await;
}

#[tokio::test]
async fn a_draft_is_edited_until_it_is_submitted() {
    let world = world_with_payees(5).await;
    let mut body = salaries(2, "1.00");
    body["draft"] = json!(true);
    let id = make(&world, body).await;
    let edit = json!({ "name": "Salaries, corrected", "mode": "stop_on_failure", "remarks": "checked" });
    let edited = send(&world, Method::PATCH, &at(id, ""), edit).await;
    assert_eq!(
        (&edited.data()["name"], &edited.data()["mode"]),
        (&json!("Salaries, corrected"), &json!("stop_on_failure"))
    );

    let more = json!({ "relations": [{ "targetAccountId": "P-2", "amount": "2.00" }, { "targetAccountId": "P-3", "amount": "3.00" }] });
    let added = world.post(&at(id, "/relations"), more.clone()).await;
    assert_eq!((&added.data()["count"], &added.data()["batch"]["totalAmount"]), (&json!(2), &json!("7.00")));
    assert_eq!(
        (&added.data()["relations"][1]["line"], &added.data()["relations"][1]["targetAccount"]),
        (&json!(4), &json!("P-3"))
    );
    let twice = world
        .post(
            &at(id, "/relations"),
            json!({ "relations": [{ "contactType": "uid", "targetIdentifier": "U-P-2", "amount": "1.00" }] }),
        )
        .await;
    assert_eq!(outcome(&twice), is(400, "DUPLICATE_TARGET"));
    assert_eq!(twice.json["data"]["duplicates"], json!(["U-P-2"]));

    let relation = added.data()["relations"][0]["id"].as_i64().unwrap();
    let path = at(id, &format!("/relations/{relation}"));
    let deleted = send(&world, Method::DELETE, &path, Json::Null).await;
    assert_eq!((&deleted.data()["totalCount"], &deleted.data()["totalAmount"]), (&json!(3), &json!("5.00")));
    assert_eq!(outcome(&send(&world, Method::DELETE, &path, Json::Null).await), is(404, "ITEM_NOT_FOUND"));
    // Another batch's item numbers now lie between this batch's.
    make(&world, salaries(2, "1.00")).await;
    world
        .post(&at(id, "/relations"), json!({ "relations": [{ "targetAccountId": "P-4", "amount": "4.00" }] }))
        .await
        .data();

    assert_eq!(world.post(&at(id, "/submit"), Json::Null).await.data()["state"], "pending");
    for (method, path, json) in [
        (Method::PATCH, at(id, ""), json!({ "name": "x" })),
        (Method::POST, at(id, "/relations"), more),
        (Method::POST, at(id, "/submit"), Json::Null),
        (Method::DELETE, path, Json::Null),
    ] {
        let answer = send(&world, method, &path, json).await;
        assert_eq!(outcome(&answer), is(400, "BATCH_WRONG_STATE"), "{path}");
    }
    world.post(&at(id, "/execute"), Json::Null).await.data();
    let batch = ended(&world, id).await;
    assert_eq!(
        (&batch["state"], &batch["successCount"], &batch["successAmount"]),
        (&json!("completed"), &json!(4), &json!("9.00"))
    );
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn relations_of_a_draft_are_replaced_as_a_whole_and_an_empty_draft_cannot_be_submitted() {
    let world = world_with_payees(3).await;
    let mut body = salaries(3, "1.00");
    body["draft"] = json!(true);
    let id = make(&world, body).await;
    let edit =
        json!({ "relations": [{ "targetAccountId": "P-1" }], "amountMode": "fixed", "fixedAmount": "7.00" });
    let edited = send(&world, Method::PATCH, &at(id, ""), edit).await;
    assert_eq!((&edited.data()["totalCount"], &edited.data()["totalAmount"]), (&json!(1), &json!("7.00")));
    let relation = world.get(&at(id, "")).await.data()["relations"][0]["id"].as_i64().unwrap();
    send(&world, Method::DELETE, &at(id, &format!("/relations/{relation}")), Json::Null).await.data();
    assert_eq!(outcome(&world.post(&at(id, "/submit"), Json::Null).await), is(422, "BATCH_EMPTY"));
    verify(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn an_unknown_batch_name_is_not_found() {
    let world = world().await;
    for name in ["1", "0", "-1", "x", "batch-20260310-001", "99999999999999999999", "%FF", "1%00", "..%2F"] {
        let answer = world.get(&format!("{BATCHES}/{name}")).await;
        assert_eq!(outcome(&answer), is(404, "BATCH_NOT_FOUND"), "{name}");
        let answer = world.post(&format!("{BATCHES}/{name}/execute"), Json::Null).await;
        assert_eq!(outcome(&answer), is(404, "BATCH_NOT_FOUND"), "{name}");
    }
    world.stop().await;
}
