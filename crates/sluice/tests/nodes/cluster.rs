//! A ledger on a server, and the worker processes on it.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use testkit::binary;
use testkit::draw::Random;
use testkit::postgres::Postgres;

/// The binary that Cargo built with these tests.
pub const BUILT: &str = env!("CARGO_BIN_EXE_sluice");

/// A ledger on a server.
pub struct Cluster {
    pub url: String,
    pub folder: TempDir,
    _server: Postgres,
    started: usize,
}

/// A worker process; killed when it is dropped.
pub struct Worker {
    child: Child,
    pub log: PathBuf,
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Worker {
    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// SIGSTOP: the worker keeps its locks and does nothing.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Sends SIGTERM; returns whether it exited successfully.
    pub fn stop(mut self) -> bool {
        self.signal(Signal::TERM);
        self.child.wait().unwrap().success()
    }

    /// The log so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Cluster {
    /// An empty ledger with limits lifted and `accounts` accounts `A0…` of 1,000,000.00 each.
    pub fn with_accounts(accounts: u64) -> Self {
        let server = Postgres::shared();
        let cluster = Self {
            url: server.database(),
            folder: tempfile::tempdir().unwrap(),
            _server: server,
            started: 0,
        };
        cluster.ok(&["init"]);
        let lifted =
            ["policy", "set", "--currency", "USD", "--max", "none", "--day", "none", "--month", "none"];
        cluster.ok(&[&lifted[..], &["--batch-max", "none"]].concat());
        let mut file = "number,holder,email,uid,currency,opening\n".to_owned();
        for k in 0..accounts {
            writeln!(file, "A{k},Holder {k},,U{k},USD,1000000.00").unwrap();
        }
        cluster.ok(&["account", "import", &cluster.file("accounts.csv", &file)]);
        cluster
    }

    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// Imports a many-to-many batch of `items` random payments of 0.01 among the accounts.
    pub fn batch(&self, random: &mut Random, accounts: u64, items: u64) -> String {
        let mut rows = "source,account,amount\n".to_owned();
        for _ in 0..items {
            let source = random.below(accounts);
            let target = (source + 1 + random.below(accounts - 1)) % accounts;
            writeln!(rows, "A{source},A{target},0.01").unwrap();
        }
        let file = self.file("batch.csv", &rows);
        let import = ["batch", "import", &file, "--type", "many_to_many", "--currency", "USD", "--name", "b"];
        self.ok(&[&import[..], &["--again", "a test"]].concat())["batch_id"].as_str().unwrap().to_owned()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary(BUILT));
        command.env("DATABASE_URL", &self.url).env("USER", "tester").args(["--json", "--chunk-items", "100"]);
        command.args(args).stdin(Stdio::null());
        command
    }

    /// Runs a command that must succeed and returns its JSON output.
    pub fn ok(&self, args: &[&str]) -> Json {
        let output = self.command(args).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{args:?}: {text} {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error}: {text}"))
    }

    /// Starts another worker.
    pub fn worker(&mut self) -> Worker {
        self.started += 1;
        let log = self.folder.path().join(format!("worker-{}.log", self.started));
        let mut command = self.command(&["work"]);
        command.env("SLUICE_LOG", "info,refinery_core=warn,deadpool=error").env("NO_COLOR", "1");
        let child = command.stdout(Stdio::null()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        Worker { child, log }
    }

    /// Runs a query that returns one number.
    pub fn count(&self, sql: &str) -> i64 {
        testkit::postgres::query_text(&self.url, sql)[0][0].as_ref().unwrap().parse().unwrap()
    }

    /// Waits until the query's number is as wanted; returns how long that took.
    pub fn wait_for(&self, what: &str, bound: Duration, sql: &str, wanted: impl Fn(i64) -> bool) -> Duration {
        let begun = Instant::now();
        while !wanted(self.count(sql)) {
            assert!(begun.elapsed() < bound, "timed out after {bound:?} waiting for {what}; {}", self.logs());
            std::thread::sleep(Duration::from_millis(20));
        }
        begun.elapsed()
    }

    /// The tail of every worker's log, for a failed test.
    fn logs(&self) -> String {
        let tail = |path: &Path| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            format!("\n--- {}\n{}", path.display(), lines[lines.len().saturating_sub(30)..].join("\n"))
        };
        (1..=self.started).map(|k| tail(&self.folder.path().join(format!("worker-{k}.log")))).collect()
    }

    /// Asserts that every invariant holds.
    pub fn verified(&self) {
        let verified = self.ok(&["verify"]);
        assert_eq!(verified["ok"], true, "{verified}");
    }
}
