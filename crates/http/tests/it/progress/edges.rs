//! Hostile and slow clients of the live progress.

use super::batches::{batch, execute, people, submitted};
use super::by_key;
use super::client::{How, Watcher};
use crate::world::{World, answer, world};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value as Json, json};
use std::time::Duration;

const POLLING: &str = "/socket.io/?EIO=4&transport=polling";

fn websocket(world: &World) -> RequestBuilder {
    world
        .request(Method::GET, "/socket.io/?EIO=4&transport=websocket")
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
}

#[tokio::test]
async fn a_cross_site_page_cannot_open_a_socket() {
    let world = world().await;
    let evil = [("Origin", "http://evil.test"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")];
    for (name, value) in evil {
        let requests = [
            world.request(Method::GET, POLLING),
            world.request(Method::POST, POLLING).body("40"),
            websocket(&world),
        ];
        for request in requests {
            let refused = answer(request.header(name, value)).await;
            assert_eq!((refused.status, refused.code()), (403, "ORIGIN_FORBIDDEN"), "{name}: {value}");
        }
    }
    let own = world.request(Method::GET, POLLING).header("Origin", &world.url).send().await.unwrap();
    assert_eq!(own.status(), 200);
    assert_eq!(websocket(&world).header("Origin", &world.url).send().await.unwrap().status(), 101);
    let headers = json!({ "Origin": "http://evil.test" }).to_string();
    for transports in ["polling", "websocket"] {
        let how = How { transports: Some(transports), headers: Some(&headers), ..by_key(&world) };
        Watcher::start(&world.url, how).until("connect_error").await;
    }
    world.stop().await;
}

/// A client that joins and then stops fetching; returns its polling path.
async fn stalled(world: &World, batch: i64) -> String {
    let text = async |request: RequestBuilder| request.send().await.unwrap().text().await.unwrap();
    let open = text(world.request(Method::GET, POLLING)).await;
    let open: Json = serde_json::from_str(open.trim_start_matches('0')).unwrap();
    let path = format!("{POLLING}&sid={}", open["sid"].as_str().unwrap());
    assert_eq!(text(world.request(Method::POST, &path).body("40")).await, "ok");
    // A ping may arrive first.
    while !text(world.request(Method::GET, &path)).await.contains("40{") {}
    // Every join is answered with the current state: send more joins than answers may be queued.
    let join = format!(r#"42["join_room","batch_transfer_{batch}"]"#);
    for _ in 0..80 {
        assert_eq!(text(world.request(Method::POST, &path).body(join.clone())).await, "ok");
    }
    path
}

#[tokio::test]
async fn a_client_that_cannot_keep_up_is_dropped_and_the_others_continue() {
    let world = world().await;
    let batch = submitted(&world, 1_000).await;
    let mut watcher = Watcher::connect(&world.url, by_key(&world)).await;
    watcher.join(batch.id.0);
    let path = stalled(&world, batch.id.0).await;
    execute(&world.service, &batch).await;
    watcher.progress_until("completed").await;
    // Its queue is bounded; then it either gets a close packet or its connection is gone already.
    let kept = world.request(Method::GET, &path).send().await.unwrap().text().await.unwrap();
    assert!(kept.matches("progress_update").count() <= 64, "{kept}");
    let gone = async || {
        let next = world.request(Method::GET, &path).send().await.unwrap();
        next.status() != 200 || next.text().await.unwrap().contains("41")
    };
    tokio::time::timeout(Duration::from_secs(20), async { while !gone().await {} }).await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn a_socket_is_in_at_most_fifty_rooms() {
    let world = world().await;
    people(&world.service, 2).await;
    let mut watcher = Watcher::connect(&world.url, by_key(&world)).await;
    let mut refused = 0;
    for count in 1..=52 {
        let room = json!(format!("batch_transfer_{}", batch(&world.service, 1).await.id));
        let answer = watcher.ask("join_room", &room).await;
        if answer["success"] == false {
            assert_eq!((count > 50, &answer["error"]["code"]), (true, &json!("RATE_LIMITED")));
            refused += 1;
        }
    }
    assert_eq!(refused, 2);
    world.stop().await;
}

#[tokio::test]
async fn a_message_that_is_too_long_closes_its_connection_and_no_other() {
    let world = world().await;
    let mut other = Watcher::connect(&world.url, by_key(&world)).await;
    for transports in ["polling", "websocket"] {
        let mut watcher =
            Watcher::connect(&world.url, How { transports: Some(transports), ..by_key(&world) }).await;
        watcher.command(&json!({ "emit": ["join_room", "x".repeat(20_000)] }));
        watcher.until("disconnect").await;
    }
    assert_eq!(other.ask("leave_room", &json!("batch_transfer_1")).await["success"], true);
    world.stop().await;
}

#[tokio::test]
async fn an_unknown_message_is_ignored() {
    let world = world().await;
    let mut watcher = Watcher::connect(&world.url, by_key(&world)).await;
    for message in
        [json!(["progress_update", {}]), json!(["join_room"]), json!(["join_room", "a", "b"]), json!(["", 1])]
    {
        watcher.command(&json!({ "emit": message }));
    }
    assert_eq!(watcher.ask("leave_room", &json!("batch_transfer_1")).await["success"], true);
    world.stop().await;
}
