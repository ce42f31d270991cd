//! Ledgers in folders and on a server, and copies between them.

use crate::support::{Answer, answer};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use testkit::postgres::Postgres;

/// Creates ledgers; a server is started when the first ledger needs one.
pub struct World {
    pub folder: TempDir,
    server: Option<Postgres>,
    places: usize,
}

/// The location of a ledger, existing or not: a data directory or a URL.
#[derive(Debug, Clone)]
pub struct At(pub String);

impl World {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), server: None, places: 0 }
    }

    pub fn directory(&mut self) -> At {
        self.places += 1;
        At(self.folder.path().join(format!("place-{}", self.places)).to_str().unwrap().to_owned())
    }

    /// An empty database; the server accepts any password.
    pub fn database(&mut self) -> At {
        let server = self.server.get_or_insert_with(Postgres::shared);
        At(server.database().replacen("sluice@", "sluice:s3cret@", 1))
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A ledger in which `count` payees were paid once.
    pub fn with_payees(&mut self, count: u32) -> At {
        let ledger = self.directory();
        let (mut accounts, mut payroll) =
            ("number,holder,email,uid,currency,opening\n".to_owned(), "account,amount\n".to_owned());
        for k in 1..=count {
            writeln!(accounts, "P{k:05},Person {k},,U{k:05},USD,").unwrap();
            writeln!(payroll, "P{k:05},1.00").unwrap();
        }
        ledger.ok(&["init"]);
        ledger.ok(&["account", "open", "--number", "ACME", "--holder", "Acme Ltd", "--currency", "USD"]);
        ledger.ok(&["account", "import", &self.file("accounts.csv", &accounts)]);
        ledger.ok(&["deposit", "--account", "ACME", "--amount", "100000.00"]);
        let batch = ledger.import(&self.file("payroll.csv", &payroll), &[]);
        ledger.ok(&["batch", "run", &batch]);
        ledger
    }
}

impl At {
    /// A sluice command on this ledger, ready for arguments.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
        let option = if self.0.contains("://") { "--database" } else { "--data" };
        command.env_clear().env("USER", "tester").args([option, &self.0]).arg("--json");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn output(&self, args: &[&str]) -> Output {
        self.command().args(args).output().unwrap()
    }

    pub fn run(&self, args: &[&str]) -> Answer {
        answer(&self.output(args))
    }

    pub fn ok(&self, args: &[&str]) -> Answer {
        let answer = self.run(args);
        assert_eq!(answer.exit, 0, "{self:?} {args:?} {answer:?}");
        answer
    }

    pub fn refused(&self, args: &[&str], code: &str) -> Answer {
        let answer = self.run(args);
        let found = (answer.exit, answer.json["error"]["code"].as_str());
        assert_eq!(found, (1, Some(code)), "{self:?} {args:?} {answer:?}");
        answer
    }

    /// Imports a file paid from ACME and returns the batch number.
    pub fn import(&self, file: &str, more: &[&str]) -> String {
        let args = ["batch", "import", file, "--type", "one_to_many", "--account", "ACME", "--name", "Test"];
        let answer = self.ok(&[&args, more].concat());
        answer.json["batch_id"].as_str().unwrap().to_owned()
    }

    /// Imports the good rows of a file paid from ACME, leaves `refused` rows unpaid, and returns the batch
    /// number.
    pub fn import_partly(&self, file: &str, refused: &str) -> String {
        let args = ["batch", "import", file, "--type", "one_to_many", "--account", "ACME", "--name", "Test"];
        let answer = self.run(&[&args, &["--partial"][..]].concat());
        assert_eq!(answer.exit, 4, "{answer:?}");
        let batch = answer.json["batch_id"].as_str().unwrap().to_owned();
        self.ok(&["batch", "submit", &batch, "--leave-problems", refused]);
        batch
    }

    /// Starts an import that waits for the rest of its file.
    pub fn slow_import(&self) -> Child {
        let args =
            ["batch", "import", "-", "--type", "one_to_many", "--account", "ACME", "--name", "Unfinished"];
        let mut child = self.command().args(args).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.as_mut().unwrap().write_all(b"account,amount\nP1,1.00\n").unwrap();
        child
    }

