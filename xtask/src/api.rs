//! `cargo xtask api`: a server on loopback, and schemathesis, which sends it whatever its document allows and
//! what it does not, and holds every answer against the document.
//!
//! Two runs share the time: with an API key of every scope over all operations, and as an administrator who
//! signed in over those that no key may do.

use crate::error::{Error, Result};
use crate::{process, python};
use serde_json::Value;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use testkit::postgres::Postgres;

const FOLDER: &str = "target/api";
const PACKAGES: &[&str] = &["schemathesis==4.32.*"];
/// How long the server may take to be ready.
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
/// They end the very session that the run stands on.
const ENDING: &[&str] =
    &["logout", "endSession", "changePassword", "endUserSessions", "resetUserPassword", "changeUser"];
const PASSWORD: &str = "quiet-harbour-morning-47";

/// How long, and on what.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    pub seconds: u64,
    pub on_server: bool,
}

impl Options {
    /// Reads `--seconds N` and `--database`.
    pub fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self { seconds: 600, on_server: false };
        let mut rest = words;
        loop {
            match rest {
                [] => return Ok(options),
                ["--database", tail @ ..] => {
                    options.on_server = true;
                    rest = tail;
                }
                ["--seconds", number, tail @ ..] => {
                    let wrong = |_| Error::Usage(format!("`--seconds {number}`: not a whole number"));
                    options.seconds = number.parse().map_err(wrong)?;
                    rest = tail;
                }
                [other, ..] => {
                    return Err(Error::Usage(format!("`{other}` is not an option of `cargo xtask api`")));
                }
            }
        }
    }
}

/// Runs both.
pub fn run(root: &Path, options: &Options) -> Result<()> {
    let programs = python::programs(root, &format!("{FOLDER}/venv"), "st", PACKAGES)?;
    process::must(process::cargo(root, &["build", "-p", "sluice"]), "cargo build -p sluice")?;
    let postgres =
        options.on_server.then(|| Postgres::try_start_with(&[]).map_err(Error::Postgres)).transpose()?;
    let ledger = Ledger::make(root, postgres.as_ref())?;
    let server = ledger.serve()?;
    let cookie = server.sign_in()?;
    let (all, people) = (options.seconds.saturating_mul(4) / 5, options.seconds / 5);
    let key = format!("Authorization: Bearer {}", ledger.key);
    server.attack(root, &programs, all.max(1), &key, &[])?;
    let mut only: Vec<String> = vec!["--include-tag".to_owned(), "people".to_owned()];
    only.extend(ENDING.iter().flat_map(|name| ["--exclude-operation-id".to_owned(), (*name).to_owned()]));
    server.attack(root, &programs, people.max(1), &format!("Cookie: {cookie}"), &only)?;
    drop(server);
    ledger.verify()
}

/// A ledger with a few accounts in it.
struct Ledger {
    binary: PathBuf,
    place: Vec<String>,
    key: String,
}

impl Ledger {
    fn make(root: &Path, postgres: Option<&Postgres>) -> Result<Self> {
        let target = process::metadata(root)?.target_directory.into_std_path_buf();
        let binary = target.join("debug").join(format!("sluice{}", std::env::consts::EXE_SUFFIX));
        let data = root.join(FOLDER).join("data");
        let failed = |error| Error::File(data.clone(), error);
        if data.exists() {
            std::fs::remove_dir_all(&data).map_err(failed)?;
        }
        let place = match postgres {
            Some(server) => vec!["--database".to_owned(), server.database()],
            None => vec!["--data".to_owned(), data.display().to_string()],
        };
        let mut ledger = Self { binary, place, key: String::new() };
        ledger.fill()?;
        Ok(ledger)
    }

