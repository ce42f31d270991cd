//! Live progress: what the published socket.io client sees.

mod batches;
mod client;
mod edges;
mod nodes;
mod scripts;
mod server;
mod sessions;
mod watchers;

use crate::world::{World, world};
use batches::{execute, submitted};
use client::{How, Watcher};
use domain::account::AccountStatus;
use serde_json::{Value as Json, json};
use service::api_key::{self, NewApiKey};
use service::batch::rework::Rework;
use service::{account, batch};
use std::time::{Duration, Instant};

fn by_key(world: &World) -> How<'_> {
    How { token: Some(&world.key), ..How::default() }
}

/// Asserts that sequence numbers rise, counters add up, and the last event reports completion.
fn check_run(events: &[Json], batch: i64, total: i64) {
    let seq: Vec<_> = events.iter().map(|event| event["seq"].as_i64().unwrap()).collect();
    assert!(seq.is_sorted_by(|a, b| a < b), "{seq:?}");
    for event in events {
        assert_eq!((&event["batchId"], &event["totalCount"]), (&json!(batch), &json!(total)));
        let counts = ["successCount", "failedCount", "skippedCount", "pendingCount"];
        let sum: i64 = counts.iter().map(|name| event[name].as_i64().unwrap()).sum();
        assert_eq!(sum, total, "{event}");
    }
    let last = events.last().unwrap();
    assert_eq!((&last["status"], &last["progress"]), (&json!("completed"), &json!(100)));
    assert_eq!((&last["successCount"], &last["pendingCount"]), (&json!(total), &json!(0)));
    assert!(last["completedAt"].as_str().unwrap().ends_with('Z'), "{last}");
}

#[tokio::test]
async fn a_watcher_gets_the_current_state_then_progress_and_the_end() {
    let world = world().await;
    let batch = submitted(&world, 3_000).await;
    let mut watcher = Watcher::connect(&world.url, by_key(&world)).await;
    watcher.join(batch.id.0);
    let first = watcher.until("progress_update").await;
    assert_eq!(
        (&first["status"], &first["state"], &first["progress"]),
        (&json!("pending"), &json!("pending"), &json!(0))
    );
    assert_eq!((&first["currentRelation"], &first["completedAt"]), (&Json::Null, &Json::Null));
    execute(&world.service, &batch).await;
    let begun = Instant::now();
    let mut events = vec![first];
    events.extend(watcher.progress_until("completed").await);
    let most = begun.elapsed().as_millis() / 100 + 2;
    assert!(events.len() as u128 <= most, "{} events, not {most}", events.len());
    check_run(&events, batch.id.0, 3_000);
    let last = events.last().unwrap();
    assert_eq!((&last["successAmount"], &last["failedAmount"]), (&json!("3000.00"), &json!("0.00")));
    let current = &last["currentRelation"];
    assert_eq!((&current["status"], &current["amount"]), (&json!("completed"), &json!("1.00")));
    assert_eq!(current["id"], batch.last_number);
    assert_eq!((&current["sourceAccount"], &current["targetAccount"]), (&json!("PAY"), &json!("A2999")));
    world.stop().await;
}

/// Asserts that a run's first and last events arrive, even if the run ended between two readings.
fn check_ends(events: &[Json], failed: i64) {
    let (first, last) = (events.first().unwrap(), events.last().unwrap());
    assert_eq!(
        (&first["status"], &first["state"], &first["progress"], &first["completedAt"]),
        (&json!("processing"), &json!("processing"), &json!(0), &Json::Null)
    );
    assert!(first["seq"].as_i64() < last["seq"].as_i64(), "{events:?}");
    assert_eq!((&last["progress"], &last["failedCount"]), (&json!(100), &json!(failed)));
    assert!(last["completedAt"].is_string(), "{last}");
}