    pub fn verified(&self) {
        let verified = self.ok(&["verify"]);
        assert_eq!(verified.json["ok"], true, "{self:?} {verified:?}");
    }

    /// The arguments to copy from here.
    pub fn copy_args<'a>(&'a self, to: &'a Self, more: &[&'a str]) -> Vec<&'a str> {
        [&["copy", "--from", &self.0, "--to", &to.0], more].concat()
    }

    pub fn copy(&self, to: &Self, more: &[&str]) -> Answer {
        self.run(&self.copy_args(to, more))
    }

    pub fn copied(&self, to: &Self, more: &[&str]) -> Answer {
        let answer = self.copy(to, more);
        assert_eq!((answer.exit, &answer.json["verified"]), (0, &true.into()), "{answer:?}");
        answer
    }

    pub fn unseal(&self) -> Answer {
        self.ok(&["copy", "--unseal", "--from", &self.0])
    }

    /// Starts a copy in small pages and kills it once the accounts are copied and before the postings are.
    pub fn cut_copy(&self, to: &Self) {
        let args = self.copy_args(to, &["--page", "5"]);
        let mut child = self.command().args(args).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said: Vec<String> =
            lines.map(Result::unwrap).take_while(|line| !line.starts_with("copied balance")).collect();
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9), "{said:?}");
    }

    /// Starts a copy in small pages and kills it some time after it has printed `lines` lines. Returns the
    /// phase that was killed, if the copy had not ended.
    pub fn kill_copy(&self, to: &Self, lines: u64, after: Duration) -> Option<String> {
        let mut child = self.command().args(self.copy_args(to, &["--page", "3", "--keep"])).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let before: Vec<String> = said.by_ref().take(usize::try_from(lines).unwrap()).collect();
        std::thread::sleep(after);
        drop(child.kill());
        let all: Vec<String> = before.into_iter().chain(said).collect();
        let status = child.wait().unwrap();
        if status.signal() == Some(9) {
            let last = all.last().map_or("begun", String::as_str);
            return Some(last.split(' ').next().unwrap().to_owned());
        }
        assert!(status.success(), "{status} {all:?}");
        None
    }

    /// A few answers of the ledger, for a quick comparison.
    pub fn said_in_short(&self) -> String {
        let list = self.ok(&["account", "list", "--system", "--limit", "1000"]).json;
        let statement = self.ok(&["account", "statement", "ACME", "--limit", "1000"]).json;
        format!("{list} {statement}")
    }

    /// The ledger's answers about everything that users see, byte for byte.
    pub fn said(&self) -> String {
        let mut said = String::new();
        let numbers = |list: &[&str], rows: &str, key: &str| -> Vec<String> {
            let json = self.ok(list).json;
            json[rows].as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
        };
        let mut say = |args: &[&str]| {
            let output = self.output(args);
            assert!(output.status.success(), "{args:?} {:?}", answer(&output));
            writeln!(said, "{args:?} {}", String::from_utf8(output.stdout).unwrap()).unwrap();
        };
        for account in numbers(&["account", "list", "--system", "--limit", "1000"], "accounts", "number") {
            say(&["account", "show", &account]);
            say(&["account", "statement", &account, "--limit", "1000"]);
            say(&["account", "statement", &account, "--from", "2020-01-01", "--to", "2099-12-31"]);
        }
        for batch in numbers(&["batch", "list", "--limit", "1000"], "batches", "batch_id") {
            say(&["batch", "status", &batch]);
            say(&["batch", "items", &batch, "--limit", "1000"]);
            say(&["batch", "history", &batch]);
        }
        for args in [
            &["account", "list", "--system", "--limit", "1000"] as &[&str],
            &["holder", "list"],
            &["asset", "list"],
            &["fx", "list"],
            &["policy", "show", "--currency", "USD"],
            &["policy", "show", "--currency", "USD", "--account", "ACME"],
            &["stats", "--from", "2020-01-01", "--to", "2099-12-31"],
        ] {
            say(args);
        }
        said
    }
}
