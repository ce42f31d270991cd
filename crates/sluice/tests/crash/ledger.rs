//! A data directory with an imported batch, and the binary that runs it.

use serde_json::Value as Json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use testkit::binary;

/// Chunk size of all fault tests: small chunks mean many commits, hence many points to be killed at.
pub const CHUNK_ITEMS: &str = "100";

/// A ledger in a folder.
pub struct Ledger {
    pub dir: PathBuf,
}

/// The binary that Cargo built with these tests.
pub const BUILT: &str = env!("CARGO_BIN_EXE_sluice");

impl Ledger {
    /// Creates a source with enough money and a batch paying 1.00 to each of `items` payees.
    pub fn with_batch(dir: &Path, items: u32) -> (Self, String) {
        let ledger = Self { dir: dir.join("data") };
        let (mut accounts, mut payroll) =
            ("number,holder,email,uid,currency,opening\n".to_owned(), "account,amount\n".to_owned());
        for k in 0..items {
            writeln!(accounts, "A{k:06},Payee {k},,U{k:06},USD,").unwrap();
            writeln!(payroll, "A{k:06},1.00").unwrap();
        }
        std::fs::write(dir.join("accounts.csv"), accounts).unwrap();
        std::fs::write(dir.join("payroll.csv"), payroll).unwrap();
        let file = |name: &str| dir.join(name).display().to_string();
        ledger.ok(&["init"]);
        ledger.ok(&["policy", "set", "--currency", "USD", "--max", "none", "--batch-max", "none"]);
        ledger.ok(&["account", "open", "--number", "PAY", "--holder", "Employer", "--currency", "USD"]);
        ledger.ok(&["account", "import", &file("accounts.csv")]);
        ledger.ok(&["deposit", "--account", "PAY", "--amount", "1000000.00"]);
        let import = [
            "batch",
            "import",
            &file("payroll.csv"),
            "--type",
            "one_to_many",
            "--account",
            "PAY",
            "--name",
            "p",
        ];
        let imported = ledger.ok(&import);
        assert_eq!(imported["taken"], items);
        (ledger, imported["batch_id"].as_str().unwrap().to_owned())
    }

    /// A copy in another folder.
    pub fn copy_to(&self, dir: &Path) -> Self {
        std::fs::create_dir_all(dir).unwrap();
        for entry in std::fs::read_dir(&self.dir).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), dir.join(entry.file_name())).unwrap();
        }
        Self { dir: dir.to_owned() }
    }

    /// A sluice command on this ledger.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary(BUILT));
        self.arguments(&mut command, args);
        command
    }

    /// Adds the arguments that select this ledger.
    pub fn arguments(&self, command: &mut Command, args: &[&str]) {
        command.arg("--data").arg(&self.dir).arg("--json").args(["--chunk-items", CHUNK_ITEMS]).args(args);
    }

    /// Runs a command to completion.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must succeed and returns its JSON output.
    pub fn ok(&self, args: &[&str]) -> Json {
        let output = self.run(args);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{args:?}: {text} {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error}: {text}"))
    }

    /// Asserts that every invariant holds.
    pub fn verified(&self) {
        let verified = self.ok(&["verify"]);
        assert_eq!(verified["ok"], true, "{verified}");
    }

    /// Asserts that the batch has paid every payee exactly once.
    pub fn settled(&self, batch: &str, items: u32) {
        let status = self.ok(&["batch", "status", batch]);
        assert_eq!(status["status"], "completed", "{status}");
        assert_eq!(status["success_count"], items, "{status}");
        let account = self.ok(&["account", "show", "PAY"]);
        assert_eq!(account["balance"], format!("{}.00", 1_000_000 - items), "{account}");
        self.verified();
    }
}
