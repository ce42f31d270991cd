//! Two equal ledgers: commands run on the one, calls on the other.

use super::dump::{audited, dump, number};
use super::table::{Alike, FILES, SEED};
use crate::server::{LONG, Ledger, Server};
use domain::batch::BatchState;
use reqwest::{Client, Method};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

const LOGIN: &str = "root";
const PASSWORD: &str = "violet-kettle-81-orbit";

/// What one of the two said.
pub struct Said {
    pub json: Json,
    pub is_success: bool,
}

impl Said {
    pub fn code(&self) -> Option<&str> {
        self.json["error"]["code"].as_str()
    }
}

/// One of the two ledgers.
pub struct Twin {
    pub ledger: Ledger,
}

/// Both.
pub struct Twins {
    pub direct: Twin,
    pub served: Twin,
    server: Option<Server>,
    client: Client,
    /// The differences in what is stored that were already told.
    told: BTreeSet<String>,
}

impl Twin {
    fn database(&self) -> PathBuf {
        self.ledger.path().join("data/sluice.db")
    }

    /// Runs a command.
    pub fn say(&self, args: &[String]) -> Said {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = self.ledger.command(&args).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let json = serde_json::from_str(&text).unwrap_or_else(|_| {
            panic!("{args:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
        });
        Said { json, is_success: output.status.success() }
    }
}

impl Twins {
    /// A seeded ledger and its copy.
    pub fn new() -> Self {
        let direct = Ledger::with_accounts(4);
        for (name, content) in FILES {
            direct.file(name, content);
        }
        let add = ["user", "add", LOGIN, "--name", "Root", "--role", "admin", "--password-stdin"];
        let mut adding = direct.command(&add).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        writeln!(adding.stdin.take().unwrap(), "{PASSWORD}").unwrap();
        assert!(adding.wait().unwrap().success());
        for command in SEED {
            let args: Vec<&str> = command.split(' ').collect();
            // A file of which some rows are refused has an exit code of its own.
            drop(direct.command(&args).output().unwrap());
        }
        let served = Ledger::none();
        copy(direct.path(), served.path());
        // The server is stopped between two calls: a connection that was kept would be one to its predecessor.
        let client = Client::builder().pool_max_idle_per_host(0).cookie_store(true).build().unwrap();
        let (direct, served) = (Twin { ledger: direct }, Twin { ledger: served });
        Self { direct, served, server: None, client, told: BTreeSet::new() }
    }

    /// Starts a server on the second ledger, in place of the one before, and signs in.
    pub async fn serve(&mut self, args: &[&str]) {
        self.stop();
        self.server = Some(self.served.ledger.serve(args));
        let body = json!({ "login": LOGIN, "password": PASSWORD }).to_string();
        let signed_in = self.call("POST", "/api/v1/auth/login", &body).await;
        assert!(signed_in.is_success, "{}", signed_in.json);
        // Signing in leaves traces that no command leaves.
        let traces = self.differences();
        self.told.extend(traces);
    }

    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.signal(rustix::process::Signal::TERM);
            server.ended();
        }
    }

    /// Calls an operation.
    pub async fn call(&self, method: &str, path: &str, body: &str) -> Said {
        let url = format!("{}{path}", self.server.as_ref().unwrap().url);
        let request = self.client.request(Method::from_bytes(method.as_bytes()).unwrap(), url);
        let request = match body {
            "" => request,
            body => request.header("content-type", "application/json").body(body.to_owned()),
        };
        let answer = request.send().await.unwrap();
        let is_success = answer.status().is_success();
        Said { json: answer.json().await.unwrap(), is_success }
    }

    /// The arguments and the path of a pair, with numbers for names: `^transfer` is the newest one, `^3.2`
    /// the second item of batch 3.
    pub fn named(&self, pair: &Alike) -> (Vec<String>, String) {
        let database = self.direct.database();
        let numbered = |text: &str| -> String {
            let Some((before, named)) = text.split_once('^') else { return text.to_owned() };
            let end = named.find(['/', '?']).unwrap_or(named.len());
            let (name, after) = named.split_at(end);
            let query = match name.split_once('.') {
                None => "SELECT MAX(number) FROM transfer".to_owned(),
                Some((batch, place)) => format!(
                    "SELECT number FROM item WHERE batch = {batch} ORDER BY number LIMIT 1 OFFSET {place} - 1"
                ),
            };
            format!("{before}{}{after}", number(&database, &query))
        };
        (pair.command.split(' ').map(numbered).collect(), numbered(pair.path()))
    }

    /// How often each action has had each result, on either ledger.
    pub fn audited(&self) -> [BTreeMap<String, i64>; 2] {
        [&self.direct, &self.served].map(|twin| audited(&twin.database()))
    }

    /// Waits until nothing runs on either, and returns what is now stored differently and was not before.
    pub async fn settle_and_compare(&mut self) -> Vec<String> {
        let processing =
            format!("SELECT COUNT(*) FROM batch WHERE state = {}", BatchState::Processing.number());
        let begun = Instant::now();
        let running = |twin: &Twin| number(&twin.database(), &processing);
        while running(&self.direct) != running(&self.served) {
            assert!(begun.elapsed() < LONG, "the worker did not do what the command did");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let differences = self.differences();
        let new = differences.difference(&self.told).cloned().collect();
        self.told = differences;
        new
    }

    fn differences(&self) -> BTreeSet<String> {
        let (direct, served) = (dump(&self.direct.database()), dump(&self.served.database()));
        let only = |side: &str, lines: Vec<&String>| -> Vec<String> {
            lines.into_iter().map(|line| format!("only {side}: {line}")).collect()
        };
        let by_command = only("by the command", direct.difference(&served).collect());
        let by_call = only("by the call", served.difference(&direct).collect());
        by_command.into_iter().chain(by_call).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
