//! A ledger in a folder or on a database server, and a server process on it.

use reqwest::Client;
use rusqlite::{Connection, OpenFlags};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Timeout of every wait here.
pub const LONG: Duration = Duration::from_secs(60);

/// A ledger that is deleted after the test.
pub struct Ledger {
    pub folder: TempDir,
    /// The URL of its database, if it is not in the folder.
    database: Option<String>,
}

/// A running server; killed when it is dropped.
pub struct Server {
    child: Child,
    pub url: String,
    pub log: PathBuf,
    /// What it printed when it began to listen.
    pub told: Json,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Server {
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// A file of the process in `/proc`.
    pub fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap()
    }

    /// Waits until it has ended and returns its exit status.
    pub fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < LONG, "the server did not end: {}", self.said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The log so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// A scrape of its metrics.
    pub async fn metrics(&self) -> String {
        Client::new().get(format!("{}/metrics", self.url)).send().await.unwrap().text().await.unwrap()
    }
}

impl Ledger {
    /// An empty folder, without a ledger.
    pub fn none() -> Self {
        testkit::use_ring();
        Self { folder: tempfile::tempdir().unwrap(), database: None }
    }

    /// A ledger with limits lifted and `accounts` accounts `A0…` of 1,000.00 USD each.
    pub fn with_accounts(accounts: usize) -> Self {
        Self::none().filled(accounts)
    }

    /// The same in a database on a server, with its mark in the folder.
    pub fn on_server(database: String, accounts: usize) -> Self {
        let ledger = Self { database: Some(database), ..Self::none() };
        std::fs::create_dir(ledger.path().join("marks")).unwrap();
        ledger.filled(accounts)
    }

    fn filled(self, accounts: usize) -> Self {
        let ledger = self;
        ledger.ok(&["init"]);
        let lifted = ["--max", "none", "--day", "none", "--month", "none", "--batch-max", "none"];
        ledger.ok(&[&["policy", "set", "--currency", "USD"], &lifted[..]].concat());
        let mut file = "number,holder,email,uid,currency,opening\n".to_owned();
        for k in 0..accounts {
            writeln!(file, "A{k},Holder {k},,U{k},USD,1000.00").unwrap();
        }
        ledger.ok(&["account", "import", &ledger.file("accounts.csv", &file)]);
        ledger
    }

    /// A ledger with a started batch of `items` payments of 0.01 from A0 to A1.
    pub fn with_batch(items: usize) -> (Self, String) {
        let ledger = Self::with_accounts(2);
        let mut rows = "source,account,amount\n".to_owned();
        for _ in 0..items {
            rows.push_str("A0,A1,0.01\n");
        }
        let file = ledger.file("batch.csv", &rows);
        let import = ["batch", "import", &file, "--type", "many_to_many", "--currency", "USD", "--name", "b"];
        let batch = ledger.ok(&import)["batch_id"].as_str().unwrap().to_owned();
        ledger.ok(&["batch", "start", &batch]);
        (ledger, batch)
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// A sluice command on this ledger, without this process's environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
        command.env_clear().env("USER", "tester").current_dir(self.path());
        command.args(["--data", "data", "--json", "--chunk-items", "100"]).args(args).stdin(Stdio::null());
        if let Some(database) = &self.database {
            command.env("DATABASE_URL", database).env("SLUICE_MARK_DIR", "marks");
        }
        command
    }

    /// Runs a command that must succeed and returns its JSON output.
    pub fn ok(&self, args: &[&str]) -> Json {
        let output = self.command(args).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{args:?}: {text} {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error}: {text}"))
    }

    /// Creates an API key with the scopes that these tests need.
    pub fn key(&self) -> String {
        let scopes = ["read", "transfers:write", "batches:write", "batches:execute", "accounts:write"];
        let scopes: Vec<&str> = scopes.iter().flat_map(|scope| ["--scope", *scope]).collect();
        let made = self.ok(&[&["key", "add", "program"], &scopes[..]].concat());
        made["secret"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
    }

    /// The first column of what a query returns, which must be text.
    pub fn texts(&self, query: &str) -> Vec<String> {
        if let Some(database) = &self.database {
            let rows = testkit::postgres::query_text(database, query);
            return rows.into_iter().map(|row| row[0].clone().unwrap()).collect();
        }
        // A connection that may write deletes the log when it closes the file, and the next start would miss it.
        let path = self.path().join("data/sluice.db");
        let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        file.busy_timeout(LONG).unwrap();
        let mut statement = file.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Starts a server and waits until it listens.
    pub fn serve(&self, args: &[&str]) -> Server {
        self.serve_by(&mut self.command(&[]), args)
    }

    /// Starts a server with a command that has everything except the arguments of `serve`.
    pub fn serve_by(&self, command: &mut Command, args: &[&str]) -> Server {
        let log = self.path().join("serve.log");
        let any = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--requests-per-address",
            "0",
            "--requests-per-identity",
            "0",
        ];
        let log_file = File::options().create(true).append(true).open(&log).unwrap();
        let mut child = command.args(any).args(args).stdout(Stdio::piped()).stderr(log_file).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Json = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{error}: {line}{}", std::fs::read_to_string(&log).unwrap()));
        Server { child, url: said["url"].as_str().unwrap().to_owned(), log, told: said }
    }

    /// An account's balance.
    pub fn balance(&self, number: &str) -> String {
        self.ok(&["account", "show", number])["balance"].as_str().unwrap().to_owned()
    }

    /// Asserts that every invariant holds.
    pub fn verified(&self) {
        let verified = self.ok(&["verify"]);
        assert_eq!(verified["ok"], true, "{verified}");
    }
}

/// Waits until a condition holds.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < LONG, "timed out after {LONG:?} waiting until {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A series' value in a scrape; 0 if it is missing.
pub fn value(metrics: &str, series: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.map_or(0.0, |text| text.parse().unwrap())
}
