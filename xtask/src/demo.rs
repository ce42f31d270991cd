//! `cargo xtask demo`: from an empty data directory to a paid and verified payroll, and from there to the web page with
//! people who can sign in.

use crate::error::{Error, Result};
use crate::node::Node;
use crate::{payroll, process, web};
use serde_json::Value;
use std::io::{IsTerminal, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

const DATA: &str = "target/demo";

/// Commands before the batch. Each must succeed.
const PREPARE: &[&[&str]] = &[
    &["init"],
    &[
        "policy",
        "set",
        "--currency",
        "USD",
        "--max",
        "50000",
        "--batch-max",
        "10000000",
        "--fee-threshold",
        "5000",
        "--fee-rate",
        "0.001",
        "--fee-min",
        "1",
        "--fee-max",
        "50",
    ],
    &["account", "open", "--number", "PAYROLL", "--holder", "Example Ltd", "--currency", "USD"],
    &["account", "import", "examples/staff.csv"],
    &["deposit", "--account", "PAYROLL", "--amount", "6000000.00"],
];

const IMPORT: [&str; 10] = import("examples/payroll.csv", "November payroll");
/// What waits in the web page.
const NEXT: &str = "target/demo-december.csv";
const IMPORT_NEXT: [&str; 10] = import(NEXT, "December payroll");

const fn import<'a>(file: &'a str, name: &'a str) -> [&'a str; 10] {
    ["batch", "import", file, "--type", "one_to_many", "--account", "PAYROLL", "--name", name, "--partial"]
}

/// Who can sign in, and what for.
const PEOPLE: [(&str, &str, &str); 4] = [
    ("maker", "operator", "prepares payments"),
    ("check", "finance", "sends them"),
    ("boss", "admin", "adds people and sets limits"),
    ("watch", "auditor", "sees everything and changes nothing"),
];
/// Of all of them. The server is for this machine alone.
const PASSWORD: &str = "violet-kettle-81-orbit";

/// Where the page is, unless another program is there.
const USUAL: &str = "127.0.0.1:8080";
const ANY: &str = "127.0.0.1:0";

/// Builds, pays, verifies. The exit code is that of `verify`. For a person at a terminal a server follows, until it is
/// stopped.
pub fn run(root: &Path, is_once: bool) -> Result<ExitCode> {
    build_page(root)?;
    let build = ["build", "--release", "-p", "sluice"];
    process::must(process::cargo(root, &build), &process::shown("cargo", &build))?;
    let folder = root.join(DATA);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::File(folder, error)),
        _ => {}
    }
    let demo = Demo { root, binary: binary(root)? };
    for args in PREPARE {
        demo.must(args)?;
    }
    // From here on an exit code may mean "some rows were refused" or "some items failed": that is the demo.
    demo.show(&IMPORT)?;
    let id = demo.newest_batch()?;
    demo.show(&["batch", "preview", &id])?;
    demo.show(&["batch", "problems", &id])?;
    demo.show(&["batch", "submit", &id, "--leave-problems", payroll::WRONG])?;
    // An item that passed the import can still fail when it is paid.
    for account in payroll::FROZEN {
        demo.show(&["account", "freeze", account])?;
    }
    demo.show(&["batch", "run", &id])?;
    demo.show(&["batch", "items", &id, "--state", "failed"])?;
    demo.show(&["account", "statement", "PAYROLL", "--limit", "8"])?;
    let verdict = demo.show(&["verify"])?;
    println!("\nTry next:");
    for args in [
        ["batch", "retry", &id].as_slice(),
        ["account", "statement", "EMP-0001"].as_slice(),
        ["batch", "export", &id].as_slice(),
    ] {
        println!("  {} {}", demo.binary_shown(), process::shown("--data", &[&[DATA], args].concat()));
    }
    if !is_once && std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        demo.serve()?;
    }
    Ok(ExitCode::from(verdict))
}

/// The page is worth having, but not worth a download of Node.js.
fn build_page(root: &Path) -> Result<()> {
    if let Some(node) = Node::of_machine() {
        return web::build(root, &node);
    }
    println!("Node.js 20 with npm is not installed: without `cargo xtask web` the demo has no web page");
    Ok(())
}

