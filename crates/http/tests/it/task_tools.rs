//! Uploads and tasks, as a client does them.

use crate::browser::Browser;
use crate::world::{Answer, World, answer};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};

pub const TASKS: &str = "/api/v1/batch-tasks";
pub const FILES: &str = "/api/v1/files";

/// Sends requests: a key or a browser.
pub trait Client {
    fn to(&self, method: Method, path: &str) -> RequestBuilder;
}

impl Client for World {
    fn to(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path)
    }
}

impl Client for Browser {
    fn to(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path)
    }
}

pub async fn try_upload(client: &impl Client, name: &str, bytes: impl Into<reqwest::Body>) -> Answer {
    let name = name.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
    let request = client.to(Method::POST, &format!("{FILES}?name={name}"));
    answer(request.header("Content-Type", "application/octet-stream").body(bytes)).await
}

/// Uploads a file; returns its id.
pub async fn upload(client: &impl Client, name: &str, text: &str) -> String {
    let sent = try_upload(client, name, text.to_owned()).await;
    sent.data()["file_id"].as_str().unwrap().to_owned()
}

pub async fn try_start(client: &impl Client, input: Json) -> Answer {
    answer(client.to(Method::POST, TASKS).json(&input)).await
}

/// Starts a task; returns its id.
pub async fn start(client: &impl Client, input: Json) -> String {
    try_start(client, input).await.data()["id"].as_str().unwrap().to_owned()
}

pub fn import(file: &str, options: Json) -> Json {
    json!({ "task_type": "import_batch", "file_id": file, "options": options })
}

pub async fn show(client: &impl Client, id: &str) -> Answer {
    answer(client.to(Method::GET, &format!("{TASKS}/{id}"))).await
}

/// The task, once it has ended.
pub async fn ended(client: &impl Client, id: &str) -> Json {
    let begun = Instant::now();
    loop {
        let task = show(client, id).await.data().clone();
        if !task["completed_at"].is_null() {
            return task;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{task}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
