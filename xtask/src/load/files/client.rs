//! Requests as a program sends them.

use crate::error::{Error, Result};
use reqwest::blocking::{Body, RequestBuilder};
use serde_json::Value;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a task or batch may take.
const MAX: Duration = Duration::from_secs(1_800);
const POLL: Duration = Duration::from_millis(50);

/// A server, and the key with which it is asked.
#[derive(Clone)]
pub struct Client {
    url: String,
    key: String,
    http: reqwest::blocking::Client,
}

/// A request that was refused, or why there is no answer.
fn failed(path: &str, error: &reqwest::Error) -> Error {
    Error::Api(format!("{path}: {error}"))
}

impl Client {
    pub fn new(url: &str, key: String) -> Result<Self> {
        // Large files take longer than requests usually do.
        let http = reqwest::blocking::Client::builder().timeout(None::<Duration>).build();
        Ok(Self { url: url.to_owned(), key, http: http.map_err(|error| failed(url, &error))? })
    }

    fn send(&self, path: &str, request: RequestBuilder) -> Result<(bool, Value)> {
        let answer = request.bearer_auth(&self.key).send().map_err(|error| failed(path, &error))?;
        let is_success = answer.status().is_success();
        Ok((is_success, answer.json().map_err(|error| failed(path, &error))?))
    }

    fn must(&self, path: &str, request: RequestBuilder) -> Result<Value> {
        match self.send(path, request)? {
            (true, answer) => Ok(answer),
            (false, answer) => Err(Error::Answer(path.to_owned(), answer.to_string())),
        }
    }

    pub fn get(&self, path: &str) -> Result<Value> {
        self.must(path, self.http.get(format!("{}{path}", self.url)))
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.must(path, self.http.post(format!("{}{path}", self.url)).json(body))
    }

    /// Uploads a file. The answer may be a refusal.
    pub fn upload(&self, file: &Path) -> Result<Value> {
        let opened = File::open(file).and_then(|opened| Ok((opened.metadata()?.len(), opened)));
        let (size, opened) = opened.map_err(|error| Error::File(file.to_owned(), error))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = format!("/api/v1/files?name={name}");
        let request = self.http.post(format!("{}{path}", self.url));
        let request =
            request.header("content-type", "application/octet-stream").body(Body::sized(opened, size));
        self.send(&path, request).map(|(_, answer)| answer)
    }

    /// Starts a task and waits until it has ended.
    pub fn task(&self, input: &Value) -> Result<Value> {
        let path = "/api/v1/batch-tasks";
        let started = self.post(path, input)?;
        let id = started.pointer("/data/id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let ended = |status: &str| ["completed", "failed", "cancelled"].contains(&status);
        self.until(&format!("{path}/{id}"), "/data/status", ended)
    }

    /// Reads a page until one of its fields is as wanted.
    pub fn until(&self, path: &str, field: &str, is_wanted: impl Fn(&str) -> bool) -> Result<Value> {
        let begun = Instant::now();
        while begun.elapsed() < MAX {
            let answer = self.get(path)?;
            if answer.pointer(field).and_then(Value::as_str).is_some_and(&is_wanted) {
                return answer.pointer("/data").cloned().ok_or_else(|| Error::Api(answer.to_string()));
            }
            std::thread::sleep(POLL);
        }
        Err(Error::Api(format!("{path} has not ended after {} s", MAX.as_secs())))
    }

    /// Downloads a file, and returns its size.
    pub fn download(&self, path: &str) -> Result<u64> {
        let answer = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.key).send();
        let answer = answer.and_then(reqwest::blocking::Response::error_for_status);
        let mut answer = answer.map_err(|error| failed(path, &error))?;
        answer.copy_to(&mut std::io::sink()).map_err(|error| failed(path, &error))
    }
}
