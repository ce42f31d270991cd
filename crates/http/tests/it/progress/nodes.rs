//! Several servers, and stopping one.

use super::client::{How, Watcher};
use super::server::{key, node, serve, work};
use super::{batches, check_run};
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::place::{Engine, Place, place};

#[tokio::test]
async fn a_client_of_one_node_watches_a_batch_that_another_node_runs() {
    // Several nodes share a server, whatever engine the other tests run on.
    let place = Place::on(Engine::Server);
    let (here, there) = (node(&place.text).await, node(&place.text).await);
    let key = key(&here).await;
    batches::people(&here, 2_000).await;
    let batch = batches::batch(&here, 2_000).await;
    let ((_, url, server), (_, other_url, other_server)) = (serve(&there).await, serve(&here).await);
    let how = How { token: Some(&key), ..How::default() };
    let mut watcher = Watcher::connect(&url, how).await;
    watcher.join(batch.id.0);
    assert_eq!(watcher.until("progress_update").await["state"], "pending");
    batches::execute(&here, &batch).await;
    let worker = work(&here);
    let events = watcher.progress_until("completed").await;
    check_run(&events, batch.id.0, 2_000);
    // A client that switches to another node gets nothing older.
    let mut other = Watcher::connect(&other_url, how).await;
    other.join(batch.id.0);
    let again = other.until("progress_update").await;
    assert!(again["seq"].as_i64() >= events.last().unwrap()["seq"].as_i64(), "{again}");
    drop((watcher, other));
    for running in [worker, server, other_server] {
        running.stop().await;
    }
}

#[tokio::test]
async fn a_stop_closes_the_sockets_without_waiting_for_them() {
    let place = place();
    let service = node(&place.text).await;
    let key = key(&service).await;
    let (app, url, server) = serve(&service).await;
    let mut watchers = Vec::new();
    for transports in ["polling", "websocket"] {
        let how = How { token: Some(&key), transports: Some(transports), ..How::default() };
        watchers.push(Watcher::connect(&url, how).await);
    }
    let begun = Instant::now();
    app.close_sockets().await;
    server.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    for mut watcher in watchers {
        let reason = watcher.until("disconnect").await;
        assert!(["transport close", "transport error"].contains(&reason.as_str().unwrap()), "{reason}");
    }
}

#[tokio::test]
async fn after_a_reconnect_sequence_numbers_keep_rising() {
    let place = place();
    let service = node(&place.text).await;
    let key = key(&service).await;
    batches::people(&service, 300).await;
    let batch = batches::batch(&service, 300).await;
    let (_, url, server) = serve(&service).await;
    let how = How { token: Some(&key), ..How::default() };
    let mut first = Watcher::connect(&url, how).await;
    let room = json!(format!("batch_transfer_{}", batch.id));
    first.command(&json!({ "emit": ["join_room", room] }));
    let before = first.until("progress_update").await["seq"].as_i64();
    first.command(&json!({ "close": true }));
    batches::execute(&service, &batch).await;
    let worker = work(&service);
    let mut second = Watcher::connect(&url, how).await;
    second.join(batch.id.0);
    let events = second.progress_until("completed").await;
    assert!(events[0]["seq"].as_i64() > before);
    drop((first, second));
    worker.stop().await;
    server.stop().await;
}