    fn fill(&mut self) -> Result<()> {
        self.run(&["init"], None)?;
        for (number, holder, currency) in [
            ("MAIN", "Example Ltd", "USD"),
            ("E1", "First Payee", "USD"),
            ("E2", "Second Payee", "USD"),
            ("EUR", "Example Ltd", "EUR"),
        ] {
            let args = ["account", "open", "--number", number, "--holder", holder, "--currency", currency];
            self.run(&args, None)?;
        }
        self.run(&["deposit", "--account", "MAIN", "--amount", "90000.00"], None)?;
        let add = ["user", "add", "admin", "--name", "Administrator", "--role", "admin", "--password-stdin"];
        self.run(&add, Some(PASSWORD))?;
        let mut args = vec!["key", "add", "api"];
        args.extend(SCOPES.iter().flat_map(|scope| ["--scope", *scope]));
        let made = self.run(&args, None)?;
        let secret = made.pointer("/secret").and_then(Value::as_str);
        let secret = secret.ok_or_else(|| Error::Api(format!("`key add` gives no secret: {made}")))?;
        self.key = secret.to_owned();
        Ok(())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(&self.place).args(args);
        command
    }

    /// Runs a command of the binary and reads its JSON.
    fn run(&self, args: &[&str], input: Option<&str>) -> Result<Value> {
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
        Ok(serde_json::from_str(text.lines().last().unwrap_or("null")).unwrap_or(Value::Null))
    }

    fn serve(&self) -> Result<Server> {
        let port = free_port()?;
        let listen = format!("127.0.0.1:{port}");
        let mut command = self.command(&["serve", "--listen", &listen]);
        // All requests come from one address and one key here.
        command.env("SLUICE_PER_ADDRESS", "0").env("SLUICE_PER_IDENTITY", "0");
        let child = command.spawn().map_err(|error| Error::Start("sluice serve".to_owned(), error))?;
        let server = Server { child, url: format!("http://{listen}") };
        server.wait()?;
        Ok(server)
    }

    /// Whatever was sent: the books are right.
    fn verify(&self) -> Result<()> {
        process::must(self.command(&["verify"]), "sluice verify")
    }
}

fn free_port() -> Result<u16> {
    let failed = |error| Error::Start("a listener".to_owned(), error);
    let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    Ok(listener.local_addr().map_err(failed)?.port())
}

/// A server that is stopped when this is dropped.
struct Server {
    child: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        // SIGTERM: it is to end as it always does.
        if python::answer("kill", &["-TERM", &pid]).is_none() {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

impl Server {
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

    /// Signs the administrator in; the cookie.
    fn sign_in(&self) -> Result<String> {
        let failed = |error: reqwest::Error| Error::Api(error.to_string());
        let request = reqwest::blocking::Client::new().post(format!("{}/api/v1/auth/login", self.url));
        let body = serde_json::json!({ "login": "admin", "password": PASSWORD });
        let answer = request.json(&body).send().map_err(failed)?;
        let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        let pair = cookie.and_then(|text| text.split(';').next()).map(|text| text.trim().to_owned());
        pair.ok_or_else(|| Error::Api(format!("signing in is answered by {}", answer.status())))
    }

    fn attack(
        &self,
        root: &Path,
        programs: &Path,
        seconds: u64,
        header: &str,
        more: &[String],
    ) -> Result<()> {
        let mut command = Command::new(programs.join("st"));
        command
            .current_dir(root.join(FOLDER))
            .args(["run", &format!("{}/api/openapi.json", self.url), "--checks", "all"])
            .args(["--max-time", &seconds.to_string(), "--header", header, "--continue-on-failure"])
            .args(more);
        process::must(
            command,
            &format!("st run {}/api/openapi.json --checks all --max-time {seconds}", self.url),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_defaults_and_refuse_what_they_do_not_know() {
        let parse = |words: &[&str]| Options::parse(words).ok();
        assert_eq!(parse(&[]), Some(Options { seconds: 600, on_server: false }));
        let given = Some(Options { seconds: 60, on_server: true });
        assert_eq!(parse(&["--seconds", "60", "--database"]), given);
        for wrong in [&["--seconds"][..], &["--seconds", "x"], &["--fast"]] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }
}
