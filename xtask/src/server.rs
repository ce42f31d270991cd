//! A dedicated ledger and a server on it, for commands that send it requests.

use crate::error::{Error, Result};
use crate::{process, python};
use serde_json::Value;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use testkit::postgres::Postgres;

/// How long the server may take to become ready.
const START: Duration = Duration::from_secs(30);
const SCOPES: &[&str] = &[
    "read",
    "accounts:write",
    "batches:write",
    "batches:execute",
    "transfers:write",
    "rates:write",
    "audit:read",
    "metrics:read",
];

/// A new ledger and the binary to run on it.
pub struct Ledger {
    binary: PathBuf,
    place: Vec<String>,
    /// Where its server stores files.
    files: PathBuf,
}

impl Ledger {
    /// Builds the binary and creates a ledger, in a folder or in a database on a server.
    pub fn make(root: &Path, folder: &str, release: bool, postgres: Option<&Postgres>) -> Result<Self> {
        let tested = [&["build", "--bins"], &process::TESTED[..]].concat();
        let build = if release { &["build", "-p", "sluice", "--release"][..] } else { &tested };
        process::must(process::cargo(root, build), &process::shown("cargo", build))?;
        Self::make_with(process::binary(root, release)?, root, folder, postgres)
    }

    /// Creates a ledger with a binary that was built before.
    pub fn make_with(
        binary: PathBuf,
        root: &Path,
        folder: &str,
        postgres: Option<&Postgres>,
    ) -> Result<Self> {
        Self::create(binary, root, folder, postgres.map(Postgres::database))
    }

    /// Creates a ledger in a folder or in the named empty database, with the named binary or a release build.
    pub fn make_at(
        root: &Path,
        folder: &str,
        binary: Option<PathBuf>,
        database: Option<String>,
    ) -> Result<Self> {
        let binary = match binary {
            Some(named) => named,
            None => {
                let build = ["build", "-p", "sluice", "--release"];
                process::must(process::cargo(root, &build), &process::shown("cargo", &build))?;
                process::binary(root, true)?
            }
        };
        Self::create(binary, root, folder, database)
    }

    fn create(binary: PathBuf, root: &Path, folder: &str, database: Option<String>) -> Result<Self> {
        let data = root.join(folder);
        let failed = |error| Error::File(data.clone(), error);
        if data.exists() {
            std::fs::remove_dir_all(&data).map_err(failed)?;
        }
        let is_on_server = database.is_some();
        let place = match database {
            Some(url) => vec!["--database".to_owned(), url],
            None => vec!["--data".to_owned(), data.display().to_string()],
        };
        let files = data.join("files");
        if is_on_server {
            std::fs::create_dir_all(&files).map_err(failed)?;
        }
        let ledger = Self { binary, place, files };
        ledger.run(&["init"], None)?;
        Ok(ledger)
    }

    /// A sluice command on this ledger.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(&self.place).args(args);
        command
    }

    /// Runs a sluice command and parses its JSON output.
    pub fn run(&self, args: &[&str], input: Option<&str>) -> Result<Value> {
        let shown = process::shown("sluice", args);
        let failed = |error| Error::Start(shown.clone(), error);
        let mut command = self.command(args);
        command.arg("--json").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        if let (Some(mut stdin), Some(text)) = (child.stdin.take(), input) {
            writeln!(stdin, "{text}").map_err(failed)?;
        }
        let output = child.wait_with_output().map_err(failed)?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            return Err(Error::Answer(shown, text));
        }
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Creates an API key with every scope.
    pub fn key(&self) -> Result<String> {
        self.key_named("api", SCOPES)
    }

    /// Creates an API key with a name and scopes.
    pub fn key_named(&self, name: &str, scopes: &[&str]) -> Result<String> {
        let mut args = vec!["key", "add", name];
        args.extend(scopes.iter().flat_map(|scope| ["--scope", *scope]));
        let made = self.run(&args, None)?;
        let secret = made.pointer("/secret").and_then(Value::as_str).map(str::to_owned);
        secret.ok_or_else(|| Error::Api(format!("`key add` returned no secret: {made}")))
    }

    /// Starts a server on a free port and waits until it is ready.
    pub fn serve(&self) -> Result<Server> {
        let listen = format!("127.0.0.1:{}", free_port()?);
        let mut command = self.command(&["serve", "--listen", &listen]);
        // No rate limits: all requests come from one address and one key.
        command
            .env("SLUICE_REQUESTS_PER_ADDRESS", "0")
            .env("SLUICE_REQUESTS_PER_IDENTITY", "0")
            .env("SLUICE_LOG_LEVEL", "warn");
        // A ledger on a database has no folder of its own for them.
        command.env("SLUICE_FILES", &self.files);
        // Loopback could read metrics without signing in, which the API document does not describe.
        command.env("SLUICE_METRICS_FROM", "203.0.113.0/24");
        let child = command.spawn().map_err(|error| Error::Start("sluice serve".to_owned(), error))?;
        let server = Server { child, url: format!("http://{listen}") };
        server.wait()?;
        Ok(server)
    }

    /// Verifies the books after the requests.
    pub fn verify(&self) -> Result<()> {
        process::must(self.command(&["verify"]), "sluice verify")
    }
}

fn free_port() -> Result<u16> {
    let failed = |error| Error::Start("a listener".to_owned(), error);
    let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    Ok(listener.local_addr().map_err(failed)?.port())
}

/// A server that is stopped when this is dropped.
pub struct Server {
    child: Child,
    /// For example `http://127.0.0.1:40123`.
    pub url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM, for a regular shutdown.
        if python::answer("kill", &["-TERM", &self.child.id().to_string()]).is_none() {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

impl Server {
    /// The id of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    fn wait(&self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < START {
            let answered = reqwest::blocking::get(format!("{}/readyz", self.url));
            if answered.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(Error::Api(format!("the server at {} is not ready after {} s", self.url, START.as_secs())))
    }
}