fn binary(root: &Path) -> Result<PathBuf> {
    let name = format!("sluice{}", std::env::consts::EXE_SUFFIX);
    Ok(process::metadata(root)?.target_directory.into_std_path_buf().join("release").join(name))
}

struct Demo<'a> {
    root: &'a Path,
    binary: PathBuf,
}

impl Demo<'_> {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.current_dir(self.root).args(["--data", DATA]).args(args);
        command
    }

    fn must(&self, args: &[&str]) -> Result<()> {
        println!();
        process::must(self.command(args), &line(args))
    }

    /// Runs a command and returns its exit code, as a shell would see it.
    fn show(&self, args: &[&str]) -> Result<u8> {
        println!("\n$ {}", line(args));
        let status = self.command(args).status().map_err(|e| Error::Start(line(args), e))?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        let code = code.ok_or_else(|| Error::Failed(line(args), status))?;
        if code != 0 {
            println!("(exit code {code})");
        }
        Ok(code)
    }

    /// The next payroll, with the same wrong rows, as a draft.
    fn prepare_next(&self) -> Result<()> {
        let failed = |path: &str| {
            let path = self.root.join(path);
            move |error| Error::File(path, error)
        };
        let last = "examples/payroll.csv";
        let text = std::fs::read_to_string(self.root.join(last)).map_err(failed(last))?;
        // Other amounts, or it would be refused as the same payroll twice.
        let text =
            text.replace("NOV-", "DEC-").replace("November", "December").replace("5.00,USD", "5.50,USD");
        std::fs::write(self.root.join(NEXT), text).map_err(failed(NEXT))?;
        self.must(&["deposit", "--account", "PAYROLL", "--amount", "6000000.00"])?;
        self.show(&IMPORT_NEXT).map(|_| ())
    }

    /// Adds people and serves the page to them.
    fn serve(&self) -> Result<()> {
        self.prepare_next()?;
        for (login, role, _) in PEOPLE {
            let add = ["user", "add", login, "--name", login, "--role", role, "--password-stdin"];
            self.tell(&add, PASSWORD)?;
        }
        let place = TcpListener::bind(USUAL).map_or(ANY, |_| USUAL);
        println!("\nSign in at the address below. The password of everybody is {PASSWORD}");
        for (login, role, deed) in PEOPLE {
            println!("  {login:6} {deed} ({role})");
        }
        println!("Under Batches the December payroll waits as a draft. Ctrl-C stops the server.\n");
        let args = ["serve", "--listen", place];
        let mut command = self.command(&args);
        command.env("SLUICE_LOG_LEVEL", "warn");
        process::must(command, &line(&args))
    }

    /// Runs a command that reads a line.
    fn tell(&self, args: &[&str], text: &str) -> Result<()> {
        let failed = |error| Error::Start(line(args), error);
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            writeln!(stdin, "{text}").map_err(failed)?;
        }
        let status = child.wait().map_err(failed)?;
        if status.success() { Ok(()) } else { Err(Error::Failed(line(args), status)) }
    }

    /// The id of the most recently imported batch.
    fn newest_batch(&self) -> Result<String> {
        let args = ["batch", "list", "--json"];
        let mut command = self.command(&args);
        let output = command.stderr(Stdio::inherit()).output().map_err(|e| Error::Start(line(&args), e))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let answer: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        match answer.pointer("/batches/0/batch_id") {
            Some(Value::String(id)) => Ok(id.clone()),
            Some(Value::Number(id)) => Ok(id.to_string()),
            _ => Err(Error::Answer(line(&args), text.into_owned())),
        }
    }

    /// The binary's path relative to the workspace folder.
    fn binary_shown(&self) -> String {
        self.binary.strip_prefix(self.root).unwrap_or(&self.binary).display().to_string()
    }
}

fn line(args: &[&str]) -> String {
    process::shown("sluice", &[&["--data", DATA], args].concat())
}
