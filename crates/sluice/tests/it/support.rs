//! A temporary data directory and helpers that run the binary in it.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A data directory that is deleted after the test.
pub struct Ledger {
    directory: TempDir,
}

/// The result of a run of the binary.
#[derive(Debug)]
pub struct Answer {
    pub exit: i32,
    pub json: Value,
    pub stderr: String,
}

impl Ledger {
    /// A ledger with a funded source account `ACME` in USD.
    pub fn funded(balance: &str) -> Self {
        let ledger = Self { directory: tempfile::tempdir().unwrap() };
        ledger.ok(&["init"]);
        ledger.ok(&["account", "open", "--number", "ACME", "--holder", "Acme Ltd", "--currency", "USD"]);
        ledger.ok(&["deposit", "--account", "ACME", "--amount", balance]);
        ledger
    }

    /// An empty folder, without a ledger.
    pub fn none() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Opens the accounts `P1` to `Pn`, empty.
    pub fn payees(&self, count: usize) {
        let mut file = "number,holder,email,uid,currency,opening\n".to_owned();
        for n in 1..=count {
            file += &format!("P{n},Person {n},p{n}@example.com,U{n},USD,\n");
        }
        let answer =
            self.ok(&["account", "import", self.file("payees.csv", file.as_bytes()).to_str().unwrap()]);
        assert_eq!(answer.json["opened"], count);
    }

    /// Writes a file next to the ledger.
    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Runs statements as the program would: in a commit of their own, by its connection.
    pub fn commit(&self, texts: &str) {
        commit(&self.path().join("data/sluice.db"), texts);
    }

    /// A sluice command on this ledger, ready for arguments.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
        command.env_clear().env("USER", "tester").arg("--data").arg(self.path().join("data"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the binary with `--json`.
    pub fn run(&self, args: &[&str]) -> Answer {
        let output = self.command().arg("--json").args(args).output().unwrap();
        answer(&output)
    }

    /// Runs it and expects success.
    pub fn ok(&self, args: &[&str]) -> Answer {
        let answer = self.run(args);
        assert_eq!(answer.exit, 0, "{args:?} {answer:?}");
        answer
    }

    /// The text output, as users read it.
    pub fn text(&self, args: &[&str]) -> String {
        String::from_utf8(self.command().args(args).output().unwrap().stdout).unwrap()
    }

    /// Runs it and expects an exit code and an error code.
    pub fn refused(&self, args: &[&str], exit: i32, code: &str) -> Answer {
        let answer = self.run(args);
        assert_eq!(
            (answer.exit, answer.json["error"]["code"].as_str()),
            (exit, Some(code)),
            "{args:?} {answer:?}"
        );
        assert!(answer.stderr.contains(code), "the text output lacks the code: {answer:?}");
        answer
    }

    /// Imports a one-to-many file from ACME.
    pub fn import(&self, content: &str, more: &[&str]) -> Answer {
        let path = self.file("batch.csv", content.as_bytes());
        let path = path.to_str().unwrap();
        let args = ["batch", "import", path, "--type", "one_to_many", "--account", "ACME", "--name", "Test"];
        self.run(&[&args, more].concat())
    }

    pub fn balance(&self, number: &str) -> String {
        self.ok(&["account", "show", number]).json["balance"].as_str().unwrap().to_owned()
    }

    /// Asserts that every invariant holds.
    pub fn verified(&self) {
        let answer = self.ok(&["verify"]);
        assert_eq!(
            (&answer.json["ok"], &answer.json["violations"]),
            (&Value::Bool(true), &Value::Array(vec![]))
        );
    }
}

/// Parses the output of a run.
pub fn answer(output: &std::process::Output) -> Answer {
    let stdout = String::from_utf8(output.stdout.clone()).unwrap();
    let json = serde_json::from_str(&stdout).unwrap_or(Value::Null);
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    Answer { exit: output.status.code().unwrap_or(-1), json, stderr }
}

/// A file that pays 1.00 to each of `count` payees.
pub fn payroll(count: usize) -> String {
    let mut file = "account,amount,memo\n".to_owned();
    for n in 1..=count {
        file += &format!("P{n},1.00,May\n");
    }
    file
}

/// Sends SIGTERM to a process.
pub fn stop(child: &std::process::Child) {
    std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
}

/// Runs statements on a database file as the program would.
pub fn commit(file: &Path, texts: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = store::Store::open(file).await.unwrap();
        let mut tx = store.write().await.unwrap();
        for text in texts.split(';').filter(|text| !text.trim().is_empty()) {
            tx.fetch_text(text.to_owned(), vec![]).await.unwrap();
        }
        store::head::advance(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    });
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}
