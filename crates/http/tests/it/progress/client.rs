//! The published socket.io client in a Node.js process, driven by JSON lines.

use serde_json::{Value as Json, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Timeout of every wait for an event.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client process.
pub struct Watcher {
    child: Child,
    stdin: ChildStdin,
    events: UnboundedReceiver<Json>,
}

/// How a client connects.
#[derive(Debug, Clone, Copy, Default)]
pub struct How<'a> {
    pub token: Option<&'a str>,
    pub transports: Option<&'a str>,
    pub headers: Option<&'a str>,
}

/// The clients' folder, with its npm packages installed.
pub fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    // Tests run in separate processes: one of them installs, the others wait.
    let lock = File::open(folder.join("package-lock.json")).unwrap();
    lock.lock().unwrap();
    if !folder.join("node_modules/socket.io-client").exists() {
        let npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        let status =
            Command::new("npm").args(npm).current_dir(&folder).stdout(Stdio::null()).status().unwrap();
        assert!(status.success(), "npm ci in {}", folder.display());
    }
    folder
}

impl Watcher {
    /// Starts a client that connects at once.
    pub fn start(url: &str, how: How<'_>) -> Self {
        let mut command = Command::new("node");
        command.arg("client.mjs").current_dir(folder()).env("URL", url);
        for (name, value) in [("TOKEN", how.token), ("TRANSPORTS", how.transports), ("HEADERS", how.headers)]
        {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (heard, events) = unbounded_channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if heard.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { child, stdin, events }
    }

    /// Starts a client and waits until it is connected.
    pub async fn connect(url: &str, how: How<'_>) -> Self {
        let mut watcher = Self::start(url, how);
        watcher.until("connect").await;
        watcher
    }

    pub fn command(&mut self, command: &Json) {
        writeln!(self.stdin, "{command}").unwrap();
    }

    /// Joins a batch's room, as document 000 does.
    pub fn join(&mut self, batch: i64) {
        self.command(&json!({ "emit": ["join_room", format!("batch_transfer_{batch}")] }));
    }

    /// Emits an event and waits for its acknowledgement.
    pub async fn ask(&mut self, event: &str, argument: &Json) -> Json {
        self.command(&json!({ "ask": [event, argument] }));
        self.until("answer").await
    }

    /// The next event other than a transport upgrade.
    pub async fn next(&mut self) -> (String, Json) {
        loop {
            let (event, data) = self.any().await;
            if event != "upgrade" {
                return (event, data);
            }
        }
    }

    async fn any(&mut self) -> (String, Json) {
        let mut event = tokio::time::timeout(PATIENCE, self.events.recv()).await.unwrap().unwrap();
        (event["event"].as_str().unwrap().to_owned(), event["data"].take())
    }

    /// The next event with this name; others are skipped.
    pub async fn until(&mut self, name: &str) -> Json {
        loop {
            let (event, data) = self.any().await;
            if event == name {
                return data;
            }
        }
    }

    /// All progress events up to and including the one with this state.
    pub async fn progress_until(&mut self, state: &str) -> Vec<Json> {
        let mut all = Vec::new();
        loop {
            let (event, data) = self.next().await;
            assert_eq!(event, "progress_update", "{data}");
            let is_last = data["state"] == state;
            all.push(data);
            if is_last {
                return all;
            }
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
