//! The ledger on the cluster, its batches and the workers that run them.

use super::cluster::Cluster;
use super::wait::wait;
use crate::error::{Error, Result};
use crate::process;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use testkit::postgres::try_query;

pub const ITEMS: u64 = 20_000;
pub const DEPOSIT: u64 = 100_000_000;
/// Small chunks mean many commits, hence many points to be killed at.
const CHUNK_ITEMS: &str = "100";
/// How long a single call of sluice may take before it counts as hung.
pub const CALL_SECONDS: u32 = 90;
const WORKERS: usize = 2;
/// A batch that has paid more items than this might complete before the kill is over.
const LATE: u64 = ITEMS / 2;

pub struct ClusterLedger {
    binary: PathBuf,
    url: String,
    logs: PathBuf,
    folder: TempDir,
    workers: Vec<Child>,
    batches: u64,
}

impl ClusterLedger {
    /// Creates a source with enough money and [`ITEMS`] payees.
    pub fn make(root: &Path, cluster: &Cluster, logs: &Path) -> Result<Self> {
        let folder = tempfile::tempdir().map_err(|error| Error::File(std::env::temp_dir(), error))?;
        let (binary, url) = (binary(root)?, cluster.url());
        println!("sluice: {}, DATABASE_URL={url}", binary.display());
        let ledger = Self { binary, url, logs: logs.to_owned(), folder, workers: Vec::new(), batches: 0 };
        let (mut accounts, mut payroll) =
            ("number,holder,email,uid,currency,opening\n".to_owned(), "account,amount\n".to_owned());
        for k in 0..ITEMS {
            // Writing to a String cannot fail.
            let _ = writeln!(accounts, "A{k:06},Payee {k},,U{k:06},USD,");
            let _ = writeln!(payroll, "A{k:06},1.00");
        }
        ledger.write("payroll.csv", &payroll)?;
        let accounts = ledger.write("accounts.csv", &accounts)?;
        let lifted =
            ["policy", "set", "--currency", "USD", "--max", "none", "--day", "none", "--month", "none"];
        ledger.ok(&["init"])?;
        ledger.ok(&[&lifted[..], &["--batch-max", "none"]].concat())?;
        ledger.ok(&["account", "open", "--number", "PAY", "--holder", "Employer", "--currency", "USD"])?;
        ledger.ok(&["account", "import", &accounts])?;
        ledger.ok(&["deposit", "--account", "PAY", "--amount", &format!("{DEPOSIT}.00")])?;
        Ok(ledger)
    }

    /// A sluice command on this ledger.
    pub fn command(&self, args: &[&str]) -> Command {
        prepared(Command::new(&self.binary), &self.url, args)
    }

