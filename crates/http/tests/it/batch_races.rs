//! Repeated and concurrent requests.

use crate::batch_tools::{
    BATCHES, at, balance, ended, is, make, outcome, salaries, verify, world_with_payees,
};
use crate::world::{Answer, World};
use serde_json::{Value as Json, json};
use service::transfer;
use std::collections::HashSet;
use std::sync::Arc;

/// Sends the same request `times` times concurrently.
async fn at_once(
    world: &Arc<World>,
    times: usize,
    key: Option<&str>,
    path: &str,
    body: &Json,
) -> Vec<Answer> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..times {
        let (world, key, path, body) = (world.clone(), key.map(str::to_owned), path.to_owned(), body.clone());
        tasks.spawn(async move {
            match key {
                Some(key) => world.post_once(&key, &path, body).await,
                None => world.post(&path, body).await,
            }
        });
    }
    tasks.join_all().await
}

async fn stop(world: Arc<World>) {
    verify(&world).await;
    Arc::into_inner(world).unwrap().stop().await;
}

#[tokio::test]
async fn fifty_requests_under_one_key_create_one_batch() {
    let world = Arc::new(world_with_payees(3).await);
    let body = salaries(3, "1.00");
    let answers = at_once(&world, 50, Some("march"), BATCHES, &body).await;
    let ids: HashSet<i64> = answers
        .iter()
        .filter(|answer| outcome(answer) != is(409, "IDEMPOTENCY_KEY_IN_USE"))
        .map(|answer| answer.data()["id"].as_i64().unwrap())
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(world.get(BATCHES).await.data()["pagination"]["total"], 1);
    let id = ids.into_iter().next().unwrap();

    let again = world.post_once("\"march\"", BATCHES, body).await;
    assert_eq!((&again.data()["id"], &again.data()["state"]), (&json!(id), &json!("pending")));
    let other = world.post_once("march", BATCHES, salaries(2, "1.00")).await;
    assert_eq!(outcome(&other), is(422, "IDEMPOTENCY_KEY_REUSED"));
    world.post_once("run", &at(id, "/execute"), json!({ "verificationCode": "1" })).await.data();
    ended(&world, id).await;
    let first = world.post_once("run", &at(id, "/execute"), json!({ "verificationCode": "2" })).await;
    assert_eq!(first.data()["state"], "processing");
    assert_eq!(balance(&world, "PAY").await, 499_700);
    stop(world).await;
}

#[tokio::test]
async fn a_refusal_under_a_key_is_stored_permanently() {
    let world = Arc::new(world_with_payees(1).await);
    let twice = json!({ "name": "x", "type": "one_to_many", "sourceAccountId": "PAY", "relations": [
        { "targetAccountId": "P-0", "amount": "1.00" }, { "targetAccountId": "P-0", "amount": "1.00" }] });
    for _ in 0..2 {
        let answer = world.post_once("k", BATCHES, twice.clone()).await;
        assert_eq!(outcome(&answer), is(400, "DUPLICATE_TARGET"));
        assert_eq!(answer.json["data"]["duplicates"], json!(["P-0"]));
    }
    stop(world).await;
}

#[tokio::test]
async fn fifty_concurrent_executes_pay_once() {
    let world = Arc::new(world_with_payees(20).await);
    let id = make(&world, salaries(20, "1.00")).await;
    let answers = at_once(&world, 50, None, &at(id, "/execute"), &Json::Null).await;
    for answer in &answers {
        // Requests after the end are refused.
        assert!(answer.status == 200 || outcome(answer) == is(400, "BATCH_WRONG_STATE"), "{}", answer.json);
    }
    let batch = ended(&world, id).await;
    assert_eq!((&batch["state"], &batch["successCount"]), (&json!("completed"), &json!(20)));
    assert_eq!(balance(&world, "PAY").await, 498_000);
    stop(world).await;
}

#[tokio::test]
async fn fifty_concurrent_cancels_and_executes_leave_correct_counters() {
    let world = Arc::new(world_with_payees(20).await);
    let id = make(&world, salaries(20, "1.00")).await;
    let (execute, cancel) = (at(id, "/execute"), at(id, "/cancel"));
    let (executed, cancelled) = tokio::join!(
        at_once(&world, 25, None, &execute, &Json::Null),
        at_once(&world, 25, None, &cancel, &Json::Null)
    );
    for answer in executed.iter().chain(&cancelled) {
        let known = ["ok", "BATCH_WRONG_STATE", "BATCH_CANNOT_CANCEL", "BATCH_CANCELLED"];
        assert!([200, 400].contains(&answer.status) && known.contains(&answer.code()), "{}", answer.json);
    }
    let batch = ended(&world, id).await;
    let count = |name: &str| batch[name].as_i64().unwrap();
    assert_eq!(count("successCount") + count("failedCount") + count("skippedCount"), 20);
    assert_eq!(balance(&world, "PAY").await, 500_000 - 100 * count("successCount"));
    stop(world).await;
}

#[tokio::test]
async fn concurrent_retries_pay_once() {
    let world = Arc::new(world_with_payees(5).await);
    let id = make(&world, salaries(5, "1000.01")).await;
    world.post(&at(id, "/execute"), Json::Null).await.data();
    assert_eq!(ended(&world, id).await["failedCount"], 1);
    let deposit = service::transfer::TransferRequest {
        to: Some("PAY".into()),
        amount: "5000.00".to_owned().into(),
        ..Default::default()
    };
    transfer::create(&world.service, &world.actor, &deposit).await.unwrap();
    let answers = at_once(&world, 20, None, &at(id, "/retry-failed"), &Json::Null).await;
    let tried: i64 = answers.iter().map(|answer| answer.data()["count"].as_i64().unwrap()).sum();
    assert_eq!(tried, 1);
    assert_eq!(ended(&world, id).await["state"], "completed");
    stop(world).await;
}