#[tokio::test]
async fn a_run_that_ends_between_two_readings_still_sends_its_first_and_last_event() {
    let world = world().await;
    let batch = submitted(&world, 5).await;
    let set = async |status| {
        account::set_status(&world.service, &world.actor, &"A3".into(), status, "test").await.unwrap();
    };
    set(AccountStatus::Frozen).await;
    let mut watcher = Watcher::connect(&world.url, by_key(&world)).await;
    watcher.join(batch.id.0);
    assert_eq!(watcher.until("progress_update").await["status"], "pending");
    execute(&world.service, &batch).await;
    check_ends(&watcher.progress_until("partially_completed").await, 1);
    set(AccountStatus::Active).await;
    batch::retry(&world.service, &world.actor, batch.id.into(), Rework::AllFailed).await.unwrap();
    check_ends(&watcher.progress_until("completed").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn a_watcher_that_stays_in_the_room_also_sees_the_retry() {
    let world = world().await;
    let batch = submitted(&world, 20).await;
    let set = async |status| {
        account::set_status(&world.service, &world.actor, &"A7".into(), status, "test").await.unwrap();
    };
    set(AccountStatus::Frozen).await;
    let mut watcher = Watcher::connect(&world.url, by_key(&world)).await;
    watcher.join(batch.id.0);
    watcher.until("progress_update").await;
    execute(&world.service, &batch).await;
    let mut events = watcher.progress_until("partially_completed").await;
    let ended = events.last().unwrap();
    assert_eq!(
        (&ended["status"], &ended["failedCount"], &ended["progress"]),
        (&json!("failed"), &json!(1), &json!(100))
    );
    assert_eq!((&ended["failedAmount"], &ended["etaSeconds"]), (&json!("1.00"), &Json::Null));
    set(AccountStatus::Active).await;
    batch::retry(&world.service, &world.actor, batch.id.into(), Rework::AllFailed).await.unwrap();
    events.extend(watcher.progress_until("completed").await);
    check_run(&events, batch.id.0, 20);
    world.stop().await;
}

#[tokio::test]
async fn polling_returns_the_same_as_the_last_event() {
    let world = world().await;
    let batch = submitted(&world, 200).await;
    execute(&world.service, &batch).await;
    let mut watcher = Watcher::connect(&world.url, by_key(&world)).await;
    watcher.join(batch.id.0);
    let last = watcher.progress_until("completed").await.pop().unwrap();
    let answer = world.get(&format!("/api/batch-transfers/{}/progress", batch.id)).await;
    for name in ["batchId", "status", "state", "progress", "totalCount", "currentRelation", "completedAt"] {
        assert_eq!(answer.data()[name], last[name], "{name}");
    }
    assert!(answer.data()["seq"].as_i64() >= last["seq"].as_i64());
    let unknown = world.get("/api/batch-transfers/4711/progress").await;
    assert_eq!((unknown.status, unknown.code()), (404, "BATCH_NOT_FOUND"));
    world.stop().await;
}

#[tokio::test]
async fn polling_only_and_websocket_only_clients_see_the_same() {
    let world = world().await;
    let batch = submitted(&world, 2_000).await;
    let mut watchers = Vec::new();
    for transports in ["polling", "websocket"] {
        let how = How { transports: Some(transports), ..by_key(&world) };
        let mut watcher = Watcher::start(&world.url, how);
        assert_eq!(watcher.until("open").await, transports);
        watcher.join(batch.id.0);
        assert_eq!(watcher.until("progress_update").await["progress"], 0);
        watchers.push(watcher);
    }
    execute(&world.service, &batch).await;
    for mut watcher in watchers {
        check_run(&watcher.progress_until("completed").await, batch.id.0, 2_000);
    }
    world.stop().await;
}

#[tokio::test]
async fn the_default_client_starts_with_polling_and_upgrades_to_a_websocket() {
    let world = world().await;
    let mut watcher = Watcher::start(&world.url, by_key(&world));
    assert_eq!(watcher.until("open").await, "polling");
    assert_eq!(watcher.until("upgrade").await, "websocket");
    world.stop().await;
}

#[tokio::test]
async fn an_unauthenticated_client_cannot_connect() {
    let world = world().await;
    for token in [None, Some("sluice_wrong"), Some("")] {
        let mut watcher = Watcher::start(&world.url, How { token, ..How::default() });
        assert_eq!(watcher.until("connect_error").await, "AUTH_REQUIRED", "{token:?}");
    }
    let header = json!({ "Authorization": format!("Bearer {}", world.key) }).to_string();
    drop(Watcher::connect(&world.url, How { headers: Some(&header), ..How::default() }).await);
    world.stop().await;
}

#[tokio::test]
async fn joining_a_room_requires_the_right_to_see_its_batch() {
    let world = world().await;
    let batch = submitted(&world, 2).await;
    let new = NewApiKey {
        name: "rates".to_owned(),
        scopes: vec!["rates:write".to_owned()],
        ..NewApiKey::default()
    };
    let other = api_key::add(&world.service, &world.actor, &new).await.unwrap().secret.unwrap();
    let mut watcher = Watcher::connect(&world.url, How { token: Some(&other), ..How::default() }).await;
    let room = json!(format!("batch_transfer_{}", batch.id));
    let answer = watcher.ask("join_room", &room).await;
    assert_eq!((&answer["success"], &answer["error"]["code"]), (&json!(false), &json!("FORBIDDEN")));
    watcher.join(batch.id.0);
    let error = watcher.until("room_error").await;
    assert_eq!((&error["code"], &error["room"]), (&json!("FORBIDDEN"), &room));
    execute(&world.service, &batch).await;
    // Had it been let in, a progress event would arrive before the next answer.
    watcher.command(&json!({ "ask": ["leave_room", room] }));
    assert_eq!(watcher.next().await.0, "answer");
    world.stop().await;
}

#[tokio::test]
async fn a_room_without_a_batch_is_not_found() {
    let world = world().await;
    let mut watcher = Watcher::connect(&world.url, by_key(&world)).await;
    let long = "batch_transfer_1".repeat(100);
    let rooms = json!([
        "batch_transfer_4711",
        "batch_transfer_",
        "batch_transfer_1x",
        "admins",
        long,
        "",
        42,
        null,
        {},
        ["batch_transfer_1"]
    ]);
    for room in rooms.as_array().unwrap() {
        let answer = watcher.ask("join_room", room).await;
        assert_eq!(answer["error"]["code"], "BATCH_NOT_FOUND", "{room}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_client_that_left_a_room_gets_no_more_events_from_it() {
    let world = world().await;
    let batch = submitted(&world, 50).await;
    let mut watcher = Watcher::connect(&world.url, by_key(&world)).await;
    let room = json!(format!("batch_transfer_{}", batch.id));
    watcher.ask("join_room", &room).await;
    assert_eq!(watcher.ask("leave_room", &room).await, json!({ "success": true }));
    execute(&world.service, &batch).await;
    let mut other = Watcher::connect(&world.url, by_key(&world)).await;
    other.join(batch.id.0);
    other.progress_until("completed").await;
    watcher.command(&json!({ "ask": ["leave_room", room] }));
    assert_eq!(watcher.next().await.0, "answer");
    world.stop().await;
}

#[tokio::test]
async fn a_revoked_key_is_disconnected_within_five_seconds() {
    let world = world().await;
    let new =
        NewApiKey { name: "leaked".to_owned(), scopes: vec!["read".to_owned()], ..NewApiKey::default() };
    let made = api_key::add(&world.service, &world.actor, &new).await.unwrap();
    let secret = made.secret.unwrap();
    let mut leaked = Watcher::connect(&world.url, How { token: Some(&secret), ..How::default() }).await;
    let mut stays = Watcher::connect(&world.url, by_key(&world)).await;
    let begun = Instant::now();
    api_key::revoke(&world.service, &world.actor, made.key.id).await.unwrap();
    assert_eq!(leaked.until("disconnect").await, "io server disconnect");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(stays.ask("leave_room", &json!("batch_transfer_1")).await["success"], true);
    world.stop().await;
}