    /// Makes commands that transfer 0.01 under an operation id. A hung command is killed with exit code 124.
    pub fn transfers(&self) -> impl Fn(&str) -> Command + Send + 'static {
        let (binary, url) = (self.binary.clone(), self.url.clone());
        move |operation| {
            let mut command = Command::new("timeout");
            command.arg(CALL_SECONDS.to_string()).arg(&binary);
            let pay =
                ["transfer", "--from", "PAY", "--to", "A000001", "--amount", "0.01", "--op-id", operation];
            prepared(command, &url, &pay)
        }
    }

    /// Runs a command that must succeed and returns its JSON output.
    pub fn ok(&self, args: &[&str]) -> Result<Json> {
        let line = process::shown("sluice", args);
        let output = self.command(args).output().map_err(|error| Error::Start(line.clone(), error))?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let said =
                format!("{line}: {}: {text}{}", output.status, String::from_utf8_lossy(&output.stderr));
            return Err(Error::Failover(said));
        }
        serde_json::from_str(&text).map_err(|_| Error::Answer(line, text.into_owned()))
    }

    /// Queries rows from the current leader.
    pub fn query(&self, sql: &str) -> Result<testkit::postgres::Rows> {
        try_query(&format!("{}?target_session_attrs=read-write", self.url), sql).map_err(Error::Postgres)
    }

    /// Queries one number from the current leader.
    pub fn count(&self, sql: &str) -> Result<u64> {
        let rows = self.query(sql)?;
        let number = rows.first().and_then(|row| row.first()?.as_ref()?.parse().ok());
        number.ok_or_else(|| Error::Answer(sql.to_owned(), format!("{rows:?}")))
    }

    pub fn batches(&self) -> u64 {
        self.batches
    }

    pub fn start_workers(&mut self) -> Result<()> {
        for number in 1..=WORKERS {
            let path = self.logs.join(format!("worker-{number}.log"));
            let log = File::create(&path).map_err(|error| Error::File(path, error))?;
            let mut command = self.command(&["work"]);
            command.env("SLUICE_LOG", "info,refinery_core=warn").env("NO_COLOR", "1");
            command.stdout(Stdio::null()).stderr(log);
            let child = command.spawn().map_err(|error| Error::Start("sluice work".to_owned(), error))?;
            self.workers.push(child);
        }
        Ok(())
    }

    /// Imports the payroll again and leaves it to the workers.
    pub fn start_batch(&mut self) -> Result<()> {
        let file = self.folder.path().join("payroll.csv");
        let import =
            ["batch", "import", &file.to_string_lossy(), "--again", "a test", "--type", "one_to_many"];
        let imported = self.ok(&[&import[..], &["--account", "PAY", "--name", "payroll"]].concat())?;
        let id = imported.get("batch_id").and_then(Json::as_str).unwrap_or_default();
        self.ok(&["batch", "start", id])?;
        self.batches += 1;
        Ok(())
    }

    fn paid(&self) -> Result<u64> {
        self.count("SELECT COUNT(*) FROM item_now WHERE state = 4")
    }

    /// Waits for a running batch with some items paid and many waiting; starts a new batch if the last one is
    /// almost or completely done.
    pub fn wait_for_progress(&mut self) -> Result<()> {
        if self.paid()? > self.batches.saturating_sub(1) * ITEMS + LATE {
            self.wait_for_batches()?;
            self.start_batch()?;
        }
        let before = (self.batches - 1) * ITEMS;
        wait("a running batch", || self.paid().ok().filter(|paid| *paid > before + ITEMS / 20)).map(drop)
    }

    /// Waits until more items are paid, unless all are paid already.
    pub fn wait_for_more_items(&self) -> Result<()> {
        let before = wait("the database", || self.paid().ok())?;
        let all = self.batches * ITEMS;
        wait("the batch to resume", || self.paid().ok().filter(|paid| *paid > before || *paid == all))
            .map(drop)
    }

    pub fn wait_for_batches(&self) -> Result<()> {
        let ended = "SELECT COUNT(*) FROM batch WHERE state IN (8, 9, 10)";
        wait("the batches to end", || self.count(ended).ok().filter(|ended| *ended == self.batches)).map(drop)
    }

    /// Sends SIGTERM. Every worker must still be running, and must exit successfully.
    pub fn stop_workers(&mut self) -> Result<()> {
        for mut worker in std::mem::take(&mut self.workers) {
            let ended = |status| Error::Failed("sluice work".to_owned(), status);
            let look = |worker: &mut Child| worker.try_wait().ok().flatten();
            if let Some(status) = look(&mut worker) {
                return Err(ended(status));
            }
            if let Some(pid) = i32::try_from(worker.id()).ok().and_then(Pid::from_raw) {
                let _ = kill_process(pid, Signal::TERM);
            }
            let waited = wait("the end of a worker", || look(&mut worker));
            if waited.is_err() {
                drop(worker.kill());
            }
            let status = waited?;
            if !status.success() {
                return Err(ended(status));
            }
        }
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> Result<String> {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).map_err(|error| Error::File(path.clone(), error))?;
        Ok(path.display().to_string())
    }
}

impl Drop for ClusterLedger {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            drop(worker.kill());
            drop(worker.wait());
        }
    }
}

fn prepared(mut command: Command, url: &str, args: &[&str]) -> Command {
    command.env("DATABASE_URL", url).env("USER", "failover").stdin(Stdio::null());
    command.args(["--json", "--chunk-items", CHUNK_ITEMS]).args(args);
    command
}

/// The binary that `SLUICE_BIN` names, or else the release build, which is built if missing.
fn binary(root: &Path) -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("SLUICE_BIN").map(PathBuf::from).filter(|path| path.is_file()) {
        return Ok(named);
    }
    let path = process::metadata(root)?.target_directory.into_std_path_buf().join("release/sluice");
    if !path.is_file() {
        let build = ["build", "--release", "-p", "sluice"];
        process::must(process::cargo(root, &build), &process::shown("cargo", &build))?;
    }
    Ok(path)
}
