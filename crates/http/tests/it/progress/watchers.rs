//! Many watchers of one batch.

use super::batches::{batch, execute, people};
use super::client::folder;
use super::server::{key, node, serve, work};
use serde_json::Value as Json;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use testkit::place::place;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_watchers_get_the_end_although_some_of_them_stop_reading() {
    let place = place();
    let service = node(&place.text).await;
    let key = key(&service).await;
    people(&service, 2_000).await;
    let batch = batch(&service, 2_000).await;
    let (app, url, server) = serve(&service).await;
    let environment = [
        ("URL", url.as_str()),
        ("API_KEY", &key),
        ("BATCH", &batch.id.to_string()),
        ("WATCHERS", "100"),
        ("STALLED", "10"),
        ("SECONDS", "60"),
    ];
    let mut command = Command::new("node");
    let command = command.arg("watchers.mjs").current_dir(folder()).envs(environment).stdout(Stdio::piped());
    let mut watchers = command.spawn().unwrap();
    let mut lines = BufReader::new(watchers.stdout.take().unwrap()).lines();
    let (joined, mut lines) = tokio::task::spawn_blocking(move || (lines.next(), lines)).await.unwrap();
    let joined: Json = serde_json::from_str(&joined.unwrap().unwrap()).unwrap();
    assert_eq!(joined["joined"], 100);
    execute(&service, &batch).await;
    let worker = work(&service);
    let (ended, status) =
        tokio::task::spawn_blocking(move || (lines.next(), watchers.wait().unwrap())).await.unwrap();
    let ended: Json = serde_json::from_str(&ended.unwrap().unwrap()).unwrap();
    assert!(status.success(), "{ended}");
    assert_eq!((ended["ended"].as_i64(), ended["disorder"].as_i64()), (Some(90), Some(0)));
    app.close_sockets().await;
    worker.stop().await;
    server.stop().await;
}
